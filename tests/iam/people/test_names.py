"""Naming as data: unique, of one shape, a person's for ever; whatever people are called. [ID-2, ID-3]"""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iam.people import names
from iam.people.names import Convention

HOUSE = Convention(
    platform="omniwarden",
    pattern=r"[a-z]+(\.[a-z]+)?[0-9]*",
    forms=("{given}.{family}", "{initial}.{family}"),
    min_length=3,
    max_length=32,
    reserved=frozenset({"admin", "root", "team", "support", "agent"}),
)
DIRECTORY = Convention("active-directory", HOUSE.pattern, HOUSE.forms, 3, 20, HOUSE.reserved)
LINUX = Convention("linux", r"[a-z][a-z0-9]*", ("{initial}{family}", "{given}{family}"), 3, 30, HOUSE.reserved)
PLATFORMS = (HOUSE, DIRECTORY, LINUX)

GIVEN = [
    "Afi",
    "Jean-Pierre",
    "Zoé",
    "Ọlúṣẹ́gun",
    "Ɖɔvi",
    "Þórður",
    "李",
    "محمد",
    "Ольга",
    "Marie Claire",
    "O",
    "Ñandú",
    "Αλέξης",
]
FAMILY = ["Mensah", "N'Guessan", "Dos Santos", "Ọbásanjọ́", "Kpɛɖé", "Müller", "Åström", "小龙", "علي", "Иванова", "X", "Wolfeschlegelsteinhausenbergerdorff"]  # fmt: skip


def none_taken(_: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("given_name", "family_name", "expected"),
    [
        ("Afi", "Mensah", "afi.mensah"),
        ("Zoé", "Åström", "zoe.astrom"),
        ("Ọlúṣẹ́gun", "Ọbásanjọ́", "olusegun.obasanjo"),
        ("Jean-Pierre", "N'Guessan", "jeanpierre.nguessan"),
        ("Marie Claire", "Dos Santos", "marie.dossantos"),
        ("李", "小龙", "li.xiaolong"),
        ("Ɖɔvi", "Kpɛɖé", "dovi.kpede"),
        ("O", "X", "o.x"),
        ("Suharto", "", "suharto.suharto"),
    ],
)
def test_accents_scripts_and_single_letters_come_down_to_plain_ids(given_name, family_name, expected) -> None:
    assert names.propose(HOUSE, given_name, family_name, none_taken) == expected


def test_twins_get_the_next_form_then_numbers() -> None:
    taken: set[str] = set()
    for expected in ("afi.mensah", "a.mensah", "afi.mensah2", "afi.mensah3"):
        name = names.propose(HOUSE, "Afi", "Mensah", taken.__contains__)
        assert name == expected
        taken.add(name)


def test_an_id_of_someone_who_left_is_never_given_again() -> None:
    ever = {"afi.mensah", "a.mensah", "afi.mensah2"}
    assert names.propose(HOUSE, "Afi", "Mensah", ever.__contains__) == "afi.mensah3"


def test_very_long_names_are_cut_and_stay_apart() -> None:
    given_name, family_name = "Wolfeschlegelsteinhausen" * 3, "Bergerdorff" * 5
    taken: set[str] = set()
    for _ in range(400):
        name = names.propose(DIRECTORY, given_name, family_name, taken.__contains__)
        assert len(name) <= 20
        taken.add(name)
    assert len(taken) == 400


@pytest.mark.parametrize("name", ["admin", "admin.team", "root2", "support", "team.agent"])
def test_names_of_groups_and_systems_are_refused(name: str) -> None:
    assert names.fault(HOUSE, name, "Admin", "Team") is not None


def test_a_person_called_like_a_system_still_gets_an_id() -> None:
    assert names.propose(HOUSE, "Admin", "Root", none_taken) == "a.root"
    assert names.propose(HOUSE, "Jane", "Root", none_taken) == "jane.root"


@pytest.mark.parametrize(
    "name", ["superstar", "Afi.Mensah", "afi mensah", "afi_mensah", "kofi.mensah", "afi.mensah.x", "afi", "", "2afi"]
)
def test_ids_that_the_system_would_not_make_are_refused(name: str) -> None:
    assert names.fault(HOUSE, name, "Afi", "Mensah") is not None


@pytest.mark.parametrize("name", ["afi.mensah", "a.mensah", "afi.mensah2", "afi.mensah417"])
def test_ids_of_the_convention_pass(name: str) -> None:
    assert names.fault(HOUSE, name, "Afi", "Mensah") is None


@pytest.mark.parametrize("given_name", ["", "  ", "123", "--", "\u200b"])
def test_a_name_without_a_letter_has_no_id(given_name: str) -> None:
    with pytest.raises(ValueError, match="letter"):
        names.propose(HOUSE, given_name, "", none_taken)


@pytest.mark.slow
@pytest.mark.parametrize("convention", PLATFORMS, ids=lambda c: c.platform)
def test_a_hundred_thousand_people_get_a_hundred_thousand_ids(convention: Convention) -> None:
    """Names as a region has them: many twins. Each id fits, is unique, and leads back to its one person, now and when asked again."""
    chance, begun = random.Random(7), time.perf_counter()  # noqa: S311 - the same names at each run
    syllables = ["ko", "fi", "a", "ma", "zo", "é", "ọ", "sé", "gu", "n'", "da", "lo", "mi", "ɖɔ", "kp", "ya", "ñu", "ß"]
    owner: dict[str, int] = {}
    people: list[tuple[str, str, str]] = []
    for person in range(100_000 if convention is HOUSE else 20_000):
        given_name = (
            chance.choice(GIVEN) if person % 7 == 0 else "".join(chance.choices(syllables, k=chance.randint(1, 4)))
        )
        family_name = "".join(chance.choices(syllables, k=chance.randint(2, 5)))
        name = names.propose(convention, given_name, family_name, owner.__contains__)
        assert name not in owner
        assert names.fits(convention, name)
        assert names.fault(convention, name, given_name, family_name) is None
        owner[name] = person
        people.append((given_name, family_name, name))
    assert len(owner) == len(people)
    for person, (given_name, family_name, name) in enumerate(people[::7]):
        assert owner[name] == person * 7
        again = names.propose(convention, given_name, family_name, lambda n, own=name: n in owner and n != own)
        assert again == name
    assert time.perf_counter() - begun < 60


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_whatever_people_are_called_an_id_fits_or_is_plainly_impossible(given_name: str, family_name: str) -> None:
    try:
        name = names.propose(HOUSE, given_name, family_name, none_taken)
    except ValueError:
        return
    assert names.fits(HOUSE, name)
    assert names.fault(HOUSE, name, given_name, family_name) is None
    assert name.isascii()
