"""Trial mails: planned by one, approved by another, sent by the clerk; who follows the link is asked to take the training. [TR-9]

The link's token is drawn when the mail is laid and kept as a digest only; following it twice is once, and leads nowhere but to a lesson.
"""

import hashlib
import secrets
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col, select

from kernel import gate
from kernel.action import Fact, Work, action, on_fact
from kernel.actor import clerk
from kernel.db import HOUSE, Answer, read_session
from kernel.errors import Conflict, NotFound, Refused
from kernel.outbox import effect
from kernel.reading import reading
from kernel.sweeps import sweep
from policy.approvals import ask_approval, person_of, subject_of, use_approval, withdraw_all
from policy.ballots import seal
from training.awareness.models import CAMPAIGN_STEPS, PhishingCampaign, PhishingMail
from training.learning.models import Learner

CLERK = clerk("awareness")
REQUIREMENT, BEGIN = "phishing.run", "phishing.begin"
AT_ONCE = 40
"""Mails laid in one action: each is a letter and a few facts."""
LINK = "{link}"


class Mail(BaseModel):
    """Subject and body in one language; the body holds `{link}` once."""

    model_config = ConfigDict(extra="forbid")

    subject: Annotated[str, Field(min_length=3, max_length=200)]
    body: Annotated[str, Field(min_length=20, max_length=4000)]


class Lure(BaseModel):
    """The mail in both languages."""

    model_config = ConfigDict(extra="forbid")

    en: Mail
    fr: Mail


class Outcome(Answer):
    """How a campaign went: mails sent, links followed, mails reported; `subject` of the mail by language."""

    id: UUID
    subject: dict[str, str]
    scope: str
    state: str
    planned_at: datetime
    sent: int
    followed: int
    reported: int


@action("phishing.plan", scope=HOUSE)
def plan_campaign(work: Work, *, lure: Lure, place: str = HOUSE) -> PhishingCampaign:
    """Plan a trial for everybody of a place; nothing is sent until another has approved it. [TR-9]"""
    for mail in (lure.en, lure.fr):
        if mail.body.count(LINK) != 1:
            raise Refused("TR-9", "The body of a trial mail holds {link} exactly once.")
    if place not in gate.current().scopes:
        raise NotFound(f"There is no place {place}.")
    return work.add(
        PhishingCampaign(scope=place, lure=lure.model_dump(), planned_by=person_of(work), planned_at=work.now)
    )


@action("phishing.ask", on=PhishingCampaign)
def ask_campaign(work: Work, campaign: PhishingCampaign) -> PhishingCampaign:
    """Ask that a trial be approved by another. [TR-9]"""
    CAMPAIGN_STEPS.advance(work, campaign, "ask")
    ask_approval(work, campaign.ref, REQUIREMENT, _content(campaign), implementers=[campaign.planned_by])
    return campaign


@action("phishing.withdraw", on=PhishingCampaign)
def withdraw_campaign(work: Work, campaign: PhishingCampaign) -> PhishingCampaign:
    """Take back a trial that has not begun, and the question about it. [TR-9]"""
    if campaign.state not in {"draft", "asked"}:
        raise Refused("TR-9", "Only a trial that has not begun is taken back.")
    withdraw_all(work, campaign.ref, "the trial was taken back")
    CAMPAIGN_STEPS.advance(work, campaign, "withdraw")
    return campaign


def _content(campaign: PhishingCampaign) -> dict[str, Any]:
    return {"place": campaign.scope, "lure": campaign.lure}


@on_fact("approval.granted")
@on_fact("approval.refused")
@on_fact("approval.expired")
def follow(work: Work, fact: Fact) -> None:
    """Have an approved trial begun by the clerk; close one that was not approved."""
    if fact.data["requirement"] != REQUIREMENT:
        return
    campaign = work.get(PhishingCampaign, subject_of(fact))
    if campaign.state != "asked":
        return
    if fact.name == "approval.granted":
        work.later(BEGIN, campaign_id=campaign.id)
    else:
        CAMPAIGN_STEPS.advance(work, campaign, "refuse")


