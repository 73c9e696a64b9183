"""What an alarm is called in letters: in the reader's language, and short enough for a text message. [FW-6]"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.console import alarm_words
from api.words import speaking
from firewall_audit.alarms.shipped import SHIPPED
from iam.letters.alarm_titles import LONGEST, PARTS, RULES, fitted, plain, title
from iam.letters.alarms import short
from iam.letters.smpp.alphabet import GSM, is_gsm, parts_of, septets

ADDRESS = "https://omniwarden.example/firewalls/alarms/01a20bd3-ff97-73bf-8165-7eb5550862d3"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_letters_and_pages_call_an_alarm_alike(language: str) -> None:
    assert set(RULES) == {name for name, _terms in SHIPPED.values()}
    for name in (*RULES, "Our own rule"):
        with speaking(language):
            said = alarm_words.title_of("rule", name, "203.0.113.66")
        assert title(language, "rule", name, "203.0.113.66").replace(" : ", ": ") == said.replace(" : ", ": ")
        with speaking(language):
            assert (
                alarm_words.title_of("more", name, "").rpartition(":")[2]
                == title(language, "more", name, "").rpartition(":")[2]
            )
    assert title(language, "more", "", "") != title(language, "test", "", "")


def test_another_language_is_written_to_in_french() -> None:
    assert title("ee", "rule", "Many sign-ins fail", "") == "De nombreuses connexions échouent"


def test_accents_that_the_alphabet_lacks_go_and_the_others_stay() -> None:
    assert plain("Détecté à l\u2019hôtel \u2013 naïf, œuvre, 防火") == "Détecté à l'hotel - naif, oeuvre, ??"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    "name", ["Много попыток входа", "N" * 400, "{" * 400, "ê" * 400, "防火墙" * 90, "A burst of scanning"]
)
def test_text_message_fits_its_parts_with_its_address_whole(language: str, name: str) -> None:
    text = short(language, title(language, "rule", name, "203.0.113.66"), ADDRESS)
    parts = parts_of(text, 7)
    assert text.endswith(f" {ADDRESS}")
    assert len(parts) <= PARTS
    assert {one.coding for one in parts} == {GSM}


@given(st.text(max_size=400), st.integers(min_value=3, max_value=LONGEST))
def test_whatever_is_written_fits_its_room(text: str, room: int) -> None:
    told = fitted(plain(text), room)
    assert is_gsm(told)
    assert septets(told) <= room
    assert told == plain(text) or told.endswith("...")
