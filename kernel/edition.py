"""Editions of the policy book: lint, store, load and compile. The kernel reads the document's access part; the rest is `policy`'s."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import text
from sqlmodel import select

from kernel.access import AccessState, PolicyEdition, PolicyRule, RoleAssignment, Scope
from kernel.db import HOUSE
from kernel.errors import Conflict, Denied, NotFound, Refused
from kernel.gate import MAX_DEPTH, Assignment, Index, Rule, current
from kernel.ledger.entries import canonical

if TYPE_CHECKING:
    from kernel.action import Work


class RoleLines(BaseModel):
    """What the book says of a role: what it includes, what it may and may never do (`pattern [in scope] [if condition]`)."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    label: str = ""
    includes: list[str] = Field(default_factory=list, alias="is")
    may: list[str] = Field(default_factory=list)
    never: list[str] = Field(default_factory=list)


class ActionLines(BaseModel):
    """What the book asks of an action whatever the role: named conditions, and the clause it rests on."""

    model_config = ConfigDict(extra="forbid")

    needs: list[str] = Field(default_factory=list)
    clause: str | None = None


class Access(BaseModel):
    """The part of an edition that the gate compiles."""

    model_config = ConfigDict(extra="ignore")

    roles: dict[str, RoleLines] = Field(default_factory=dict)
    actions: dict[str, ActionLines] = Field(default_factory=dict)
    clerks: dict[str, list[str]] = Field(default_factory=dict)


SAMPLE = 1000
FOUNDING = Access.model_validate({"roles": {"founder": {"may": ["house.found"]}}, "clerks": {"setup": ["founder"]}})


def parse_rule(role: str, line: str, effect: str) -> Rule:
    """Read `pattern [in scope] [if condition]`.

    Raises:
        Refused: when the line has another form.

    """
    words = line.split()
    rest = dict(zip(words[1::2], words[2::2], strict=False))
    if not words or len(words) % 2 == 0 or set(rest) - {"in", "if"} or len(rest) != len(words) // 2:
        raise Refused(None, f"role {role}: the rule “{line}” is not of the form: action [in scope] [if condition]")
    return Rule(role, words[0], rest.get("in", "*"), effect, rest.get("if"))


def rules_of(access: Access) -> list[Rule]:
    """Return all rules of an edition, in the order of the book."""
    return [
        rule
        for role, lines in access.roles.items()
        for rule in [
            *(parse_rule(role, line, "allow") for line in lines.may),
            *(parse_rule(role, line, "deny") for line in lines.never),
        ]
    ]


def lint(access: Access, actions: Iterable[str], conditions: Iterable[str]) -> list[str]:
    """Return what is wrong with an edition's access part: unknown names, cycles, too deep includes, rules that touch nothing."""
    known, named, faults = set(actions), set(conditions), []
    for role, lines in access.roles.items():
        faults += [f"role {role} includes {r}, which is no role" for r in lines.includes if r not in access.roles]
        if _depth(access, role, ()) > MAX_DEPTH:
            faults.append(f"role {role} includes itself, or more than {MAX_DEPTH} roles deep")
    for rule in rules_of(access):
        if not any(rule.covers(a) for a in known):
            faults.append(f"“{rule}” covers no action")
        if rule.condition and rule.condition not in named:
            faults.append(f"“{rule}”: the condition {rule.condition} is unknown")
    for action, needed in access.actions.items():
        faults += [f"{action} is no action"] * (action not in known)
        faults += [f"{action} needs {n}, which is unknown" for n in needed.needs if n not in named]
    for name, roles in access.clerks.items():
        faults += [f"clerk {name} has {r}, which is no role" for r in roles if r not in access.roles]
    return faults


def _depth(access: Access, role: str, path: tuple[str, ...]) -> int:
    if role in path:
        return MAX_DEPTH + 1
    lines = access.roles.get(role)
    return 0 if lines is None else max((1 + _depth(access, r, (*path, role)) for r in lines.includes), default=0)


def publish(work: "Work", document: Mapping[str, Any]) -> int:
    """Store a document as the next edition and put it in force with this action's commit; return its number.

    Raises:
        Refused: when lint finds faults, or casbin's reading of the rules differs from the compiled one.

    """
    from kernel.action import every_action  # noqa: PLC0415 - the registry stands above the edition
    from kernel.gate import CONDITIONS  # noqa: PLC0415
    from kernel.gate_casbin import differences  # noqa: PLC0415 - casbin is heavy and only needed here

    access = Access.model_validate(document)
    faults = lint(access, every_action(), CONDITIONS)
    if faults:
        raise Refused("AC-8", "The edition cannot be published: " + "; ".join(faults))
    state = locked_state(work)
    number = state.edition + 1
    index = compile_index(number, access, every_action(), {HOUSE: None}, {})
    wrong = differences(index, sample=SAMPLE, before=current(), beat=lambda: work.session.execute(text("select 1")))
    if wrong:
        raise Refused("AC-8", f"The compiled rules differ from casbin's reading: {wrong[0]}")
    digest = hashlib.sha256(canonical(dict(document))).hexdigest()
    work.add(
        PolicyEdition(
            number=number, digest=digest, document=dict(document), published_at=work.now, published_by=work.actor.ref
        )
    )
    for rule in rules_of(access):
        work.add(
            PolicyRule(
                edition=number,
                role=rule.role,
                pattern=rule.pattern,
                scope=rule.scope,
                effect=rule.effect,
                condition=rule.condition,
            )
        )
    for role, lines in access.roles.items():
        for included in lines.includes:
            work.add(PolicyRule(edition=number, role=role, pattern=included, effect="include"))
    state.edition, state.counter = number, state.counter + 1
    work.note("edition", number)
    work.note("digest", digest)
    work.refreshes_gate()
    return number


