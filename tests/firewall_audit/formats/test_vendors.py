"""Every vendor's lines of our own making, in each shape that it writes; and what somebody on the other side may put into them."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firewall_audit.events import COLUMNS, LONGEST_DETAIL, Event
from firewall_audit.formats import BY_NAME, FORMATS, read_line
from firewall_audit.formats.envelope import frame
from firewall_audit.formats.masks import masked

SAMPLES = Path(__file__).parent / "samples"
BIG = {"cisco_asa", "cisco_ftd", "cisco_ios", "fortinet_fortigate", "paloalto", "juniper_srx"}
VENDORS = sorted(
    BIG
    | {
        "cisco_meraki", "sophos_xg", "checkpoint", "sonicwall", "forcepoint_cef", "watchguard", "stormshield", "clavister", "barracuda",
        "huawei_usg", "netscreen", "cef", "leef", "keyvalue",
    }
)  # fmt: skip
DEFAULTS = Event("other")._asdict()
INSIDE = "192.0.2.1"
"""Never in a sample: only in what somebody wrote into a value."""


def samples(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SAMPLES / f"{name}.jsonl").read_text().splitlines()]


def told(event: Event | None) -> dict[str, Any]:
    assert event is not None
    said = event._asdict()
    said["at"] = event.at.isoformat() if event.at else None
    return {name: said[name] for name in COLUMNS if said[name] != DEFAULTS[name] or name == "kind"}


def first(name: str, place: int = 0) -> str:
    line = samples(name)[place]["line"]
    assert isinstance(line, str)
    return line


@pytest.mark.parametrize("name", VENDORS)
def test_samples_say_what_they_say(name: str) -> None:
    lines = samples(name)
    assert len(lines) >= (12 if name in BIG else 5)
    for sample in lines:
        assert told(read_line(sample["line"], (BY_NAME[name],))) == sample["event"], sample["line"]


@pytest.mark.parametrize("name", VENDORS)
def test_no_other_format_takes_a_vendors_line(name: str) -> None:
    for sample in samples(name):
        assert told(read_line(sample["line"])) == sample["event"], sample["line"]


@pytest.mark.parametrize("name", VENDORS)
def test_nul_bytes_and_line_ends_change_nothing(name: str) -> None:
    for sample in samples(name):
        dressed = b"\x00" + sample["line"].encode() + b"\x00\r\n"
        assert told(read_line(dressed, (BY_NAME[name],))) == sample["event"]


@pytest.mark.parametrize("name", VENDORS)
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_text_never_raises(name: str, data: st.DataObject) -> None:
    line = data.draw(st.sampled_from([sample["line"] for sample in samples(name)]))
    cut, rest = data.draw(st.integers(0, len(line))), data.draw(st.text(max_size=80))
    event = BY_NAME[name].parse(frame(line[:cut] + rest + line[cut + data.draw(st.integers(0, 20)) :]))
    if event is not None:
        assert len(event.detail) <= LONGEST_DETAIL
        assert event.times >= 1
        assert not any(
            ord(sign) < ord(" ") for text in (event.detail, event.user, event.rule, event.message) for sign in text
        )
        assert all(value is None or 0 <= value <= 65535 for value in (event.src_port, event.dst_port))


@given(st.binary(max_size=400))
def test_any_bytes_never_raise(raw: bytes) -> None:
    read_line(raw)
    for one in FORMATS:
        one.parse(frame(raw))


@pytest.mark.parametrize(
    ("name", "place", "put", "written"),
    [
        ("fortinet_fortigate", 3, 'url="/a?', f'url="/x srcip={INSIDE} action=\\"accept\\" policyid=1 '),
        ("sophos_xg", 5, 'url="', f'url="x src_ip={INSIDE} log_subtype=Allowed '),
        ("paloalto", 3, '"games', f'"x,TRAFFIC,end,{INSIDE},allow,games'),
        ("juniper_srx", 8, 'url="', f'url="x source-address=\\"{INSIDE}\\" action=\\"PERMIT\\" '),
        ("checkpoint", 1, 'resource:"', f'resource:"\\"; src:\\"{INSIDE}\\"; action:\\"Drop\\"; '),
        ("sonicwall", 1, 'msg="TCP', f'msg="TCP src={INSIDE}:1:X0 fw_action=forward '),
        ("stormshield", 2, 'msg="', f'msg="src={INSIDE} action=pass '),
        ("keyvalue", 4, 'note="', f'note="src={INSIDE} action=allow '),
        ("watchguard", 0, "msg=denied", f"msg=denied src={INSIDE} disp=Allow"),
        ("leef", 0, "policy=cleanup", f"policy=cleanup src={INSIDE} action=allow"),
        ("cef", 0, "dvchost=x-1", f"dvchost=x-1 msg=a src\\={INSIDE} act\\=allow"),
        ("forcepoint_cef", 0, "app=Telnet", f"app=Telnet src\\={INSIDE} act\\=Allow"),
        ("clavister", 0, "recvzone=", f'note="srcip={INSIDE} action=allow" recvzone='),
        ("huawei_usg", 2, 'Host="', f'Host="(SrcIp={INSIDE}, Action=Permit) '),
        ("cisco_asa", 3, "[0x0, 0x0]", f"[0x0, 0x0] permitted tcp src inside:{INSIDE}/1 dst"),
        ("cisco_ftd", 1, "User: No", f"URL: http://x/?a, SrcIP: {INSIDE}, AccessControlRuleAction: Allow, User: No"),
        ("cisco_ios", 0, ", 3 packets", f", 3 packets list X permitted tcp {INSIDE}(1) -> {INSIDE}(2), 3 packets"),
        ("cisco_meraki", 3, "?src=", f" src={INSIDE}:1 dst={INSIDE}:2 ?src="),
        ("netscreen", 0, "session_id=0", f'session_id=0 note="src={INSIDE} action=Permit"'),
        ("barracuda", 1, "||||||", f"||||||Allow: FWD|TCP|port2|{INSIDE}|1|x|{INSIDE}|2"),
    ],
)  # fmt: skip
def test_what_stands_inside_a_value_never_speaks(name: str, place: int, put: str, written: str) -> None:
    """Whoever chooses a URL, a file's name or an agent must not choose the address or the verdict."""
    before = read_line(first(name, place), (BY_NAME[name],))
    line = first(name, place)
    assert put in line
    after = read_line(line.replace(put, written, 1), (BY_NAME[name],))
    assert before is not None
    assert after is not None
    assert (after.src, after.dst, after.action, after.kind) == (before.src, before.dst, before.action, before.kind)
    assert INSIDE not in (after.src, after.dst)


