"""What a scan found becomes deviations: one for each secret in each file, closed by itself when it is found no more. [PW-3, AC-9]"""

import hashlib
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col, select

from iam.deviations.findings import close_deviation, raise_deviation
from iam.directory.models import LIVE, Deviation
from kernel.action import Work, action
from kernel.actor import clerk
from kernel.db import HOUSE, Answer
from policy.duties import fulfil

CLERK = clerk("plaintext")
KIND = "plaintext-secret"
DUTY = "plaintext-scan"
MOST = 5000
MOST_LINES = 20
PathText = Annotated[str, Field(min_length=1, max_length=4096)]


class FoundSecret(BaseModel):
    """A finding as it is reported: there is no field that could hold the secret."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: PathText
    line: int = Field(ge=1)
    kind: Literal["password", "key", "private-key", "connection", "command", "device", "function-key"]
    fingerprint: str = Field(pattern=r"^[0-9a-f]{16}$")


class Reported(Answer):
    """What became of a report."""

    opened: int
    known: int
    closed: int


@action("plaintext.report", scope=HOUSE)
def report_secrets(
    work: Work,
    *,
    place: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")],
    roots: Annotated[list[PathText], Field(min_length=1, max_length=200)],
    findings: Annotated[list[FoundSecret], Field(max_length=MOST)],
    unread: Annotated[list[PathText], Field(max_length=MOST)] | None = None,
    whole: bool = False,
) -> Reported:
    """Report what a scan of a place found: deviations open for what is new, and close for what is gone. [PW-3, AC-9]

    `roots` are the folders that were looked through: only what lay below them can be gone, and not what could not be read.
    `whole` states that with this the week's scan of all places is done.
    """
    live = {row.about_ref: row for row in work.select(_live().with_for_update())}
    wanted = _cases(place, findings)
    opened = 0
    for about, detail in wanted.items():
        if (there := live.get(about)) is None:
            raise_deviation(work, kind=KIND, about_ref=about, platform=None, clause="PW-3", detail=detail)
            opened += 1
        elif there.detail != detail:
            there.detail = detail
    gone = [
        row for about, row in live.items() if about not in wanted and _was_looked_at(row, place, roots, unread or [])
    ]
    for row in gone:
        close_deviation(work, row, "The scan finds it no more.", corrected=True)
    if whole:
        fulfil(work, DUTY, HOUSE, f"scan:{work.action_id}")
    work.fact("plaintext.reported", place=place, opened=opened, closed=len(gone))
    for name, count in (("opened", opened), ("known", len(wanted) - opened), ("closed", len(gone))):
        work.note(name, count)
    return Reported(opened=opened, known=len(wanted) - opened, closed=len(gone))


def about(place: str, path: str, fingerprint: str) -> str:
    """Return what a case is about: this secret in this file of this place, wherever in the file it stands."""
    return "secret:" + hashlib.sha256(f"{place}\0{path}\0{fingerprint}".encode()).hexdigest()[:32]


def _cases(place: str, findings: list[FoundSecret]) -> dict[str, dict[str, Any]]:
    cases: dict[str, dict[str, Any]] = {}
    for one in findings:
        told = {"place": place, "path": one.path, "kind": one.kind, "fingerprint": one.fingerprint, "lines": []}
        lines = cases.setdefault(about(place, one.path, one.fingerprint), told)["lines"]
        if len(lines) < MOST_LINES and one.line not in lines:
            lines.append(one.line)
    return cases


def _live() -> Any:
    return select(Deviation).where(Deviation.kind == KIND, col(Deviation.state).in_(LIVE)).order_by(col(Deviation.id))


def _was_looked_at(row: Deviation, place: str, roots: list[str], unread: list[str]) -> bool:
    path = str(row.detail.get("path"))
    return row.detail.get("place") == place and _below(path, roots) and not _below(path, unread)


def _below(path: str, folders: list[str]) -> bool:
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)
