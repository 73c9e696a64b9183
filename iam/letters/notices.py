"""Notices: what the house tells people without being asked, by mail, where the book says so by SMS too, and by SMS where mail failed.

Which notice travels how stands in the book (ID-4: notices_by_mail, notices_by_sms, notices_sms_after_hours). They never carry a
secret, so one may say the same thing twice. Somebody with neither mail address nor telephone finds it in the console only.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import col, select

from iam.credentials.passkeys import origin
from iam.letters.delivery import CLERK, lay
from iam.letters.models import MAIL, SMS, Letter
from iam.letters.notice_texts import MANY, PURPOSES, mail, message
from iam.letters.texts import Text
from iam.people.models import Account, Person
from kernel.action import Fact, Work, action, on_fact
from kernel.db import read_session
from kernel.errors import Conflict
from kernel.sweeps import sweep
from policy import book
from policy.holders import holders
from policy.local_time import local
from policy.models import Duty

AT_ONCE = 80
HOLDERS = 20
"""People of a role who are reminded of one duty by letter; a larger role sees it in its inbox."""
KEY_RULE = "service-key-rotation"


def channels_of(notice: str) -> list[str]:
    """Return by which channels the book sends a notice. Raises NotFound where the edition in force does not say."""
    by_mail, by_sms = book.parameter("ID-4", "notices_by_mail"), book.parameter("ID-4", "notices_by_sms")
    chosen = ((MAIL, by_mail), (SMS, by_sms))
    return [channel for channel, notices in chosen if isinstance(notices, list) and notice in notices]


def tell(
    work: Work, person: Person, account_id: UUID | None, notice: str, *, urgent: bool = False, **words: str
) -> int:
    """Send a notice by the book's channels, and by every one where it is urgent; by the other where one has no address.

    Returns how many letters were written. Raises KeyError for an unknown notice or a missing word.
    """
    addresses = {MAIL: person.email, SMS: person.phone}
    wanted = channels_of(notice)
    if urgent and wanted:
        wanted = [MAIL, SMS]
    able = [channel for channel in wanted if addresses[channel]]
    if wanted and not able:
        able = [channel for channel in (MAIL, SMS) if addresses[channel]]
    said = {"name": person.given_name, "address": origin(), **words}
    text = MANY[notice] if "count" in words else notice
    for channel in able:
        lay(work, person, account_id, notice, channel, _written(text, channel, person.language, said))
    return len(able)


def _written(notice: str, channel: str, language: str, words: dict[str, str]) -> Text:
    if channel == MAIL:
        return Text(*mail(notice, language, words))
    return Text("", f"{message(notice, language, words)} {words['address']}")


# --- duties ---


@on_fact("duties.marked")
def tell_marked(work: Work, fact: Fact) -> None:
    """Write to whoever holds duties at three quarters of their time or late, and to those a late one escalates to.

    One letter tells a person of all that were marked at once.
    """
    _tell_holders(work, fact.data["reminded"], "duty")
    _tell_holders(work, fact.data["late"], "duty-late", escalated=True)


def _tell_holders(work: Work, ids: list[UUID], notice: str, *, escalated: bool = False) -> None:
    """Gather who is to be told of which duties, earliest first, and write once to each."""
    if not ids:
        return
    told: dict[UUID, list[Duty]] = {}
    asked: dict[tuple[str, str], list[UUID]] = {}

    def held(role: str, scope: str) -> list[UUID]:
        if (role, scope) not in asked:
            asked[role, scope] = list(holders([role], scope, work.now))
        return asked[role, scope]

    for duty in work.select(select(Duty).where(col(Duty.id).in_(ids)).order_by(col(Duty.due_at), col(Duty.id))):
        people = set(held(duty.escalates_to, duty.scope)) if escalated else set()
        if duty.holder_id is not None:
            people.add(duty.holder_id)
        elif duty.holder_role is not None:
            people |= set(held(duty.holder_role, duty.scope))
        for person_id in people if len(people) <= HOLDERS else ():
            told.setdefault(person_id, []).append(duty)
    for person in work.select(select(Person).where(col(Person.id).in_(told), Person.status == "active")):
        first, count = told[person.id][0], len(told[person.id])
        day = f"{local(first.due_at):%d/%m/%Y %H:%M %Z}"
        if count == 1:
            tell(work, person, None, notice, clause=first.clause, day=day)
        else:
            tell(work, person, None, notice, clause=first.clause, day=day, count=str(count))


@on_fact("duty.opened")
def tell_key(work: Work, fact: Fact) -> None:
    """Write to the owner of a service account whose key nears its end."""
    if fact.data["rule"] != KEY_RULE:
        return
    duty = work.get(Duty, fact.data["duty_id"])
    account = work.get(Account, UUID(duty.about_ref.partition(":")[2]))
    owner = work.get(Person, account.person_id)
    tell(work, owner, account.id, "key", user_name=account.name, day=f"{local(duty.due_at):%d/%m/%Y}")


# --- disclosure ---


@on_fact("disclosure.opened")
def tell_disclosure(work: Work, fact: Fact) -> None:
    """Tell the person whose secrets were voided, where no letter with the way to new ones has told it already. [PW-5]"""
    account = work.get(Account, fact.data["account_id"])
    person = work.get(Person, fact.data["person_id"])
    told = select(Letter.id).where(
        Letter.account_id == account.id, Letter.purpose == "new-secret", Letter.made_at == work.now
    )
    if person.status == "active" and work.select(told.limit(1)).first() is None:
        tell(work, person, account.id, "disclosure", user_name=account.name)


# --- where mail failed ---


def stuck(now: datetime) -> Any:
    """Select the notices by mail that have not left for the book's hours, and that no text message has followed."""
    twin = aliased(Letter)
    followed = (
        select(twin.id)
        .where(
            twin.person_id == Letter.person_id,
            twin.purpose == Letter.purpose,
            twin.channel == SMS,
            twin.made_at >= Letter.made_at,
        )
        .exists()
    )
    return (
        select(Letter)
        .join(Person, col(Person.id) == Letter.person_id)
        .where(
            Letter.state == "waiting",
            Letter.channel == MAIL,
            col(Letter.purpose).in_(PURPOSES),
            Letter.made_at <= now - timedelta(hours=book.number("ID-4", "notices_sms_after_hours")),
            Person.status == "active",
            col(Person.phone).is_not(None),
            col(Person.phone) != "",
            ~followed,
        )
        .order_by(col(Letter.made_at))
    )