@pytest.mark.parametrize(
    ("name", "place", "more"),
    [
        ("fortinet_fortigate", 1, f' srcip={INSIDE} action="accept"'),
        ("sophos_xg", 1, f' src_ip={INSIDE} log_subtype="Allowed"'),
        ("sonicwall", 1, f' src={INSIDE}:1:X0 fw_action="forward"'),
        ("stormshield", 1, f" src={INSIDE} action=pass"),
        ("leef", 4, f"\tsrc={INSIDE}\taction=allow"),
        ("watchguard", 0, f"\tsrc={INSIDE}\tdisp=Allow"),
        ("cef", 0, f" src={INSIDE} act=allow"),
        ("forcepoint_cef", 0, f" src={INSIDE} act=Allow"),
        ("clavister", 0, f"[x srcip={INSIDE} action=allow]"),
        ("keyvalue", 0, f" src={INSIDE} action=allow"),
        ("cisco_ftd", 1, f", SrcIP: {INSIDE}, AccessControlRuleAction: Allow"),
        ("checkpoint", 0, f'; src:"{INSIDE}"; action:"Accept"]'),
        ("netscreen", 0, f" src={INSIDE} action=Permit"),
    ],
)
def test_of_a_key_that_comes_twice_the_first_speaks(name: str, place: int, more: str) -> None:
    line = first(name, place)
    before = read_line(line, (BY_NAME[name],))
    after = read_line((line[:-1] if line.endswith("]") and name == "checkpoint" else line) + more, (BY_NAME[name],))
    assert before is not None
    assert after is not None
    assert (after.src, after.action) == (before.src, before.action)
    assert after.src != INSIDE


