"""A list of people made into wishes: looked at first, each bad line named, nothing asked yet. [AC-1, AC-2]"""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, ValidationError
from sqlmodel import col, select

from iam.people.models import HUMAN, PLATFORM, Account
from iam.requests.lists import MOST_BYTES, Row, moment, read_sheet
from iam.requests.wishes import Deed, Wish
from kernel.action import Work
from kernel.db import Answer
from kernel.reading import reading


class BadLine(Answer):
    """A line that cannot be taken, and why."""

    line: int
    why: str


class Preview(Answer):
    """What a list would ask for, and the lines that cannot be taken."""

    kind: str
    lines: list[int]
    wishes: list[Wish]
    bad: list[BadLine]


@reading("request.preview")
def preview_list(
    work: Work,
    *,
    text: Annotated[bytes, Field(max_length=MOST_BYTES)],
    deed: Deed,
    role: str | None = None,
    scope: str = "house",
) -> Preview:
    """Look at a list before it is asked for: what each line means, and which lines are wrong. [AC-1, AC-2]"""
    return preview(work, text, deed=deed, role=role, scope=scope)


def preview(work: Work, data: bytes, *, deed: Deed, role: str | None, scope: str) -> Preview:
    """Read a list and find its people; where a line names no role or place of its own, the given ones hold."""
    sheet = read_sheet(data)
    found = Preview(kind=sheet.kind, lines=[], wishes=[], bad=[BadLine(line=b.line, why=b.why) for b in sheet.bad])
    if sheet.kind and (sheet.kind == "newcomer") != (deed == "create"):
        said = "This list is of newcomers." if sheet.kind == "newcomer" else "This list is of people who are here."
        found.bad.append(BadLine(line=1, why=said))
        return found
    known = _people(work, sheet.rows)
    for row in sheet.rows:
        wish, why = _wish(row, deed, role, scope, known)
        if wish is None:
            found.bad.append(BadLine(line=row.line, why=why))
        else:
            found.lines.append(row.line)
            found.wishes.append(wish)
    found.bad.sort(key=lambda bad: bad.line)
    return found


def _people(work: Work, rows: list[Row]) -> dict[str, UUID]:
    names = {cell.lower() for row in rows for name in ("person", "manager") if (cell := row.cells.get(name))}
    asked = select(Account.name, Account.person_id).where(
        Account.platform == PLATFORM, Account.kind == HUMAN, col(Account.name).in_(names)
    )
    return {row[0]: row[1] for row in work.session.execute(asked)}


def _wish(row: Row, deed: Deed, role: str | None, scope: str, known: dict[str, UUID]) -> tuple[Wish | None, str]:
    cells = row.cells
    for name in ("person", "manager"):
        if name in cells and cells[name].lower() not in known:
            return None, f"Nobody has the user id in the cell {name}."
    told: dict[str, Any] = {"deed": deed}
    if deed == "create":
        told["newcomer"] = {name: cell for name, cell in cells.items() if name not in {"manager", "ends"}} | {
            "manager_id": known.get(cells.get("manager", "").lower()), "ends_at": _end(cells)
        }  # fmt: skip
    else:
        told["person_id"] = known[cells["person"].lower()]
    if deed == "allocate":
        told |= {"role": cells.get("role", role), "scope": cells.get("scope", scope), "ends_at": _end(cells)}
        told |= {"starts_at": moment(cells["starts"]) if "starts" in cells else None, "bound_to": cells.get("bound_to")}
    try:
        return Wish.model_validate(told), ""
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"] if part != "newcomer")
        return None, f"{where}: {first['msg']}" if where else str(first["msg"])


def _end(cells: dict[str, str]) -> Any:
    return moment(cells["ends"], end=True) if "ends" in cells else None