@action("letter.follow", scope="house")
def follow_by_sms(work: Work) -> int:
    """Send by text message the notices whose mail has not left. [ID-4]"""
    rows: list[Letter] = list(work.select(stuck(work.now).limit(AT_ONCE).with_for_update(skip_locked=True, of=Letter)))
    told = {(one.person_id, one.purpose): one for one in rows}
    for letter in told.values():
        person = work.get(Person, letter.person_id)
        words = {"address": origin()}
        text = Text("", _UNSENT.get(person.language, _UNSENT["fr"]).format_map(words))
        lay(work, person, letter.account_id, letter.purpose, SMS, text)
    work.note("letters", len(told))
    return len(told)


_UNSENT = {
    "fr": "Omniwarden : un avis n'a pas pu vous être envoyé par courriel. Vous le trouverez ici : {address}",
    "en": "Omniwarden: a notice could not be sent to you by mail. You find it here: {address}",
}


@sweep("notices", seconds=600)
def follow(now: datetime) -> None:
    """Follow what mail did not carry; where nothing is stuck nothing is written."""
    while _any(now):
        try:
            if not follow_by_sms(CLERK):
                return
        except Conflict:
            return  # another worker was quicker; what is left is found at the next turn


def _any(now: datetime) -> bool:
    with read_session() as session:
        return session.scalars(stuck(now).limit(1)).first() is not None
