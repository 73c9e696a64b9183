"""A list of people made into wishes: looked at first, each bad line named, nothing asked yet. [AC-1, AC-2]"""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, ValidationError
from sqlmodel import col, select

from iam.people.models import HUMAN, PLATFORM, Account
from iam.profiles.models import AccessProfile
from iam.requests.lists import MOST_BYTES, Row, moment, read_sheet
from iam.requests.models import ALLOCATE, CREATE, GIVING, MOVE
from iam.requests.wishes import Deed, Wish
from kernel.action import Work
from kernel.db import HOUSE, Answer
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


@dataclass(frozen=True, slots=True)
class Given:
    """What holds for every line that says nothing else: the deed, a role or a profile (by its short name), a place."""

    deed: Deed
    role: str | None = None
    profile: str | None = None
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """People by user id, and profiles in force by short name."""

    people: dict[str, UUID]
    profiles: dict[str, UUID]


@reading("request.preview")
def preview_list(
    work: Work,
    *,
    text: Annotated[bytes, Field(max_length=MOST_BYTES)],
    deed: Deed,
    role: str | None = None,
    profile: str | None = None,
    scope: str | None = None,
) -> Preview:
    """Look at a list before it is asked for: what each line means, and which lines are wrong. [AC-1, AC-2]"""
    return preview(work, text, Given(deed, role, profile, scope))


def preview(work: Work, data: bytes, given: Given) -> Preview:
    """Read a list and find its people and profiles; what a line does not name itself is as given for all."""
    deed = given.deed
    sheet = read_sheet(data)
    found = Preview(kind=sheet.kind, lines=[], wishes=[], bad=[BadLine(line=b.line, why=b.why) for b in sheet.bad])
    if sheet.kind and (sheet.kind == "newcomer") != (deed == "create"):
        said = "This list is of newcomers." if sheet.kind == "newcomer" else "This list is of people who are here."
        found.bad.append(BadLine(line=1, why=said))
        return found
    known = Known(_people(work, sheet.rows), _profiles(work))
    for row in sheet.rows:
        wish, why = _wish(row, given, known)
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


def _profiles(work: Work) -> dict[str, UUID]:
    """The profiles that may be asked for, by their names in lists."""
    asked = select(AccessProfile.slug, AccessProfile.id).where(
        col(AccessProfile.current).is_not(None), col(AccessProfile.retired_at).is_(None)
    )
    return {row[0]: row[1] for row in work.session.execute(asked)}


def _wish(row: Row, given: Given, known: Known) -> tuple[Wish | None, str]:
    cells = row.cells
    for name in ("person", "manager"):
        if name in cells and cells[name].lower() not in known.people:
            return None, f"Nobody has the user id in the cell {name}."
    if "profile" in cells and cells["profile"].lower() not in known.profiles:
        return None, "No profile in force has the name in the cell profile."
    told: dict[str, Any] = {"deed": given.deed}
    if given.deed != CREATE:
        told["person_id"] = known.people[cells["person"].lower()]
    if given.deed in GIVING:
        profile = cells.get("profile") or (None if "role" in cells else given.profile)
        told["profile_id"] = known.profiles.get(profile.lower()) if profile else None
        told["place"] = cells.get("place") or cells.get("scope") or given.scope
        told |= {CREATE: _newcomer, MOVE: _removal, ALLOCATE: _right}[given.deed](cells, given, known)
    try:
        return Wish.model_validate(told), ""
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"] if part != "newcomer")
        return None, f"{where}: {first['msg']}" if where else str(first["msg"])


def _newcomer(cells: dict[str, str], _: Given, known: Known) -> dict[str, Any]:
    own = {name: cell for name, cell in cells.items() if name not in {"manager", "ends", "profile", "place"}}
    return {"newcomer": own | {"manager_id": _manager(cells, known), "ends_at": _end(cells)}}


def _removal(cells: dict[str, str], _: Given, known: Known) -> dict[str, Any]:
    own = {name: cells[name] for name in ("site", "job") if name in cells}
    return {"removal": own | {"manager_id": _manager(cells, known), "ends_at": _end(cells)}}


def _right(cells: dict[str, str], given: Given, _: Known) -> dict[str, Any]:
    return {
        "role": cells.get("role") or (None if "profile" in cells else given.role),
        "scope": cells.get("scope") or given.scope or HOUSE,
        "starts_at": moment(cells["starts"]) if "starts" in cells else None,
        "ends_at": _end(cells),
        "bound_to": cells.get("bound_to"),
    }


def _manager(cells: dict[str, str], known: Known) -> UUID | None:
    return known.people.get(cells.get("manager", "").lower())


def _end(cells: dict[str, str]) -> Any:
    return moment(cells["ends"], end=True) if "ends" in cells else None