@pytest.mark.parametrize(
    "forged",
    [
        '%ASA-6-605005: Login permitted from 192.0.2.1/1 to inside:192.0.2.2/ssh for user "ada"',
        'RT_FLOW - RT_FLOW_SESSION_CREATE [junos@2636 source-address="192.0.2.1" destination-address="192.0.2.2"]',
        "1,2026/03/14 10:10:00,1,TRAFFIC,end,1,2026/03/14 10:09:59,192.0.2.1,192.0.2.2,,,r,,,ssl,v,a,b,c,d,e,,1,1,1,2,,,0x0,tcp,allow",
        "type=traffic subtype=forward vd=root devid=F srcip=192.0.2.1 dstip=192.0.2.2 action=accept",
        "%SEC-6-IPACCESSLOGP: list A permitted tcp 192.0.2.1(1) -> 192.0.2.2(2), 1 packet",
    ],
)  # fmt: skip
def test_a_name_or_a_url_cannot_forge_another_vendors_line(forged: str) -> None:
    """A user who calls himself like a message, or a URL that holds one, must not become an event of its own."""
    for line in (
        f"<38>Mar 14 10:00:00 host sshd[1]: Failed password for invalid user {forged} from 203.0.113.66 port 4 ssh2",
        f"<38>Mar 14 10:00:00 host sshd: Invalid user {forged} from 203.0.113.66 port 4",
        (
            f'<188>date=2026-03-14 time=10:00:03 devname="f" devid="F" logid="0316013056" type="utm" subtype="webfilter" vd="root" '
            f'srcip=192.0.2.10 dstip=203.0.113.80 action="blocked" url="{forged.replace(chr(34), "")}"'
        ),
    ):
        event = read_line(line)
        assert event is None or INSIDE not in (event.src, event.dst)
        assert event is None or event.action != "allow"


@pytest.mark.parametrize(
    ("command", "kept"),
    [
        ("username bo password Sommer2026 privilege 15", "username bo password *** privilege 15"),
        ("enable secret 5 $1$abc$def", "enable secret 5 ***"),
        ("snmp-server community oeffentlich RO", "snmp-server community *** RO"),
        ('set system root-authentication encrypted-password "$6$a b"', "set system root-authentication encrypted-password ***"),
        ("local-user x password cipher Geheim123 y", "local-user x password cipher *** y"),
        ("psksecret[alt->neu]remote-gw[198.51.100.9]", "psksecret[***]remote-gw[198.51.100.9]"),
        ("crypto isakmp key Geheim address 198.51.100.9", "crypto isakmp key *** address 198.51.100.9"),
        ("tacacs-server key 7 0822455D0A16", "tacacs-server key 7 ***"),
        ("password=abc", "password=***"),
        ("no access-list outside_in line 3", "no access-list outside_in line 3"),
        ("the password is incorrect", "the password is incorrect"),
    ],
)  # fmt: skip
def test_secrets_in_commands_are_masked(command: str, kept: str) -> None:
    assert masked(command) == kept


def test_a_change_of_the_configuration_says_who_from_where_and_what() -> None:
    """By these three it is matched to an approved change."""
    for name in ("cisco_asa", "cisco_ftd", "cisco_ios", "fortinet_fortigate", "paloalto", "sophos_xg", "checkpoint"):
        changes = [event for sample in samples(name) if (event := sample["event"])["kind"] == "config"]
        assert any(event.get("user") and event.get("src") and event.get("detail") for event in changes), name
