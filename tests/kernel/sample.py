"""A tiny field for the kernel's own tests: notes with a secret and personal words."""

from typing import Any
from uuid import UUID

from kernel.action import Fact, Work, action, on_fact
from kernel.db import Record, personal, secret
from kernel.errors import Refused
from kernel.gate import Ask, condition
from kernel.reading import reading


class SampleNote(Record, table=True):
    __tablename__ = "sample_note"

    scope: str = "house"
    text: str = ""
    owner: UUID | None = None
    pin: str | None = secret(default=None)
    phone: str | None = personal(default=None)
    count: int = 0

    def subject(self) -> UUID | None:
        return self.owner


class SampleTally(Record, table=True):
    __tablename__ = "sample_tally"

    heard: str = ""


@condition("sample-own", where=lambda model, actor: model.owner == actor.id)
def own(ask: Ask) -> str | None:
    return (
        None if isinstance(ask.target, SampleNote) and ask.target.owner == ask.actor.id else "This note is not yours."
    )


@condition("sample-never")
def never(ask: Ask) -> str | None:
    return "Not on a day that ends in y."


@action("sample-note.write", scope=lambda fields: fields.scope)
def write(
    work: Work,
    *,
    text: str,
    scope: str = "house",
    owner: UUID | None = None,
    pin: str | None = None,
    phone: str | None = None,
) -> SampleNote:
    """Write a note. [OC-14]"""
    note = work.add(SampleNote(text=text, scope=scope, owner=owner, pin=pin, phone=phone))
    work.fact("sample.written", note_id=note.id)
    return note


@on_fact("sample.written")
def hear(work: Work, fact: Fact) -> None:
    work.add(SampleTally(heard=str(fact.data["note_id"])))


@action("sample-note.edit", on=SampleNote)
def edit(work: Work, note: SampleNote, *, text: str) -> SampleNote:
    """Edit a note."""
    if text == "refuse":
        raise Refused("OC-1", "Not this text.")
    if text == "burst":
        raise ZeroDivisionError
    note.text = text
    note.count += 1
    return note


@action("sample-note.sneak", on=SampleNote)
def sneak(work: Work, note: SampleNote, *, how: str) -> None:
    """Try a way around the history."""
    from sqlalchemy import text

    if how == "driver":
        work.session.connection().connection.driver_connection.execute("update sample_note set count = 77")
    elif how == "text":
        work.session.execute(text("update sample_note set count = 77"))
    elif how == "core":
        from sqlalchemy import update

        work.session.execute(update(SampleNote).values(count=77))
    elif how == "savepoint":
        work.session.begin_nested()
    elif how == "nest":
        edit(work.actor, note.id, text="nested")


@action("sample-note.delete", on=SampleNote)
def delete(work: Work, note: SampleNote) -> None:
    """Delete a note."""
    work.session.delete(note)


@action("sample-note.level", scope="house")
def level(work: Work, *, ids: list[UUID], count: int, text: str, stale: bool = False) -> None:
    """Give notes the same count and text by one statement; `stale` as if somebody else had changed one meanwhile."""
    from sqlalchemy.orm.attributes import set_committed_value

    notes = [work.get(SampleNote, one) for one in ids]
    if stale:
        set_committed_value(notes[0], "version", notes[0].version - 1)
    work.write_alike(notes, count=count, text=text)
    notes[0].pin = "4321"


@reading("sample-note.read", on=SampleNote, watched=True)
def read(work: Work, note: SampleNote) -> SampleNote:
    """Read a note. [OC-14]"""
    return note


@reading("sample-note.list")
def list_notes(work: Work) -> list[SampleNote]:
    """List the notes one may read."""
    return list(work.select(work.visible(SampleNote)))


@reading("sample-note.mine")
def mine(work: Work) -> list[SampleNote]:
    """List the notes of one's own."""
    return list(work.select(work.visible(SampleNote).where(SampleNote.owner == work.actor.id)))


@action("sample-note.tidy")
def tidy(work: Work) -> None:
    """Tidy up: an action without a target whose condition needs one."""


@reading("sample-note.scribble", on=SampleNote)
def scribble(work: Work, note: SampleNote) -> None:
    """Try to write while reading."""
    note.text = "scribbled"
    work.session.flush()


DOCUMENT: dict[str, Any] = {
    "roles": {
        "member": {"may": ["sample-note.list"]},
        "writer": {
            "is": ["member"],
            "may": [
                "sample-note.write",
                "sample-note.edit",
                "sample-note.sneak",
                "sample-note.level",
                "sample-note.delete",
                "sample-note.read",
                "sample-note.scribble",
            ],
        },
        "owner": {
            "may": [
                "sample-note.read if sample-own",
                "sample-note.edit if sample-own",
                "sample-note.mine if sample-own",
                "sample-note.tidy if sample-own",
            ]
        },
        "giver": {"may": ["sample-role.give"]},
        "barred": {"never": ["sample-note.edit"]},
        "founder": {"may": ["house.*", "sample-role.*", "role.escalate"]},
    },
    "actions": {},
    "clerks": {"setup": ["founder", "writer"]},
}


@action("sample-role.give")
def give(work: Work, *, ref: str, role: str, scope: str = "house", seconds: int | None = None) -> UUID:
    """Give a role."""
    from datetime import timedelta

    from kernel.edition import give_role

    return give_role(
        work, ref, role, scope, end=None if seconds is None else work.now + timedelta(seconds=seconds), reason="test"
    ).id


@action("sample-role.take")
def take(work: Work, *, assignment: UUID) -> None:
    """Take a role."""
    from kernel.access import RoleAssignment
    from kernel.edition import take_role

    take_role(work, work.get(RoleAssignment, assignment, lock=True))


@action("sample-role.scope")
def scope(work: Work, *, name: str, parent: str = "house") -> None:
    """Add a scope."""
    from kernel.edition import add_scope

    add_scope(work, name, parent, name)
