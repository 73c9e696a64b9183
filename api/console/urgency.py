"""What cannot wait on a change's page, in words: the spoken word, its confirmation, the papers of an emergency. [CC-5, CC-6]"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from api.console import sentences, typed_times
from api.console.change_diff import Spoken
from api.console.pages import urgency as pages
from api.console.pages.frame import Choice, State
from api.console.readings import find_names, look_names_up
from api.console.visit import Visit
from api.words import N_, P_
from changecontrol.authorisation import AuthorisationView
from changecontrol.emergencies import SpokenView
from changecontrol.readings import ChangePage
from kernel.db import HOUSE
from kernel.errors import Fault, Malformed
from policy.holders import holders

AUTHORITY = "technical-director"
CHANNELS: Mapping[str, str] = {
    "telephone": N_("By telephone"),
    "radio": N_("By radio"),
    "video": N_("By video"),
    "in-person": N_("Face to face"),
}
CONFIRMED, DENIED = State(N_("Confirmed"), "green"), State(N_("Denied in the console"), "red")
WAITS, UNCONFIRMED = State(N_("Not confirmed yet"), "amber"), State(N_("Never confirmed"), "red")
ACKNOWLEDGED = State(P_("client", "Acknowledged"), "green")
UNACKNOWLEDGED = State(N_("Not acknowledged yet"), "amber")
NO_TIME = N_("Say when it was said, as the clock on the wall showed it.")
NO_PERSON = N_("Nobody, or more than one person, has this name; write the user name.")


def urgency_of(visit: Visit, found: ChangePage, said: Spoken, answer: str) -> pages.Urgency | None:
    """Give what an emergency wants; None where nothing of the kind is there. `answer` is where the question is answered."""
    change = found.change
    if not (found.urgent or found.spoken or change.documentation_due):
        return None
    may_record = "record-word" in found.urgent
    late_from = change.documented_at or visit.now
    return pages.Urgency(
        word=_word(visit, found.spoken, said, answer) if found.spoken is not None else None,
        due=change.documentation_due,
        documented=change.documented_at,
        is_late=change.documentation_due is not None and change.documentation_due < late_from,
        suspended=change.suspended_at,
        may_record=may_record,
        may_document="document" in found.urgent,
        may_see="see-breach" in found.urgent,
        directors=_directors(visit) if may_record else (),
        channels=tuple(Choice(name, label) for name, label in CHANNELS.items()),
        now=typed_times.written(visit.now),
        which=typed_times.which_of(visit.now),
        zone=typed_times.zone_name(),
    )


def _word(visit: Visit, word: SpokenView, said: Spoken, answer: str) -> pages.Word:
    settled = word.confirmed_at or word.denied_at
    waiting = WAITS if visit.now < word.confirm_by else UNCONFIRMED
    return pages.Word(
        said.person(word.authority_id), CHANNELS[word.channel], word.said_at, said.person(word.witness_id), word.confirm_by,
        CONFIRMED if word.confirmed_at else DENIED if word.denied_at else waiting, settled, "" if settled else answer,
    )  # fmt: skip


def _directors(visit: Visit) -> tuple[Choice, ...]:
    """Those whose word authorises an emergency, but not whoever writes it down."""
    refs = sorted(f"person:{one}" for one in holders([AUTHORITY], HOUSE, visit.now) if one != visit.actor.id)
    names = look_names_up(visit.actor, refs=refs)
    found = [Choice(ref.partition(":")[2], sentences.name_of(ref, names)) for ref in refs]
    return tuple(sorted(found, key=lambda one: one.label))


def person_named(visit: Visit, field: str) -> UUID:
    """Return the one person whom a field of a form names. Raises Malformed."""
    text = visit.field(field).strip()[:100]
    refs = [ref for ref in (find_names(visit.actor, words=text) if text else {}) if ref.startswith("person:")]
    if len(refs) != 1:
        raise Malformed(NO_PERSON, [Fault(field, NO_PERSON)])
    return UUID(refs[0].partition(":")[2])


def moment_of(visit: Visit, field: str) -> datetime:
    """Return the moment that a field of a form says on the wall of the house. Raises Malformed."""
    at = typed_times.read_time(visit.form, field)
    if at is None or at.year < 2000:  # noqa: PLR2004 - before any emergency of this house
        raise Malformed(NO_TIME, [Fault(field, NO_TIME)])
    return at


def acknowledgement_of(one: AuthorisationView) -> State | None:
    """Tell whether a client has acknowledged what was put before it; None where it is no client who is asked. [CC-10]"""
    if one.scope == HOUSE:
        return None
    return ACKNOWLEDGED if one.acknowledged_by is not None else UNACKNOWLEDGED
