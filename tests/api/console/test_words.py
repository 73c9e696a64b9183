"""Catalogues are complete, dates and figures are as people write them, the language is the one that was asked for."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import run

import pytest
from babel.messages.pofile import read_po

from api import formats, words

NOW = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_catalogues_hold_every_sentence_of_the_pages():
    found = run([sys.executable, "tools/catalogue.py", "--check"], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_no_message_is_fuzzy_and_places_agree():
    for path in Path("api/locale").glob("*/LC_MESSAGES/messages.po"):
        with path.open("rb") as file:
            for message in read_po(file, locale=path.parts[-3]):
                assert not message.fuzzy, message.id
                if message.id and isinstance(message.id, str):
                    assert sorted(places(message.id)) == sorted(places(message.string)), message.id


def places(text):
    import re

    return re.findall(r"%\(\w+\)s|\{\w+\}|#", text)


@pytest.mark.parametrize(
    ("profile", "accepted", "chosen"),
    [
        (None, "fr-BJ,fr;q=0.9,en;q=0.8", "fr"),
        (None, "de,en;q=0.3,fr;q=0.2", "en"),
        (None, "fr;q=0, en;q=0.1", "en"),
        (None, "*;q=junk,,;", "en"),
        ("fr", "en", "fr"),
        ("xx", "fr", "fr"),
    ],
)
def test_language_is_the_profiles_then_the_browsers(profile, accepted, chosen):
    assert words.choose(profile, accepted) == chosen


@pytest.mark.parametrize(
    ("before", "english", "french"),
    [
        (timedelta(seconds=20), "just now", "à l\u2019instant"),
        (timedelta(minutes=5), "5 min ago", "il y a 5 min"),
        (timedelta(hours=5), "today 09:32", "aujourd\u2019hui 09:32"),
        (timedelta(hours=20), "yesterday 18:32", "hier 18:32"),
        (timedelta(days=3), "Friday 14:32", "vendredi 14:32"),
        (timedelta(days=-1), "tomorrow 14:32", "demain 14:32"),
        (timedelta(days=60), "24 Sept, 14:32", "24 sept., 14:32"),
    ],
)
def test_dates_as_people_say_them(before, english, french):
    with words.speaking("en"):
        assert formats.spoken(NOW - before, NOW) == english
    with words.speaking("fr"):
        assert formats.spoken(NOW - before, NOW) == french


def test_exact_time_is_on_hover():
    assert 'title="2026-11-23 14:32:00.000 UTC"' in formats.moment(NOW, NOW)


@pytest.mark.parametrize(
    ("seconds", "said"), [(9, "9 s"), (720, "12 min"), (7800, "2 h 10 min"), (3600, "1 h"), (266400, "3 d 2 h")]
)
def test_durations_in_two_figures(seconds, said):
    assert formats.duration(seconds) == said


def test_telephone_numbers_hide_their_middle():
    assert formats.masked_phone("+2290197001242") == "+229 01 •• •• •• 42"
    assert formats.masked_phone("sip:someone") == "•••ne"


def test_figures_in_a_sentence_are_kept_in_translation():
    with words.speaking("fr"):
        assert words.told("It has 5 characters; at least 8 are needed.") == "Il a 5 caractères ; il en faut au moins 8."
        assert words.told("Something with 5 that nobody translated.") == "Something with 5 that nobody translated."


@pytest.mark.parametrize(
    ("sentence", "french"),
    [
        ("This person is suspended and is given no role.", "Cette personne ne reçoit pas de rôle : son état est « suspendu »."),
        ("The keys are kept by: security-officer, technical-director.", "Les clés sont gardées par : responsable de la sécurité, directeur technique."),
        ("This break-glass is lapsed.", "L\u2019état de cet accès d\u2019urgence est « caduc »."),
        ("There is no scope site:lomé {x} %(y)s.", "Il n\u2019y a pas de périmètre site:lomé {x} %(y)s."),
        ("There is no scope .", "There is no scope ."),
    ],
)  # fmt: skip
def test_a_word_that_a_refusal_carries_is_translated_at_its_place(sentence, french):
    with words.speaking("fr"):
        assert words.told(sentence) == french
    with words.speaking("en"):
        assert words.told(sentence) == sentence


def test_the_fields_speak_the_sentences_with_places_as_they_are_marked():
    """Each marked sentence is one that a field makes, with other names at its places."""
    import ast
    import re

    from api.console.said_places import SENTENCES

    made = set()
    for field in ("kernel", "policy", "iam", "contactcenter", "changecontrol"):
        for path in Path(field).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
                    made.add("".join(map(str, parts)))
    unsaid = [one for one in SENTENCES if re.sub(r"{\w+}", "{}", one) not in made]
    assert unsaid == []


def test_one_word_of_two_meanings_has_two_translations():
    for meanings in (
        (("keyboard", "Keys"), "Keys"),
        (("right", "New"), "New"),
        (("person", "Holds"), "Holds"),
        (("account", "Closed"), "Closed"),
    ):
        (context, word), usual = meanings
        with words.speaking("fr"):
            assert words._(words.P_(context, word)) != words._(usual)
        with words.speaking("en"):
            assert words._(words.P_(context, word)) == word
