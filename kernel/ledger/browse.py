"""Looking into the ledger: search, one entry with its proof, and the history of a thing.

The readings see pseudonymous references only; who is behind them is told elsewhere, to those who may know.
"""

import json
from datetime import datetime
from typing import Annotated, Any

import psycopg
from pydantic import AwareDatetime, Field
from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.action import Work
from kernel.db import Answer, ledger_session
from kernel.errors import NotFound, Unavailable
from kernel.ledger.merkle import verify_inclusion
from kernel.ledger.notes import Checkpoint
from kernel.ledger.proofs import prove_index
from kernel.reading import reading

Page = Annotated[int, Field(ge=1, le=200)]
Refs = Annotated[list[str], Field(max_length=200)]
_COLUMNS = "e.id, l.leaf_index, e.body"
_JOINED = "ledger.entry e left join ledger.leaf l on l.entry_id = e.id"


class EntryView(Answer):
    """An entry as it was written. `place` is its number in order of writing, `index` its place in the tree once it has one."""

    place: int
    index: int | None
    body: dict[str, Any]


class ProofView(Answer):
    """That an entry is in the signed tree: hashes in hex, the checkpoint as the signed note, `file` to take away."""

    holds: bool
    index: int
    size: int
    leaf: str
    root: str
    path: list[str]
    checkpoint: str
    file: str


class EntryPage(Answer):
    """An entry, the bytes that were hashed, and its proof where a checkpoint covers it already."""

    entry: EntryView
    raw: str
    proof: ProofView | None


class Found(Answer):
    """Entries that match, newest first; `more` tells whether older ones match too."""

    entries: list[EntryView]
    more: bool
    size: int
    signed_at: datetime | None


@reading("ledger.search", scope="house")
def search_entries(
    work: Work,  # noqa: ARG001 - the frame of readings
    *,
    refs: Refs | None = None,
    actors: Refs | None = None,
    action: Annotated[str, Field(max_length=100)] = "",
    outcome: Annotated[str, Field(max_length=20)] = "",
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    before: int | None = None,
    limit: Page = 50,
) -> Found:
    """Search the ledger: by things, by who acted, by action (`conversation.*`), by outcome and by time. [OC-14]"""
    asked: dict[str, Any] = {"limit": limit + 1}
    wanted: list[str] = []
    if refs is not None:
        wanted.append("(e.target = any(:refs) or e.actor = any(:refs))")
        asked["refs"] = refs
    if actors is not None:
        wanted.append("e.actor = any(:actors)")
        asked["actors"] = actors
    if action:
        wanted.append("e.action like :action escape '!'")
        asked["action"] = action.replace("!", "!!").replace("%", "!%").replace("_", "!_").replace("*", "%")
    for name, value, test in (
        ("outcome", outcome or None, "e.outcome = :outcome"),
        ("since", since, "e.at >= :since"),
        ("until", until, "e.at < :until"),
        ("before", before, "e.id < :before"),
    ):
        if value is not None:
            wanted.append(test)
            asked[name] = value
    where = f"where {' and '.join(wanted)}" if wanted else ""
    with ledger_session() as session:
        rows = session.execute(
            text(f"select {_COLUMNS} from {_JOINED} {where} order by e.id desc limit :limit"), asked
        ).all()
        size, signed_at = session.execute(
            text("select s.size, (select max(at) from ledger.checkpoint) from ledger.log_state s")
        ).one()
    return Found(entries=[_view(row) for row in rows[:limit]], more=len(rows) > limit, size=size, signed_at=signed_at)


@reading("ledger.history", scope="house")
def read_history(work: Work, *, ref: Annotated[str, Field(max_length=100)], limit: Page = 30) -> list[EntryView]:  # noqa: ARG001
    """Read what was done to a thing or by someone, newest first. [OC-14]"""
    return _history([ref], limit)


@reading("ledger.mine")
def my_history(work: Work, *, limit: Page = 30) -> list[EntryView]:
    """Read what one did oneself, newest first. [OC-14]"""
    return _history([work.actor.ref], limit)


def _history(refs: list[str], limit: int) -> list[EntryView]:
    # Two short walks along two indexes, not one long walk along both.
    one = f"(select {_COLUMNS} from {_JOINED} where e.{{}} = any(:refs) order by e.id desc limit :limit)"
    query = f"{one.format('target')} union {one.format('actor')} order by 1 desc limit :limit"
    with ledger_session() as session:
        return [_view(row) for row in session.execute(text(query), {"refs": refs, "limit": limit})]


@reading("ledger.read", scope="house", watched=True)
def read_entry(work: Work, *, index: Annotated[int, Field(ge=0)]) -> EntryPage:
    """Read one entry with its proof. [OC-14]"""
    work.note("index", index)
    with ledger_session() as session:
        row = session.execute(
            text(
                "select e.id, l.leaf_index, e.body, l.leaf_hash from ledger.leaf l "
                "join ledger.entry e on e.id = l.entry_id where l.leaf_index = :index"
            ),
            {"index": index},
        ).first()
        if row is None:
            raise NotFound("There is no such entry.")
        return EntryPage(
            entry=_view(row), raw=bytes(row.body).decode(), proof=_proof(session, index, bytes(row.leaf_hash))
        )


def _proof(session: Session, index: int, leaf: bytes) -> ProofView | None:
    """The proof by the latest checkpoint; none while no checkpoint reaches the entry."""
    raw = session.connection().connection.driver_connection
    if not isinstance(raw, psycopg.Connection):
        raise Unavailable("The ledger cannot be read now.")
    try:
        found = prove_index(raw, index)
    except NotFound:
        return None
    signed = Checkpoint.parse(found.checkpoint.partition("\n\n")[0] + "\n")
    return ProofView(
        holds=verify_inclusion(index, signed.size, leaf, signed.root, found.path),
        index=index,
        size=signed.size,
        leaf=leaf.hex(),
        root=signed.root.hex(),
        path=[step.hex() for step in found.path],
        checkpoint=found.checkpoint,
        file=found.text(),
    )


def _view(row: Any) -> EntryView:
    return EntryView(place=row.id, index=row.leaf_index, body=_read(row.body))


def _read(body: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bytes(body))
    return found