@effect(BEGIN)
def begin_approved(*, campaign_id: str) -> None:
    """Begin an approved trial; one that was begun or withdrawn meanwhile is left, and its refusal stands on the ledger."""
    with suppress(Refused, Conflict, NotFound):
        begin_campaign(CLERK, UUID(campaign_id))


@action(BEGIN, on=PhishingCampaign)
def begin_campaign(work: Work, campaign: PhishingCampaign) -> PhishingCampaign:
    """Begin an approved trial; its mails are laid by the sweep. [TR-9]"""
    sealed = seal(campaign.ref, REQUIREMENT, _content(campaign), implementers=[campaign.planned_by], subjects=())
    use_approval(work, campaign.ref, REQUIREMENT, sealed.digest)
    CAMPAIGN_STEPS.advance(work, campaign, "begin")
    campaign.began_at = work.now
    return campaign


@action("phishing.send", on=PhishingCampaign)
def send_mails(work: Work, campaign: PhishingCampaign) -> int:
    """Lay the next trial mails of a campaign; gives how many, none once everybody of the place has one. [TR-9]"""
    if campaign.state != "running":
        raise Refused("TR-9", "This trial is not running.")
    chain = gate.current().chain
    sent = set(work.select(select(PhishingMail.person_id).where(PhishingMail.campaign_id == campaign.id)))
    learners = work.select(select(Learner).where(col(Learner.left_at).is_(None)).order_by(col(Learner.id)))
    due = [one for one in learners if one.id not in sent and campaign.scope in (*chain(one.scope), HOUSE)][:AT_ONCE]
    for learner in due:
        token = secrets.token_urlsafe(16)
        work.add(
            PhishingMail(
                scope=learner.scope, campaign_id=campaign.id, person_id=learner.id, digest=digest_of(token),
                sent_at=work.now,
            )
        )  # fmt: skip
        work.fact("phishing.mail-due", person_id=learner.id, lure=campaign.lure, token=token)
    if not due:
        CAMPAIGN_STEPS.advance(work, campaign, "end")
        campaign.sent_at = work.now
    return len(due)


def digest_of(token: str) -> str:
    """Give the digest under which a link is known."""
    return hashlib.sha256(token.encode()).hexdigest()


@sweep("phishing", seconds=60)
def send_all(now: datetime) -> None:  # noqa: ARG001 - the form of a sweep
    """Lay the mails of every trial that runs, until everybody has one."""
    with read_session() as session:
        running = list(session.scalars(select(PhishingCampaign.id).where(PhishingCampaign.state == "running")))
    for campaign_id in running:
        with suppress(Refused):  # another clerk sent the last of them
            while send_mails(CLERK, campaign_id):
                continue


@action("phishing.follow", scope=HOUSE)
def follow_link(work: Work, *, token: Annotated[str, Field(max_length=100)]) -> None:
    """Note that somebody followed the link of a trial mail; they are asked to take the training. [TR-9]"""
    rows = select(PhishingMail).where(PhishingMail.digest == digest_of(token))
    mail: PhishingMail | None = work.select(rows.with_for_update()).first()
    if mail is None:
        raise NotFound("There is no such trial.")
    if mail.followed_at is None:
        mail.followed_at = work.now
        work.fact("phishing.failed", person_id=mail.person_id)


@reading("phishing.outcome", scope=HOUSE)
def outcomes(work: Work) -> list[Outcome]:
    """Tell how each trial went, by numbers and not by names, the newest first. [TR-9]"""
    found = []
    for row in work.select(select(PhishingCampaign).order_by(col(PhishingCampaign.planned_at).desc())).all():
        mails = work.select(select(PhishingMail).where(PhishingMail.campaign_id == row.id)).all()
        found.append(
            Outcome(
                id=row.id, subject={code: mail["subject"] for code, mail in row.lure.items()}, scope=row.scope, state=row.state, planned_at=row.planned_at, sent=len(mails),
                followed=sum(one.followed_at is not None for one in mails),
                reported=sum(one.reported_at is not None for one in mails),
            )
        )  # fmt: skip
    return found
