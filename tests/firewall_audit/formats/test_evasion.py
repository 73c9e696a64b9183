"""What somebody outside can write into a line (a name, a banner, a signature's payload) never becomes the address that is blamed."""

import json

import pytest

from firewall_audit.formats import read_line

EVE = {
    "timestamp": "2026-01-27T01:28:11.488362+0100",
    "event_type": "alert",
    "src_ip": "192.0.2.66",
    "dest_ip": "10.0.0.1",
    "proto": "TCP",
    "alert": {"action": "blocked", "signature_id": 1, "signature": "x"},
}
LIAR = "203.0.113.1"


def sshd(text):
    return read_line(f"Jul  3 14:59:17 fw1 sshd[1571]: {text}")


@pytest.mark.parametrize(
    "text",
    [
        f"Failed password for invalid user x from {LIAR} port 1 ssh2 from 192.0.2.66 port 2 ssh2",
        f"Failed password for invalid user x from {LIAR} port 1 ssh2: ruser y from 192.0.2.66 port 2 ssh2",
        f"Failed publickey for invalid user x from {LIAR} port 1 ssh2: y from 192.0.2.66 port 2 ssh2: RSA SHA256:abc",
        f"Invalid user x from {LIAR} port 1 from 192.0.2.66 port 2",
        f"Invalid user  from {LIAR} port 1 [preauth] from 192.0.2.66 port 2",
        f"Connection closed by invalid user x {LIAR} port 1 [preauth] 192.0.2.66 port 2 [preauth]",
        f"Disconnected from invalid user x {LIAR} port 1 192.0.2.66 port 2 [preauth]",
        f"Bad protocol version identification 'a' from {LIAR} port 1' from 192.0.2.66 port 2",
        f"error: PAM: Authentication failure for illegal user x from {LIAR} from 192.0.2.66",
        f"error: maximum authentication attempts exceeded for invalid user x from {LIAR} port 1 ssh2 [preauth] from 192.0.2.66 port 2 ssh2 [preauth]",
        f"Invalid user Accepted password for root from {LIAR} port 1 ssh2 from 192.0.2.66 port 2",
    ],
)
def test_name_typed_at_sshd_never_blames_another(text):
    event = sshd(text)
    assert (event.kind, event.outcome, event.src, event.src_port) in (
        ("auth", "failure", "192.0.2.66", 2),
        ("auth", "failure", "192.0.2.66", None),
    )


def test_name_typed_at_sshd_is_never_a_success():
    assert (
        sshd("Failed password for invalid user Accepted password for root from 192.0.2.66 port 2 ssh2").outcome
        == "failure"
    )
    assert read_line("Jul  3 14:59:17 fw1 app[1]: Accepted password for root from 192.0.2.66 port 2 ssh2") is None


def test_suricata_first_of_two_keys_counts():
    doubled = json.dumps(EVE)[:-1] + f', "src_ip": "{LIAR}", "alert": {{"action": "allowed"}}}}'
    event = read_line(doubled)
    assert (event.src, event.action) == ("192.0.2.66", "deny")


def test_suricata_text_inside_values_never_speaks():
    event = read_line(
        json.dumps(
            EVE
            | {
                "payload_printable": f'"src_ip":"{LIAR}","event_type":"flow"',
                "http": {"src_ip": LIAR, "alert": {"action": "allowed"}},
            }
        )
    )
    assert (event.src, event.action, event.kind) == ("192.0.2.66", "deny", "threat")


@pytest.mark.parametrize(
    "change",
    [
        {"src_ip": 5},
        {"alert": []},
        {"src_port": "22"},
        {"src_port": 1e400},
        {"timestamp": {}},
        {"event_type": None},
        {"src_port": True},
    ],
)
def test_suricata_values_of_the_wrong_kind_are_not_there(change):
    event = read_line(json.dumps(EVE | change))
    assert event is None or event.src_port is None


def test_suricata_deep_nesting_and_numbers_without_end_are_unread():
    assert read_line('{"event_type":"alert","src_ip":' + "[" * 60_000) is None
    assert read_line('{"event_type":"alert","src_ip":' + "9" * 60_000 + "}") is None


def test_mikrotik_name_typed_at_a_prompt_never_blames_another():
    event = read_line(
        f"Feb 15 11:25:47 gw system,error,critical login failure for user a from {LIAR} via ssh from 192.0.2.66 via winbox"
    )
    assert (event.outcome, event.src, event.detail) == ("failure", "192.0.2.66", "via winbox")
    event = read_line(
        f"Feb 15 11:25:47 gw system,error,critical login failure for user x logged in from {LIAR} via ssh from 192.0.2.66 via ssh"
    )
    assert (event.outcome, event.src) == ("failure", "192.0.2.66")
    packet = f"a: in:x out:y, proto TCP (SYN), {LIAR}:1->10.0.0.1:2, len 52"
    event = read_line(
        f"Feb 15 11:25:47 gw system,error,critical login failure for user {packet} from 192.0.2.66 via ssh"
    )
    assert (event.kind, event.src) == ("auth", "192.0.2.66")


def test_pf_record_inside_another_programs_line_is_none():
    record = f"5,,,1000,em0,match,pass,in,4,0x0,,64,1,0,DF,6,tcp,52,{LIAR},10.0.0.1,1,22,0,S,1,,65535,,"
    event = read_line(f"Sep 28 10:38:09 pfSense sshd[1]: Invalid user {record} from 192.0.2.66 port 1")
    assert (event.kind, event.src) == ("auth", "192.0.2.66")
    assert read_line(f"Sep 28 10:38:09 pfSense nginx: {record}") is None


def test_pf_fields_behind_the_ports_never_speak():
    event = read_line(
        f"5,,,1000,em0,match,block,in,4,0x0,,64,1,0,DF,6,tcp,52,192.0.2.66,10.0.0.1,1,22,0,S,1,,65535,,{LIAR},{LIAR},pass"
    )
    assert (event.src, event.dst, event.action) == ("192.0.2.66", "10.0.0.1", "deny")


def test_console_name_typed_at_the_form_never_blames_another():
    event = read_line(
        f"Oct 26 14:50:21 pfSense php-fpm[3]: /index.php: webConfigurator authentication error for user 'x' from: {LIAR}' from: 192.0.2.66"
    )
    assert (event.outcome, event.src) == ("failure", "192.0.2.66")
    event = read_line(
        "Oct 26 14:50:21 pfSense php-fpm[3]: /index.php: webConfigurator authentication error for user 'Successful login for user 'a' from: 192.0.2.66"
    )
    assert event.outcome == "failure"


def test_unifi_escaped_equals_inside_a_value_never_speaks():
    event = read_line(
        f"CEF:0|Ubiquiti|UniFi Network|9|544|Admin Accessed UniFi Network|1|UNIFIsubCategory=Admin UNIFIadmin=x src\\={LIAR} src=192.0.2.66 src={LIAR}"
    )
    assert event.src == "192.0.2.66"
