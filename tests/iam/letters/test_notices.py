"""Notices: by mail, by SMS where it is urgent or mail failed, as the book says, and never with a secret in them. [ID-4, PW-5]"""

from collections.abc import Callable
from string import Formatter

import pytest
from sqlmodel import col, select

import iam
from iam.letters import notice_texts, notices
from iam.letters.models import Letter
from iam.people.models import Person
from kernel import db
from kernel.action import LISTENERS, Work
from policy import book, deadlines
from tests import world
from tests.iam.conftest import Hands

pytestmark = pytest.mark.usefixtures("database")


def letters(somebody: world.Somebody) -> list[tuple[str, str, str]]:
    """Purpose, channel and state of somebody's letters, in the order they were written."""
    with db.read_session() as session:
        rows = session.scalars(
            select(Letter).where(Letter.person_id == somebody.id).order_by(col(Letter.made_at), col(Letter.channel))
        )
        return [(one.purpose, one.channel, one.state) for one in rows]


def notices_to(somebody: world.Somebody) -> list[tuple[str, str]]:
    return [(purpose, channel) for purpose, channel, _ in letters(somebody) if purpose in notice_texts.PURPOSES]


def in_an_action(monkeypatch: pytest.MonkeyPatch, body: Callable[[Work], object]) -> None:
    """Do something beside the next person who joins."""
    with monkeypatch.context() as now:
        now.setitem(LISTENERS, "person.joined", [*LISTENERS.get("person.joined", ()), lambda work, _: body(work)])
        world.person()


@pytest.fixture
def officer(database: str, hands: Hands) -> world.Somebody:
    return world.settled(role="security-officer")


def test_a_notice_says_the_same_words_in_every_language_and_channel() -> None:
    def fields(*texts: str) -> set[str]:
        return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name} - {"name", "address"}

    for purpose in notice_texts.PURPOSES | set(notice_texts.MANY.values()):
        said = [fields(*notice_texts.MAIL[language, purpose]) for language in ("fr", "en")]
        said += [fields(notice_texts.SMS[language, purpose]) for language in ("fr", "en")]
        assert all(one == said[0] for one in said), purpose
        assert said[0] <= {"user_name", "day", "clause", "count", "title"}, "no notice has a place for a secret"
    assert notice_texts.mail("duty", "tlh", {"name": "Afi", "address": "", "clause": "ID-1", "day": "1"})[0].startswith(
        "Un travail"
    )


def test_the_book_names_notices_that_exist(database: str) -> None:
    for name in ("notices_by_mail", "notices_by_sms"):
        chosen = book.parameter("ID-4", name)
        assert isinstance(chosen, list)
        assert set(chosen) <= notice_texts.PURPOSES


def test_a_message_is_one_text_of_the_gsm_alphabet_in_either_language() -> None:
    from iam.letters.smpp.alphabet import parts_of

    words = {
        "user_name": "afi.mensah-dos-santos",
        "day": "31/12/2026 23:59",
        "clause": "PW-5",
        "count": "1200",
        "title": "Scan of 198.51.100.17 from 203.0.113.250",
    }
    for language in ("fr", "en"):
        for purpose in notice_texts.PURPOSES | set(notice_texts.MANY.values()):
            text = notice_texts.message(purpose, language, words) + " https://omniwarden.example.com"
            assert len(parts_of(text, 1)) == 1, text


def test_a_duty_is_told_at_three_quarters_by_mail_and_when_late_by_sms_too(
    officer: world.Somebody, hands: Hands
) -> None:
    director = world.settled(role="technical-director")
    ama = world.activated()
    iam.report_disclosure(officer.actor, ama.account_id, disclosure="suspected")
    hands.forward(days=2, hours=12)
    deadlines.sweep(hands.time)
    assert notices_to(officer) == [("duty", "mail")]
    assert notices_to(director) == []
    hands.forward(days=1)
    deadlines.sweep(hands.time)
    deadlines.sweep(hands.time)
    assert notices_to(officer) == [("duty", "mail"), ("duty-late", "mail"), ("duty-late", "sms")]
    assert ("duty-late", "sms") in notices_to(director), "it escalates to him"
    carrier = world.deliver()
    said = carrier.last_to(officer.email)
    assert "PW-5" in said
    assert ama.user_name not in said, "a duty's letter tells nothing of whom it is about"


def test_who_holds_many_duties_is_told_of_all_at_once_in_one_letter(officer: world.Somebody, hands: Hands) -> None:
    for _ in range(3):
        iam.report_disclosure(officer.actor, world.activated().account_id, disclosure="suspected")
        hands.forward(minutes=5)
    hands.forward(days=2, hours=12)
    deadlines.sweep(hands.time)
    assert notices_to(officer) == [("duty", "mail")]
    assert "3 " in world.deliver().last_to(officer.email)


def test_who_is_locked_without_a_way_back_is_told_by_mail_alone(officer: world.Somebody) -> None:
    ama, zoe = world.activated(), world.activated()
    iam.report_disclosure(officer.actor, ama.account_id, disclosure="known", renew=False)
    iam.report_disclosure(officer.actor, zoe.account_id, disclosure="known")
    assert notices_to(ama) == [("disclosure", "mail")], "the telephone may be what was lost"
    assert notices_to(zoe) == [], "the letter with the way to new secrets has told it"
    said = world.deliver().last_to(ama.email)
    assert ama.user_name in said
    assert not any(word.isdigit() and len(word) > 3 for word in said.split()), "no code"


def test_mail_that_does_not_leave_is_followed_by_one_text_message(
    officer: world.Somebody, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    afi = world.settled(language="en")
    account = afi.account_id

    for day in ("01/12/2026", "02/12/2026"):
        in_an_action(
            monkeypatch,
            lambda work, day=day: notices.tell(
                work, work.get(Person, afi.id), account, "dormant", user_name="afi", day=day
            ),
        )
    assert notices_to(afi) == [("dormant", "mail")] * 2
    hands.forward(hours=3)
    notices.follow(hands.time)
    assert len(notices_to(afi)) == 2, "not yet"
    hands.forward(hours=2)
    notices.follow(hands.time)
    notices.follow(hands.time)
    assert notices_to(afi)[2:] == [("dormant", "sms")], "once, however many were stuck"
    assert "could not be sent to you by mail" in world.deliver().last_to(afi.phone)
    hands.forward(days=1)
    notices.follow(hands.time)
    assert len(notices_to(afi)) == 3, "what has left needs no following"


def test_who_has_one_address_is_told_there(officer: world.Somebody, monkeypatch: pytest.MonkeyPatch) -> None:
    afi = world.settled()

    def write(work: Work) -> None:
        person = work.get(Person, afi.id)
        person.email = ""
        assert notices.tell(work, person, None, "dormant", user_name="afi", day="1") == 1
        with pytest.raises(KeyError):
            notices.tell(work, person, None, "duty-late", day="1")

    in_an_action(monkeypatch, write)
    assert notices_to(afi) == [("dormant", "sms")]
