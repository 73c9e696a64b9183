"""No secret of a configuration survives its masking, and what is no secret stays readable."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firewall_audit.rulesets.masking import mask
from tools.parts import PARTS

KEY = b"k" * 32
SECRET = "Zq7-Vt0p_Secret!"

LINES = [
    "enable secret 5 {s}",
    "enable password level 15 {s} with blanks",
    "username anna privilege 15 secret 9 {s}",
    "username anna password {s} encrypted privilege 15",
    "passwd {s} encrypted",
    "snmp-server community {s} RO 10",
    "snmp-server host 192.0.2.7 version 2c {s}",
    "snmp-server host inside 192.0.2.7 community {s} version 2c",
    "snmp-server user u g v3 auth sha {s} priv aes 128 {s}",
    "crypto isakmp key {s} address 198.51.100.1",
    "tunnel-group 198.51.100.1 ipsec-attributes\n ikev1 pre-shared-key {s}",
    "tacacs-server host 192.0.2.9 key 7 {s}",
    "aaa-server R (inside) host 192.0.2.9\n key {s}\n ldap-login-password {s}",
    "ntp authentication-key 1 md5 {s}",
    "ip ospf message-digest-key 1 md5 7 {s}",
    "neighbor 192.0.2.1 password {s}",
    "standby 1 authentication {s}",
    "standby 1 authentication md5 key-string {s}",
    'config user local\n edit "anna"\n set passwd ENC {s}\n next\nend',
    'config vpn ipsec phase1-interface\n edit "v"\n set psksecret "{s}"\n next\nend',
    'config system snmp community\n edit 1\n set name "{s}"\n next\nend',
    'config system snmp user\n edit "u"\n set auth-pwd ENC {s}\n set priv-pwd ENC {s}\n next\nend',
    "set mgt-config users admin phash {s}",
    "set deviceconfig system snmp-setting access-setting version v2c snmp-community-string {s}",
    "set network ike gateway g authentication pre-shared-key key {s}",
    "set shared server-profile radius r server s secret {s}",
    'set system root-authentication encrypted-password "{s}"',
    'system {{\n root-authentication {{\n  encrypted-password "{s}";\n }}\n}}\nsnmp {{\n community {s} {{\n  authorization read-only;\n }}\n}}',
    "set snmp community {s} authorization read-only",
    'set security ike policy p pre-shared-key ascii-text "{s}"',
    'set system tacplus-server 192.0.2.1 secret "{s}"',
    'set protocols bgp group g authentication-key "{s}"',
    "certificate self-signed 01\n  -----BEGIN CERTIFICATE-----\n{s}\n-----END CERTIFICATE-----\n quit",
    'set private-key "-----BEGIN ENCRYPTED PRIVATE KEY-----\n{s}\n-----END ENCRYPTED PRIVATE KEY-----"',
    "copy http://anna:{s}@192.0.2.1/x",
    "api-key: {s}",
    'password = "{s}"',
]  # fmt: skip

MARKUP = [
    "<pfsense><system><user><bcrypt-hash>{s}</bcrypt-hash></user></system></pfsense>",
    "<pfsense><snmpd><rocommunity>{s}</rocommunity></snmpd></pfsense>",
    "<pfsense><cert><crt>{s}</crt><prv>{s}</prv></cert><ipsec><phase1><pre-shared-key>{s}</pre-shared-key></phase1></ipsec></pfsense>",
    "<opnsense><system><user><apikeys><item><key>{s}</key><secret>{s}</secret></item></apikeys><otp_seed>{s}</otp_seed></user></system></opnsense>",
    "<opnsense><OPNsense><wireguard><privkey>{s}</privkey><psk><![CDATA[{s}]]></psk></wireguard></OPNsense></opnsense>",
    "<config><mgt-config><users><entry name='a'><phash>{s}</phash></entry></users></mgt-config></config>",
    "<config><pre-shared-key><key>{s}</key></pre-shared-key><snmp-community-string>{s}</snmp-community-string></config>",
    '<config><radius password="{s}"/><!-- ENC {s} --></config>',
]


@pytest.mark.parametrize("form", LINES + MARKUP)
def test_no_secret_of_a_sample_survives(form: str) -> None:
    """Every place where a vendor writes a secret, and the mark that changes with the secret."""
    text = form.format(s=SECRET)
    masked = mask(text, KEY)
    assert SECRET not in masked.text
    assert masked.secrets >= form.count("{s}") if "{s}\n" not in form else masked.secrets
    assert mask(form.format(s=SECRET + "2"), KEY).text != masked.text
    assert mask(text, b"another").text != masked.text


@pytest.mark.parametrize("form", LINES + MARKUP)
def test_masking_twice_changes_nothing(form: str) -> None:
    """What was masked is stored again as it is, for instance when a version is read with a newer parser."""
    once = mask(form.format(s=SECRET), KEY)
    again = mask(once.text, KEY)
    assert again.text == once.text
    assert again.secrets == 0


@given(
    st.text(string.ascii_letters + string.digits + "!#%+-_.:?@^~", min_size=6, max_size=40),
    st.sampled_from(LINES + MARKUP),
)
def test_no_secret_of_any_letters_survives(secret: str, form: str) -> None:
    """Whatever a password is made of, as long as a line can hold it."""
    secret = f"q{secret}z"
    if secret in form or secret in "encrypted-password":
        return
    assert secret not in mask(form.format(s=secret), KEY).text


@pytest.mark.parametrize(
    "text",
    [
        "access-list key extended permit tcp any host 192.0.2.1 eq 443",
        "set rulebase security rules password from any",
        "set rulebase security rules secret to trust",
        '-A INPUT -m comment --comment "key server" -j ACCEPT',
        "10 permit tcp any any eq 22",
        "set community 1:1 2:2 additive",
        "service password-encryption",
        "crypto key generate rsa modulus 2048",
        "key chain EIGRP",
        "<config><ssl-profile>x</ssl-profile><disablenatreflection>yes</disablenatreflection></config>",
        "<filter><rule><descr>allow all</descr><source><any/></source></rule></filter>",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    """A rule called `password` is still a rule, and grammar is still grammar."""
    assert mask(text, KEY).text == text


def test_a_changed_secret_shows_as_a_change_and_the_same_secret_as_the_same() -> None:
    """The fingerprint is keyed: who has the text alone cannot try passwords against it."""
    first, same, other = (mask(f"enable secret 5 {one}", KEY).text for one in ("alpha", "alpha", "beta"))
    assert first == same != other
    assert re.fullmatch(r"enable secret 5 \*\*secret-[0-9a-f]{16}\*\*", first)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00",
        "password",
        "key ",
        "<a",
        "<a></b></a>",
        "password " * 50_000,
        "<x>" * 20_000,
        "$1$" * 50_000,
        '"' * 100_000,
    ],
)
def test_nonsense_is_masked_without_a_fault(text: str) -> None:
    """Empty, cut, endless: no fault, and no endless search."""
    assert isinstance(mask(text, KEY).text, str)


@pytest.mark.needs("corpora")
def test_no_known_secret_of_the_given_configurations_survives() -> None:
    """Hashes and communities that stand in the configurations of other projects."""
    folder = PARTS["corpora"].find()
    assert folder is not None
    seen = 0
    for file in sorted((folder / "configs").rglob("*")):
        if not file.is_file() or file.suffix == ".json":
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        known = re.findall(
            r"\$2y\$10\$[\w./]{20,}|\$6\$\$[\w./]{20,}|<rocommunity>([^<]+)</rocommunity>|(-AQ==\w+)", text
        )
        masked = mask(text, KEY).text
        assert not re.search(r"\$2y\$10\$[\w./]{20,}|\$6\$\$[\w./]{20,}|<rocommunity>public|-AQ==\w+", masked), (
            file.name
        )
        seen += len(known)
    assert seen > 5