def locked_state(work: "Work") -> AccessState:
    """Return the state row under lock, made at first use."""
    state = work.session.scalars(select(AccessState).where(AccessState.id == 1).with_for_update()).first()
    if state is None:
        state = AccessState(id=1)
        work.session.add(state)
    return state


def compile_index(
    number: int,
    access: Access,
    actions: Iterable[str],
    scopes: dict[str, str | None],
    assignments: dict[str, tuple[Assignment, ...]],
) -> Index:
    """Compile an edition and assignments; clerks hold their roles in the whole house."""
    clerks = {f"clerk:{name}": tuple(Assignment(r, HOUSE) for r in roles) for name, roles in access.clerks.items()}
    return Index(
        edition=number,
        rules=tuple(rules_of(access)),
        parents={role: tuple(lines.includes) for role, lines in access.roles.items()},
        scopes=scopes,
        assignments={**assignments, **clerks},
        needs={a: tuple(lines.needs) for a, lines in access.actions.items() if lines.needs},
        clauses={a: lines.clause for a, lines in access.actions.items() if lines.clause},
        actions=tuple(sorted(actions)),
    )


def add_scope(work: "Work", scope: str, parent: str, label: str) -> Scope:
    """Add a scope below another.

    Raises:
        NotFound: when there is no such parent. Conflict: when the scope is there already.

    """
    if parent != HOUSE and work.session.get(Scope, parent) is None:
        raise NotFound(f"There is no scope {parent}.")
    if scope == HOUSE or work.session.get(Scope, scope) is not None:
        raise Conflict(f"The scope {scope} is there already.")
    if work.session.get(Scope, HOUSE) is None:
        work.session.add(Scope(id=HOUSE, parent=None, label="House"))
        work.session.flush()
    made = Scope(id=scope, parent=parent, label=label)
    work.session.add(made)
    work.session.flush()
    _count(work)
    return made


def give_role(
    work: "Work",
    ref: str,
    role: str,
    scope: str = HOUSE,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    reason: str,
) -> RoleAssignment:
    """Give a subject a role in a scope. Nobody gives what he does not hold, unless his role may escalate; never to himself. [AC-2]

    Raises:
        Refused: own gift, unknown role, an end before its start, or a role the giver does not hold there.

    """
    index = current()
    if ref == work.actor.ref:
        raise Refused("AC-2", "Nobody gives a role to himself.")
    if not any(r.role == role for r in index.rules) and role not in index.parents:
        raise Refused("AC-6", f"The book knows no role {role}.")
    if end is not None and end <= (start or work.now):
        raise Refused("AC-2", "The role would end before it starts.")
    if scope != HOUSE and work.session.get(Scope, scope) is None:
        raise NotFound(f"There is no scope {scope}.")
    if not _holds(work, role, scope) and not index.decide(work.actor, "role.escalate", scope, work.now).allowed:
        raise Denied(f"You do not hold the role {role} in {scope}, so you cannot give it.", "AC-10")
    made = RoleAssignment(
        subject_ref=ref, role=role, scope=scope, starts_at=start, ends_at=end, given_by=work.actor.ref, reason=reason
    )
    work.add(made)
    _count(work)
    return made


def take_role(work: "Work", assignment: RoleAssignment) -> None:
    """Take a role back; it stops working everywhere within a second. [AC-2]"""
    if assignment.taken_at is not None:
        raise Conflict("This role has been taken back already.")
    assignment.taken_at, assignment.taken_by = work.now, work.actor.ref
    _count(work)


def amend_role(work: "Work", assignment: RoleAssignment, *, end: datetime | None) -> None:
    """Give a role that is held another end; it counts everywhere within a second. [AC-2]

    Raises:
        Conflict: when it has been taken back. Refused: when it has ended, would end before it starts, or at once.

    """
    if assignment.taken_at is not None:
        raise Conflict("This role has been taken back already.")
    if assignment.ends_at is not None and assignment.ends_at <= work.now:
        raise Refused("AC-2", "This right has ended. It is asked for anew.")
    if end is not None and end <= max(assignment.starts_at or work.now, work.now):
        raise Refused("AC-2", "The role would end before it starts.")
    assignment.ends_at = end
    _count(work)


def _holds(work: "Work", role: str, scope: str) -> bool:
    index = current()
    return any(role in index.closure(a.role) for a in index.held(work.actor.ref, scope, work.now))


def _count(work: "Work") -> None:
    locked_state(work).counter += 1
    work.refreshes_gate()
