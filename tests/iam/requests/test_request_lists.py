"""Lists of people: every bad line is named with its number, nothing is guessed, and whatever comes is answered. [AC-1, AC-2]"""

import csv
import io
import string
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iam.requests import preview as request_preview
from iam.requests.lists import MOST_BYTES, MOST_LINES, NEEDED, NEWCOMER, PERSON, moment, read_sheet
from kernel.errors import Malformed
from tests import world
from tests.iam.conftest import Hands
from tests.iam.requests import world as here

HEADING = "person;role;ends\n"


def why(data: bytes | str) -> dict[int, str]:
    sheet = read_sheet(data if isinstance(data, bytes) else data.encode())
    return {bad.line: bad.why for bad in sheet.bad}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lists_of_every_office_programme_are_read(delimiter: str, mark: bytes, newline: str) -> None:
    text = newline.join(["Person;Role;Ends", "afi.mensah;agent;2027-01-31", "", '"k.adjovi";"trainer";', ""])
    sheet = read_sheet(mark + text.replace(";", delimiter).encode())
    assert (sheet.kind, sheet.bad) == ("person", [])
    assert [(row.line, row.cells) for row in sheet.rows] == [
        (2, {"person": "afi.mensah", "role": "agent", "ends": "2027-01-31"}),
        (4, {"person": "k.adjovi", "role": "trainer"}),
    ]


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"", 0, "empty"),
        (b"\n \n\r\n", 0, "empty"),
        (b"\xef\xbb\xbf", 0, "empty"),
        (HEADING.encode(), 0, "no lines"),
        (b"person\nafi.mensah\nz\xe9.agent\n", 3, "UTF-8"),
        ("person\nafi\n".encode("utf-16"), 0, "UTF-16"),
        (b"person\nafi\x00mensah\n", 2, "no text"),
        (b"x" * (MOST_BYTES + 1), 0, "larger"),
        (b"person;colour\nafi.mensah;red\n", 1, "not known"),
        (b"person;person\na;b\n", 1, "twice"),
        (b"role;scope\nagent;house\n", 1, "lacks a column: person"),
        (b"given_name;family_name\nAfi;Mensah\n", 1, "lacks a column: email, phone"),
        (b"person;role\nafi.mensah\n", 2, "1 cells; the heading has 2"),
        (b"person;role\nafi.mensah;agent;house\n", 2, "3 cells"),
        (b"person;role\n;agent\n", 2, "empty: person"),
        (b"person;ends\nafi.mensah;31/12/2026\n", 2, "no date"),
        (b'person;role\n"afi.mensah;agent\nk.adjovi;agent\n', 2, "quotation mark"),
        (b'person;role\n"afi\nmensah";agent\n', 2, "line break"),
        (b"person\nafi.mensah\nAFI.mensah\n", 3, "says the same"),
        (b"person\n" + b"a" * 201 + b"\n", 2, "longer than"),
        ("person\nafi\u202emensah\n".encode(), 2, "cannot be seen"),
    ],
)
def test_each_bad_line_is_named(data: bytes, line: int, words: str) -> None:
    found = why(data)
    assert words in found[line], found


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_a_cell_that_a_spreadsheet_would_run_is_refused(sign: str) -> None:
    found = why(f"person;role\nafi.mensah;agent\n{sign}cmd|' /C calc'!A0;agent\n")
    assert found == {3: "The cell person begins like a formula of a spreadsheet."}


def test_a_telephone_number_is_no_formula_but_nothing_else_is_a_telephone_number() -> None:
    heading = "given_name;family_name;email;phone\n"
    assert why(heading + "Afi;Mensah;a@example.com;+229 01 97 00 00 00\n") == {}
    assert 2 in why(heading + "Afi;Mensah;a@example.com;+229+cmd|' /C calc'!A0\n")
    assert 2 in why(heading + "+2290197000000;Mensah;a@example.com;+229 01 97 00 00 00\n")


def test_good_lines_are_kept_beside_bad_ones_and_the_rest_of_a_long_list_is_named() -> None:
    lines = "".join(f"user{n}\n" for n in range(MOST_LINES + 40))
    sheet = read_sheet(f"person\n{lines}".encode())
    assert len(sheet.rows) == MOST_LINES
    assert [(bad.line, "nothing was read" in bad.why) for bad in sheet.bad] == [(MOST_LINES + 2, True)]
    mixed = read_sheet(b"person\nafi\n=1\nkofi\n")
    assert [row.line for row in mixed.rows] == [2, 4]


@given(st.binary(max_size=400))
def test_any_bytes_are_answered(data: bytes) -> None:
    sheet = read_sheet(data)
    assert sheet.rows or sheet.bad
    assert all(bad.why for bad in sheet.bad)


