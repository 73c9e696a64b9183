"""What each report asks and shows: filters, columns, and the rows made of what the readings answer. [AC-9]"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from api.console import frame, typed_times
from api.console.pages.frame import Choice
from api.console.pages.reports import Cell, Filter
from api.console.readings import find_names
from api.formats import exact
from api.words import N_, P_, _
from iam.directives import acknowledgements
from iam.reports import plate as reports
from iam.reports.log import LogLine
from iam.reports.rights import Reason
from kernel import gate
from kernel.action import every_action
from kernel.actor import Actor
from kernel.errors import Fault, Malformed
from policy.local_time import local

WHAT = {
    "created": N_("User name created"),
    "reactivated": N_("User name reactivated"),
    "suspended": N_("User name suspended"),
    "revoked": N_("User name revoked"),
    "granted": N_("Right granted"),
    "amended": N_("Right amended"),
    "withdrawn": N_("Right withdrawn"),
    "run-out": N_("Right ran out"),
}
KIND_OF = {
    "account": N_("Account"),
    "right": N_("Right"),
    "platform": N_("Platform"),
    "profile": N_("Profile"),
}


@dataclass(frozen=True)
class Asked:
    """Who asks a report for what, and when."""

    actor: Actor
    values: Mapping[str, str]
    now: datetime

    def day(self, name: str, more: int = 0) -> datetime:
        """Read a day. Raises Malformed that names the field."""
        return typed_times.read_day(self.values.get(name, ""), name, more=more)

    def moment(self, name: str) -> datetime | None:
        """Read the end of a day that is over, None for today and for nothing."""
        if not self.values.get(name):
            return None
        end = self.day(name, 1)
        return None if end > self.now and self.day(name) <= self.now else end

    def person(self, name: str) -> UUID | None:
        """Find the one person somebody means. Raises Malformed where nobody or several are meant."""
        words = self.values.get(name, "").strip()
        if not words:
            return None
        found = [ref for ref in find_names(self.actor, words=words[:100], limit=20) if ref.startswith("person:")]
        if len(found) != 1:
            why = N_("Several people are called like this; write more of the name, or the user name.") if found else N_("Nobody is called like this.")  # fmt: skip
            raise Malformed(why, [Fault(name, why)])
        return UUID(found[0].partition(":")[2])


@dataclass(frozen=True)
class Table:
    """The answer of a report: its rows, and what it says in words."""

    rows: tuple[tuple[Cell, ...], ...]
    says: tuple[str, ...] = ()
    more: bool = False


@dataclass(frozen=True)
class Asking(Filter):
    """A filter whose choices are computed when the page is shown."""

    offer: Callable[[], tuple[Choice, ...]] | None = None

    def filled(self) -> Filter:
        """Return the filter with its choices of now."""
        return replace(self, choices=self.offer()) if self.offer is not None else self


@dataclass(frozen=True)
class Kind:
    """A report: its words, the right that opens it, its filters and columns, and how it is made."""

    title: str
    lead: str
    icon: str
    right: str
    columns: tuple[str, ...]
    widths: tuple[int, ...]
    none: str
    build: Callable[[Asked], Table]
    filters: tuple[Asking, ...] = ()
    wanted: tuple[str, ...] = ()
    days: int = 0

    def preset(self, now: datetime) -> dict[str, str]:
        """Return what is asked where nothing was said: the last so many days, or today."""
        today = typed_times.today(now)
        names = {one.name for one in self.filters}
        values = {"since": str(today - timedelta(days=self.days)), "until": str(today), "day": str(today)}
        return {name: value for name, value in values.items() if name in names and self.days}


def _log(asked: Asked) -> Table:
    what = asked.values.get("what") or None
    found = reports.access_log(
        asked.actor, since=asked.day("since"), until=asked.day("until", 1), person_id=asked.person("person"),
        what=what,  # type: ignore[arg-type]  # checked by the reading's own model
    )  # fmt: skip
    return Table(tuple(_log_row(one) for one in found.lines), more=found.more)


def _log_row(line: LogLine) -> tuple[Cell, ...]:
    noun, _colon, key = line.subject_ref.partition(":")
    time = [_("until %(day)s", day=exact(line.ends_at, "%Y-%m-%d %H:%M"))] if line.ends_at else []
    return (
        Cell(at=line.at),
        Cell(_(WHAT[line.what]), strong=True),
        Cell(line.name, f"/people/{key}" if noun == "person" else ""),
        Cell(line.thing, more=(*time,)),
        Cell(frame.place_label(line.scope)),
        Cell(line.by or _("the clock"), more=(line.reason,) if line.reason else ()),
    )


def _who(asked: Asked) -> Table:
    found = reports.who_may(
        asked.actor, right=asked.values["right"].strip(), scope=asked.values.get("scope") or "house",
        at=asked.moment("on"),
    )  # fmt: skip
    says = [_("Judged by edition %(n)s of the policy book.", n=found.edition)]
    if found.needs:
        says.append(_("Asked of everybody: %(needs)s.", needs=", ".join(found.needs)))
    says += [_("Everybody who signs in may: %(rule)s.", rule=rule) for rule in found.everybody]
    rows = [
        (
            Cell(
                one.name, f"/people/{one.ref.partition(':')[2]}" if one.ref.startswith("person:") else "", strong=True
            ),
            Cell(", ".join(dict.fromkeys(_role(why) for why in one.reasons))),
            _why_cell(one.reasons),
        )
        for one in found.holders
    ]
    return Table(tuple(rows), tuple(says))


def _role(why: Reason) -> str:
    return f"{frame.role_label(why.role)}, {frame.place_label(why.scope)}"


def _why_cell(reasons: list[Reason]) -> Cell:
    lines = []
    for why in reasons:
        until = " " + _("until %(day)s", day=exact(why.until, "%Y-%m-%d %H:%M")) if why.until else ""
        lines.append(why.rule + until)
    return Cell(lines[0] if lines else "", more=tuple(lines[1:]))


def _day(asked: Asked) -> Table:
    person = asked.person("person")
    if person is None:
        raise Malformed("Say who.", [Fault("person", "Say who.")])
    found = reports.person_day(asked.actor, person, day=local(asked.day("day")).date())
    says = [] if found.here else [_("This person was not in the house on that day.")]
    says += [
        _("Suspended from %(since)s to %(until)s: nothing of it could be done then.", since=exact(since, "%H:%M:%S"), until=exact(until, "%H:%M:%S"))
        for since, until in found.suspended
    ]  # fmt: skip
    rows = [
        (
            Cell(one.right, strong=True),
            Cell(frame.place_label(one.scope)),
            Cell(f"{exact(one.since, '%H:%M:%S')} - {exact(one.until, '%H:%M:%S')}"),
            Cell(_role(one.reason)),
            Cell(one.reason.rule, more=tuple(_("only if: %(name)s", name=name) for name in one.reason.conditions)),
            Cell(str(one.edition)),
        )
        for one in found.rights
    ]
    return Table(tuple(rows), (found.name, *says))


def _toxic(asked: Asked) -> Table:
    found = reports.toxic_pairs(asked.actor, at=asked.moment("on"))
    return Table(
        tuple(
            (Cell(one.name, f"/people/{one.person_id}", strong=True), Cell(", ".join(one.held)), Cell(one.why))
            for one in found
        )
    )


def _orphans(asked: Asked) -> Table:
    return Table(
        tuple(
            (Cell(_(KIND_OF[one.kind])), Cell(one.thing, strong=True), Cell(one.whose), Cell(one.missing))
            for one in reports.orphans(asked.actor)
        )
    )


def _monitoring(asked: Asked) -> Table:
    found = reports.monitoring(asked.actor, since=asked.day("since"), until=asked.day("until", 1))
    rows = [(Cell(_("What was done")), Cell(_(WHAT[one.name]), strong=True), Cell(str(one.count))) for one in found.log]
    rows += [(Cell(_("What was refused")), Cell(one.name), Cell(str(one.count))) for one in found.refused]
    rows += [(Cell(_("What stands open now")), Cell(one.name), Cell(str(one.count))) for one in found.open]
    return Table(tuple(rows))


def _unread(asked: Asked) -> Table:
    return Table(
        tuple(
            (
                Cell(one.name, f"/people/{one.person_id}", strong=True),
                Cell(frame.place_label(one.site)),
                Cell(f"{one.document}, {one.number}"),
                Cell(at=one.due_at, more=(_("late"),) if one.late else ()) if one.due_at else Cell(_("not yet asked")),
            )
            for one in acknowledgements.unacknowledged(asked.actor)
        )
    )


def _scopes() -> tuple[Choice, ...]:
    return tuple(Choice(scope, frame.place_label(scope)) for scope in sorted(gate.current().scopes))


def _rights() -> tuple[Choice, ...]:
    return tuple(Choice(name, name) for name in sorted(every_action()))


SINCE, UNTIL = Asking("since", N_("From"), "date"), Asking("until", N_("To"), "date")
ON = Asking("on", P_("date", "On"), "date")
KINDS: dict[str, Kind] = {
    "log": Kind(
        N_("Log of access"), N_("User names and rights: created, granted, amended, withdrawn, at any date."),
        "list-details", "report.access-log",
        (N_("When"), N_("What"), N_("Whose"), N_("Thing"), N_("Where"), N_("By, and why")), (3, 4, 4, 4, 3, 6),
        N_("Nothing of this kind happened in this time."), _log,
        (SINCE, UNTIL, Asking("person", N_("Person")), Asking("what", N_("What"), choices=tuple(Choice(k, v) for k, v in WHAT.items()), every=N_("All"))),
        days=30,
    ),
    "who-may": Kind(
        N_("Who may, and why"), N_("Everybody who can do a thing in a place, with the rule and the role it comes by."),
        "users", "report.who-may", (N_("Who"), N_("By the role"), N_("Rule")), (4, 5, 8),
        N_("Nobody may do this here."), _who,
        (Asking("right", N_("Action"), offer=_rights, every=N_("Choose an action")), Asking("scope", N_("Where"), offer=_scopes), ON),
        wanted=("right",),
    ),
    "person-day": Kind(
        N_("A person's day"), N_("What a person could do on a day, judged by the book and the rights of that day."),
        "clock", "report.person-day",
        (N_("Action"), N_("Where"), N_("When"), N_("By the role"), N_("Rule"), N_("Edition")), (4, 3, 3, 4, 6, 1),
        N_("Nothing at all."), _day, (Asking("person", N_("Person")), Asking("day", N_("Day"), "date")),
        wanted=("person",), days=1,
    ),
    "conflicts": Kind(
        N_("Conflicts held"), N_("Who holds both sides of a declared conflict of duties."), "ban", "report.toxic-pairs",
        (N_("Who"), P_("person", "Holds"), N_("Why it is a conflict")), (3, 5, 6),
        N_("Nobody holds both sides of a conflict."), _toxic, (ON,),
    ),
    "orphans": Kind(
        N_("Orphans"), N_("Accounts and rights of people who are gone, platforms nobody answers for."), "search-off",
        "report.orphans", (N_("Kind"), N_("Thing"), N_("Whose"), N_("What is missing")), (2, 4, 4, 5),
        N_("Everything has its person."), _orphans,
    ),
    "monitoring": Kind(
        N_("Monitoring"), N_("The figures of a time: what was done, what was refused, what stands open."),
        "layout-dashboard", "report.monitoring", (N_("Part"), N_("Figure"), N_("Count")), (3, 6, 1),
        N_("Nothing to count."), _monitoring, (SINCE, UNTIL), days=30,
    ),
    "unacknowledged": Kind(
        N_("Not yet acknowledged"), N_("Who has not acknowledged the directive and procedures in force."), "book-2",
        "report.unacknowledged", (N_("Who"), N_("Site"), N_("Document"), N_("Due")), (4, 3, 5, 3),
        N_("Everybody has acknowledged what is in force."), _unread,
    ),
}  # fmt: skip
