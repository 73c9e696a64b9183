"""Awareness: a breach reported is a case at once; reminders stand on every desk; trial mails teach whom they catch."""

import re
from typing import Any

import pytest
from sqlmodel import select

from kernel import db
from kernel.db import read_session
from kernel.errors import Conflict, Denied, Malformed, NotFound, Refused
from policy import deadlines, desk
from policy.models import Duty
from tests import world
from tests.training.conftest import School
from training.awareness import breaches, phishing, reminders
from training.awareness.models import PhishingMail

LURE = {
    "en": {"subject": "Your parcel", "body": "Your parcel waits at the gate. Confirm here: {link}"},
    "fr": {"subject": "Votre colis", "body": "Votre colis attend au poste de garde. Confirmez ici : {link}"},
}


def cases(rule: str) -> list[Duty]:
    with read_session() as session:
        return list(session.scalars(select(Duty).where(Duty.rule == rule)))


def test_a_report_is_a_case_of_the_security_officer_in_one_step(school: School) -> None:
    ama = world.person(role="agent")
    made = breaches.report_breach(ama.actor, kind="data", told="A sheet with customers' numbers lay at the printer.")
    (duty,) = cases("breach-case")
    assert (duty.clause, duty.holder_role, (duty.due_at - duty.opened_at).total_seconds()) == (
        "TR-8", "security-officer", 86_400,
    )  # fmt: skip
    assert duty.id in {one.id for one in desk.my_duties(school.officer.actor)}
    assert breaches.list_breaches(school.officer.actor)[0].told.startswith("A sheet")
    with pytest.raises(Denied):
        breaches.list_breaches(ama.actor)
    breaches.close_breach(school.officer.actor, made.id, outcome="Shredded; the printer now waits for the badge.")
    assert [one.state for one in cases("breach-case")] == ["fulfilled"]
    assert breaches.my_reports(ama.actor)[0].outcome is not None
    with pytest.raises(Refused):
        breaches.close_breach(school.officer.actor, made.id, outcome="twice over")


@pytest.mark.parametrize("told", ["", "  ", "x" * 4001])
def test_a_report_says_something_and_not_a_book(school: School, told: str) -> None:
    with pytest.raises(Malformed):
        breaches.report_breach(school.trainer.actor, kind="other", told=told)


def test_what_was_told_lies_on_the_ledger_only_as_a_commitment(school: School, database: str) -> None:
    breaches.report_breach(school.trainer.actor, kind="other", told="Somebody photographed a screen.")
    with db.connect(db.AUDITOR, database) as conn:
        row = conn.execute(
            "select convert_from(body, 'utf8') from ledger.entry where action = 'breach.report' order by id desc limit 1"
        ).fetchone()
    assert row is not None
    assert "photographed" not in row[0]


def test_a_reminder_stands_on_every_desk_and_fulfils_the_duty(school: School) -> None:
    deadlines.sweep(school.hands.now())
    assert [one.state for one in cases("risk-reminder")] == ["open"]
    reminders.give_reminder(school.officer.actor, text={"en": "Lock your screen.", "fr": "Verrouillez votre écran."})
    assert [one.state for one in cases("risk-reminder")] == ["fulfilled"]
    ama = world.person(role="agent")
    now = reminders.current_reminder(ama.actor)
    assert now is not None
    assert (now.text["fr"], now.seen_at) == ("Verrouillez votre écran.", None)
    reminders.note_seen(ama.actor, now.id)
    again = reminders.current_reminder(ama.actor)
    assert again is not None
    assert again.seen_at == school.hands.time
    with pytest.raises(Conflict):
        reminders.note_seen(ama.actor, now.id)
    with pytest.raises(Malformed):
        reminders.give_reminder(school.officer.actor, text={"en": "Only one language."})


def begun(school: School) -> Any:
    director = world.person(role="technical-director")
    planned = phishing.plan_campaign(school.officer.actor, lure=LURE)
    phishing.ask_campaign(school.officer.actor, planned.id)
    from policy import inbox

    assert inbox.approvals_waiting(school.officer.actor) == []
    (asked,) = [one for one in inbox.approvals_waiting(director.actor) if one.subject_ref == planned.ref]
    inbox.cast(director.actor, asked.id, yes=True, digest=asked.digest)
    phishing.begin_approved(campaign_id=str(planned.id))
    return planned


def test_a_trial_is_sent_once_to_each_and_who_follows_is_asked_to_learn(school: School) -> None:
    school.publish("it-risks-refresher")
    ama, kofi = (world.settled(role="agent", language=language) for language in ("fr", "en"))
    begun(school)
    for _ in range(2):
        phishing.send_all(school.hands.now())
    carrier = world.deliver()
    texts = {who.id: carrier.last_to(who.email) for who in (ama, kofi)}
    assert "Votre colis" in texts[ama.id] or "Confirmez" in texts[ama.id]
    assert "Confirm here" in texts[kofi.id]
    token = re.search(r"/trial/(\S+)", texts[ama.id])
    assert token is not None
    for _ in range(2):
        phishing.follow_link(phishing.CLERK, token=token[1])
    assert set(school.asked(ama)) == {"it-risks-refresher"}
    assert school.asked(kofi) == {}
    breaches.report_breach(kofi.actor, kind="mail", told="A strange mail about a parcel.")
    (told,) = phishing.outcomes(school.officer.actor)
    assert (told.state, told.followed, told.reported) == ("sent", 1, 1)
    with read_session() as session:
        mails = session.scalars(select(PhishingMail)).all()
    assert told.sent == len({one.person_id for one in mails}) == len(mails)


def test_nothing_is_sent_that_nobody_approved_and_no_link_is_guessed(school: School) -> None:
    planned = phishing.plan_campaign(school.officer.actor, lure=LURE)
    phishing.send_all(school.hands.now())
    with pytest.raises(Refused):
        phishing.send_mails(phishing.CLERK, planned.id)
    phishing.begin_approved(campaign_id=str(planned.id))
    assert phishing.outcomes(school.officer.actor)[0].state == "draft"
    for token in ("", "x", "a" * 100):
        with pytest.raises(NotFound):
            phishing.follow_link(phishing.CLERK, token=token)
    for body in ("no link in this body at all", "{link} and again {link} and more"):
        with pytest.raises(Refused, match="exactly once"):
            phishing.plan_campaign(school.officer.actor, lure=LURE | {"en": {"subject": "Hello", "body": body}})


def test_a_trial_that_was_approved_and_has_not_begun_is_taken_back_and_never_sent(school: School) -> None:
    from policy import inbox

    director = world.person(role="technical-director")
    planned = phishing.plan_campaign(school.officer.actor, lure=LURE)
    phishing.ask_campaign(school.officer.actor, planned.id)
    (asked,) = [one for one in inbox.approvals_waiting(director.actor) if one.subject_ref == planned.ref]
    inbox.cast(director.actor, asked.id, yes=True, digest=asked.digest)
    phishing.withdraw_campaign(school.officer.actor, planned.id)
    phishing.begin_approved(campaign_id=str(planned.id))
    phishing.send_all(school.hands.now())
    (told,) = phishing.outcomes(school.officer.actor)
    assert (told.state, told.sent) == ("withdrawn", 0)
    with pytest.raises(Refused, match="not begun"):
        phishing.withdraw_campaign(school.officer.actor, planned.id)
    running = begun(school)
    with pytest.raises(Refused, match="not begun"):
        phishing.withdraw_campaign(school.officer.actor, running.id)
