"""Lists of threats and countries that the house supplies: read, bounded, hostile ones refused by line number."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firewall_audit import given as lists
from firewall_audit import place
from firewall_audit.detections.ground import Networks
from firewall_audit.models import GivenList
from kernel import clock
from kernel.db import uuid7
from kernel.errors import Malformed, NotFound
from tests.firewall_audit.countries import database


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "settings", place.settings.model_copy(update={"state_folder": tmp_path}))


def row(kept: lists.Kept) -> GivenList:
    now = clock.now()
    return GivenList(
        kind=kept.kind, name="known", source="x", digest=kept.digest, entries=kept.entries, ends_at=now, given_by=uuid7(), given_at=now,
    )  # fmt: skip


def test_a_list_of_addresses_networks_and_comments_is_read_with_its_heading() -> None:
    raw = b'\xef\xbb\xbf"address","score"\r\n198.51.100.7,9\n\n# a remark\n203.0.113.0/24 ; why\n2001:db8::/32#x\n198.51.100.7\n'
    kept = lists.keep_threats(raw)
    assert (kept.entries, kept.unread) == (3, 1)
    (told,) = lists.threats_of([row(kept)])
    assert told.networks == ("198.51.100.7/32", "2001:db8::/32", "203.0.113.0/24")
    networks = Networks(told.networks)
    assert "203.0.113.9" in networks
    assert "2001:db8::9" in networks
    assert "203.0.114.9" not in networks


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "line 1"),
        (b"<html>\n<body>\nnothing\n198.51.100.7\n", "line 1, 2, 3"),
        (b"198.51.100.7\x00", "no text"),
        (b"0.0.0.0/0\n::/0\n10.0.0.0/1\n", "line 1, 2, 3"),
        (b"\xff\xfe\xfd" * 10, "line 1"),
    ],
)
def test_what_is_no_list_is_refused_by_the_number_of_its_lines(raw: bytes, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        lists.keep_threats(raw)


def test_a_list_beyond_its_bounds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MOST", 3)
    with pytest.raises(Malformed, match="3 networks"):
        lists.keep_threats(b"\n".join(b"198.51.100.%d" % place for place in range(5)))
    monkeypatch.setattr(lists, "MOST_BYTES", 10)
    with pytest.raises(Malformed, match="at most"):
        lists.keep_threats(b"198.51.100.7")


@pytest.mark.parametrize(
    "raw", [b"", b"nothing", b"\xab\xcd\xefMaxMind.com", b"\xab\xcd\xefMaxMind.com" + b"\xff" * 40]
)
def test_what_is_no_database_of_countries_is_refused(raw: bytes) -> None:
    with pytest.raises(Malformed):
        lists.keep_countries(raw)


def test_a_list_whose_content_is_not_here_is_told_and_not_taken_for_empty() -> None:
    with pytest.raises(NotFound):
        lists.threats_of([row(lists.Kept("threats", "0" * 64, 1, 0))])
    assert lists.country_of([]) is None


@given(st.binary(max_size=300))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_list_breaks_the_reader(raw: bytes) -> None:
    try:
        kept = lists.keep_threats(raw)
    except Malformed:
        return
    assert kept.entries > 0


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(8, 32)), max_size=20), st.integers(0, 2**32 - 1))
def test_spans_hold_what_their_networks_hold(told: list[tuple[int, int]], asked: int) -> None:
    import ipaddress

    written = [str(ipaddress.ip_network((number, length), strict=False)) for number, length in told]
    address = ipaddress.ip_address(asked)
    assert (str(address) in Networks(written)) == any(address in ipaddress.ip_network(one) for one in written)


@pytest.mark.parametrize(
    "told",
    [
        {"country": {"iso_code": "US"}},
        {"registered_country": {"iso_code": "US"}},
        {"country_code": "US"},
        {"country": "US"},
    ],
)
def test_a_database_of_countries_tells_them_nested_or_flat(told: dict[str, object]) -> None:
    kept = lists.keep_countries(database({"8.8.8.0/24": told, "41.79.0.0/16": {"country": {"iso_code": "BJ"}}}))
    country = lists.country_of([row(kept)])
    assert country is not None
    assert [country(one) for one in ("8.8.8.8", "41.79.217.1", "8.8.9.1")] == ["US", "BJ", ""]
    assert country("2001:db8::1") == "", "a file of IPv4 alone knows nothing of IPv6"


def test_a_database_that_tells_networks_but_no_country_is_refused() -> None:
    with pytest.raises(Malformed, match="tells no countries"):
        lists.keep_countries(
            database({"8.8.8.0/24": {"country": "United States"}, "1.1.1.0/24": {"city": {"en": "X"}}})
        )
