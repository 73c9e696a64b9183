import struct
from datetime import timedelta

import pytest

from firewall_audit.detections.parameters import Parameters
from firewall_audit.detections.tallies import History, Tally, behind, keep, take
from firewall_audit.detections.threats import Countries
from firewall_audit.store import Store
from tests.firewall_audit.written import START, WEEK, allowed, denied, window, write


def weeks_ago(number, **seen):
    return Tally(START - number * WEEK, START - (number - 1) * WEEK, seen)


def test_tallies_are_kept_and_the_last_weeks_are_read_back(tmp_path):
    for number in (1, 2, 3):
        keep(tmp_path, weeks_ago(number, service={f"s{number}": number}))
    keep(tmp_path, weeks_ago(0, service={"now": 1}))
    assert [one.seen for one in behind(tmp_path, START, 2).tallies] == [{"service": {"s1": 1}}, {"service": {"s2": 2}}]
    assert behind(tmp_path, START, 9).usual["service"] == {"s1", "s2", "s3"}
    assert behind(tmp_path / "none", START, 9) == History()


def test_tally_of_the_same_window_takes_the_place_of_the_old(tmp_path):
    keep(tmp_path, weeks_ago(1, rule={"a": 1}))
    keep(tmp_path, weeks_ago(1, rule={"b": 1}))
    [one] = behind(tmp_path, START, 9).tallies
    assert one.seen == {"rule": {"b": 1}}


def test_tally_counts_what_came_in_and_what_spoke(tmp_path, plain):
    store = Store(tmp_path)
    write(store, [allowed(0, "203.0.113.9", rule="in"), allowed(1, "203.0.113.10"), denied(2, "192.0.2.1")])
    with window(store) as week:
        seen = take(week, Parameters(), {"203.0.113.9": "BJ"}.get).seen
    assert seen["service"] == {"10.30.0.5 tcp/443": 2}
    assert seen["network"] == {"203.0.113.0/24": 2}
    assert seen["country"] == {"BJ": 1}
    assert seen["rule"] == {"fw in": 1}
    assert seen["volume"] == {"fw 2026-10-05": 3}


def test_volumes_are_those_of_the_same_weekday():
    history = History((weeks_ago(1, volume={"fw 2026-09-28": 5, "fw 2026-09-29": 6, "other 2026-09-28": 7}),))
    assert history.volumes("fw", START.weekday()) == [5]
    assert history.volumes("fw", (START + timedelta(days=2)).weekday()) == []


def text(word):
    return bytes([0x40 | len(word)]) + word.encode()


def number(kind, value, size):
    return bytes([kind << 5 | size]) + value.to_bytes(size, "big")


def database(letters):
    """A file in MaxMind's format with one node: every address is of one country."""
    tree = struct.pack(">I", 17)[1:] * 2
    data = b"\xe1" + text("country") + b"\xe1" + text("iso_code") + text(letters)
    about = {
        "binary_format_major_version": number(5, 2, 1), "binary_format_minor_version": number(5, 0, 0), "build_epoch": b"\x01\x02\x01",
        "database_type": text("Test"), "description": b"\xe0", "ip_version": number(5, 6, 1), "languages": b"\x00\x04",
        "node_count": number(6, 1, 1), "record_size": number(5, 24, 1),
    }  # fmt: skip
    told = bytes([0xE0 | len(about)]) + b"".join(text(name) + value for name, value in about.items())
    return tree + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + told


def test_countries_come_from_a_file_of_the_house(tmp_path):
    (tmp_path / "c.mmdb").write_bytes(database("BJ"))
    assert Countries(tmp_path / "c.mmdb")("203.0.113.9") == "BJ"
    with pytest.raises(FileNotFoundError):
        Countries(tmp_path / "none.mmdb")