ANY_CELL = st.text(max_size=30)


@given(
    heading=st.lists(st.sampled_from([*PERSON, *NEWCOMER, "colour"]), min_size=1, max_size=6),
    rows=st.lists(st.lists(ANY_CELL, min_size=1, max_size=7), max_size=8),
    delimiter=st.sampled_from(",;\t"),
)
def test_every_line_is_either_good_or_named_once_and_a_good_one_holds_no_danger(
    heading: list[str], rows: list[list[str]], delimiter: str
) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([heading, *rows])
    sheet = read_sheet(out.getvalue().encode("utf-8", "surrogatepass"))
    named = [row.line for row in sheet.rows] + [bad.line for bad in sheet.bad]
    assert len(named) == len(set(named))
    for row in sheet.rows:
        assert NEEDED[sheet.kind] <= row.cells.keys() <= set(heading)
        for name, cell in row.cells.items():
            assert cell.isprintable()
            assert cell == cell.strip() != ""
            assert cell[0] not in "=@-"
            assert cell[0] != "+" or name == "phone"


@given(st.lists(st.text(string.ascii_lowercase, min_size=1, max_size=12), min_size=1, max_size=30))
def test_no_line_is_lost(people: list[str]) -> None:
    sheet = read_sheet(("person\n" + "\n".join(people)).encode())
    assert len(sheet.rows) + len(sheet.bad) == len(people)
    assert {row.cells["person"] for row in sheet.rows} == set(people)


def test_a_date_as_an_end_counts_to_its_last_moment() -> None:
    assert moment("2026-12-31") == datetime(2026, 12, 31, tzinfo=UTC)
    assert moment("2026-12-31", end=True) == datetime(2027, 1, 1, tzinfo=UTC)
    assert moment("2026-12-31 18:00", end=True) == datetime(2026, 12, 31, 18, tzinfo=UTC)
    for nonsense in ("2026-02-30", "tomorrow", "", "9999-12-31T25:00", "2026-12-31Z"):
        assert moment(nonsense) is None
    assert moment("9999-12-31", end=True) is not None


def test_a_preview_names_the_unknown_and_makes_wishes_of_the_rest(database: str, hands: Hands) -> None:
    house = here.settle()
    names = [house.ama.user_name.upper(), "no.body", house.boss.user_name]
    text = "person;ends\n" + "".join(f"{name};2099-01-31\n" for name in names)
    found = request_preview.preview_list(house.boss.actor, text=text.encode(), deed="allocate", role="trainer")
    assert [(bad.line, bad.why) for bad in found.bad] == [(3, "Nobody has the user id in the cell person.")]
    assert [(w.person_id, w.role) for w in found.wishes] == [(house.ama.id, "trainer"), (house.boss.id, "trainer")]
    assert found.lines == [2, 4]
    request = here.draft(house.boss.actor, *(wish.model_dump() for wish in found.wishes[:1]))
    assert here.lines(request)[0].ends_at == datetime(2099, 2, 1, tzinfo=UTC)


def test_a_preview_of_newcomers_checks_what_joining_asks(database: str, hands: Hands) -> None:
    house = here.settle()
    text = (
        "given_name,family_name,email,phone,manager\n"
        f"Afi,Kponton,afi@example.com,+229 01 97 00 00 01,{house.boss.user_name}\n"
        "Kofi,Adjovi,no-address,+229 01 97 00 00 02,\n"
        "Zoé,Diallo,zoe@example.com,97 00,\n"
        "Ama,Mensah,ama@example.com,+229 01 97 00 00 04,no.body\n"
    )
    found = request_preview.preview_list(house.boss.actor, text=text.encode(), deed="create")
    assert [bad.line for bad in found.bad] == [3, 4, 5]
    (wish,) = found.wishes
    assert wish.newcomer is not None
    assert (wish.newcomer.manager_id, wish.newcomer.phone) == (house.boss.id, "+2290197000001")
    assert not any("zoe@" in bad.why or "no-address" in bad.why for bad in found.bad)
    for deed, words in (("allocate", "of newcomers"), ("create", "who are here")):
        other = request_preview.preview_list(
            house.boss.actor, text=text.encode() if deed == "allocate" else b"person\nafi\n", deed=deed, role="trainer"
        )
        assert any(words in bad.why for bad in other.bad)
        assert other.wishes == []


def test_a_huge_list_is_refused_at_the_door(database: str) -> None:
    member = world.person()
    with pytest.raises(Malformed):
        request_preview.preview_list(member.actor, text=b"x" * (MOST_BYTES + 1), deed="revoke")
