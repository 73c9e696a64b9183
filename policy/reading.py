"""The form of the policy book: what a file under policy/book may say."""

import re
from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from policy.spans import SpanText

Parameter = bool | int | str | list[int] | list[str]
"""A value of the book: whole numbers, words, or a list of them. No fractions: the ledger's canonical form has none."""

CLAUSE_ID = r"^[A-Z]{2}-[1-9][0-9]?$"
ROLE_ID = r"^[a-z][a-z0-9-]*$"
RULE_NAME = r"^[a-z][a-z0-9.-]*$"
HOUSE_ZONE = "house"
TRAINED = "trained"
"""The condition that an action needs when a rule of training gates it."""
ACTION_PATTERN = r"^(\*|[a-z][a-z0-9-]*(\.[a-z0-9-]+)*(\.\*)?)$"
RULE_STRING = r"^(\*|[a-z][a-z0-9-]*(\.[a-z0-9-]+)*(\.\*)?)( in [a-z0-9:_.-]+)?( if [a-z][a-z0-9-]*)?$"


class Strict(BaseModel):
    """A part of the book: unknown fields and loose types are faults."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)


class Maps(Strict):
    """Where a clause stands in published standards."""

    iso27001: list[str] = []
    pci: list[str] = []
    iso22301: list[str] = []


class Clause(Strict):
    """One clause of the house: its text, its owner, its parameters, and what makes it true."""

    id: str = Field(pattern=CLAUSE_ID)
    text: str = Field(min_length=10)
    kind: list[Literal["rule", "duty", "feature", "record"]] = Field(min_length=1)
    owner: str = Field(pattern=ROLE_ID)
    parameters: dict[str, Parameter] = {}
    guard: list[str] = []
    duty: list[str] = []
    evidence: list[str] = []
    attestation: SpanText | None = None
    """How long a signed statement about this clause stays good; none: statements are not accepted."""
    maps: Maps = Maps()
    in_force: bool = True

    @field_validator("kind", "guard", "duty", "evidence", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value


class Role(Strict):
    """A function in the house and what it may do."""

    label: str | None = None
    is_: list[str] = Field(default=[], alias="is")
    may: list[str] = []
    never: list[str] = []

    @field_validator("may", "never")
    @classmethod
    def _rules(cls, value: list[str]) -> list[str]:
        return [
            _matches(RULE_STRING, rule, "action, noun.* or *, then at most ' in scope' and ' if condition'")
            for rule in value
        ]


class ActionRule(Strict):
    """Conditions on an action whatever the role."""

    needs: list[str] = Field(min_length=1)
    clause: str | None = Field(default=None, pattern=CLAUSE_ID)


class Voice(Strict):
    """So many different natural persons who hold one of these roles, or stand so to what is asked."""

    role: list[str] = []
    who: list[str] = []
    """Relations, such as `manager-of-subject`: a field says who that is of each question (`policy.relations`)."""
    count: int = Field(default=1, ge=1)

    @field_validator("role", "who", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _somebody(self) -> "Voice":
        if not self.names:
            raise ValueError("a voice names at least one role, or one relation under who")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Everything this voice may be spoken as: roles first, then relations."""
        return (*self.role, *self.who)


class Requirement(Strict):
    """What an approval asks for. An empty list or a count of zero is a fault: nobody is not a quorum."""

    clause: str = Field(pattern=CLAUSE_ID)
    requires: list[Voice] = Field(min_length=1)
    barred: list[Literal["requester", "implementer", "subject"]] = ["requester", "implementer", "subject"]
    clerical: list[str] = []
    """Fields of the content whose edit keeps the votes; every other edit is material and voids them."""
    in_order: bool = False
    """Whether the second voice is heard only once the first has said yes, and so on."""
    refusals: int = Field(default=1, ge=1)
    answer_within: SpanText = "14 days"
    valid_for: SpanText = "30 days"

    @field_validator("barred")
    @classmethod
    def _requester_stays_barred(cls, value: list[str]) -> list[str]:
        if "requester" not in value or "implementer" not in value:
            raise ValueError("the requester and the implementer are always barred")
        return value


class Calendar(Strict):
    """A recurrence: periods of `every`, counted from `anchor` (local date and hour in `zone`)."""

    anchor: str
    every: SpanText
    zone: str = "UTC"
    """An IANA name, or `house`: the zone in which the house reads its times."""

    def in_zone(self, house: str) -> "Calendar":
        """Give it with the house's zone where it says `house`."""
        return self.model_copy(update={"zone": house}) if self.zone == HOUSE_ZONE else self


class DutyRule(Strict):
    """Human work that the book asks for: opened by a fact or by the calendar, due at a computed time."""

    clause: str = Field(pattern=CLAUSE_ID)
    title: str = Field(min_length=5)
    holder: str = Field(pattern=ROLE_ID)
    """A role, or `subject`: the person the duty is about."""
    about: str | None = None
    """The noun of the thing it is about: the fact's `<noun>_id` names it."""
    opened_by: str | None = None
    opened_where: dict[str, str] = {}
    calendar: Calendar | None = None
    within: SpanText | None = None
    fulfilled_by: str | None = None
    fulfilled_where: dict[str, str] = {}
    done_by: str | None = None
    """The action that does the work and closes the duty; whoever holds it then cannot call it done by word alone."""
    ended_by: str | None = None
    renews: SpanText | None = None
    escalates_to: str = Field(pattern=ROLE_ID)
    scope: str = "house"


class CourseRule(Strict):
    """Who must have which courses in date, by when, and which actions rest on it while they have not."""

    clause: str = Field(pattern=CLAUSE_ID)
    title: str = Field(min_length=5)
    courses: list[str] = Field(min_length=1)
    roles: list[str] = []
    """Whoever holds one of these; an empty list is everybody of the house."""
    scopes: list[str] = []
    """Where a role must be held, or a person belong (`site:cotonou`, `client:alpha`); an empty list is anywhere."""
    asked_by: list[str] = []
    """Facts that ask the courses anew, whatever was passed before: of the person the fact names, else of all whom the rule binds."""
    duty: str
    """The duty of the book that each assignment opens for its learner."""
    gates: list[str] = []
    """Actions that sleep for whoever lacks one of the courses."""
    within: SpanText = "30 days"
    grace: SpanText | None = None
    """How long the actions stay awake after a course comes into force for the first time."""
    newcomers: SpanText | None = None
    """How long they stay awake for who has just joined, or just got a role the rule names; none: learning comes first."""

    @property
    def is_standing(self) -> bool:
        """Whether it holds all the time, and not by a fact."""
        return not self.asked_by


class Toxic(Strict):
    """A declared conflict of duties: no one holds both sides."""

    roles: list[str] = Field(min_length=2, max_length=2)
    clause: str = Field(pattern=CLAUSE_ID)
    why: str = Field(min_length=10)


class WaiverRule(Strict):
    """How long a waiver may last; it always ends."""

    longest: SpanText = "1 year"


class HouseRule(Strict):
    """What holds for the whole house, and is no clause's own."""

    zone: str = "UTC"
    """The IANA name of the time zone in which people read and type times; they are kept in UTC."""


class Book(Strict):
    """One file of the book, or the whole of it once merged."""

    clauses: list[Clause] = []
    roles: dict[str, Role] = {}
    actions: dict[str, ActionRule] = {}
    approvals: dict[str, Requirement] = {}
    duties: dict[str, DutyRule] = {}
    training: dict[str, CourseRule] = {}
    toxic: list[Toxic] = []
    waivers: WaiverRule = WaiverRule()
    house: HouseRule = HouseRule()
    clerks: dict[str, list[str]] = {}
    """Machines and their roles; a role `clerk-<name>` is its clerk's without a word."""

    @field_validator("roles", "actions", "approvals", "duties", "training")
    @classmethod
    def _names(cls, value: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        pattern = {"roles": ROLE_ID, "actions": ACTION_PATTERN}.get(info.field_name or "", RULE_NAME)
        for name in value:
            _matches(pattern, name, "a lower-case name")
        return value

    @cached_property
    def clauses_by_id(self) -> dict[str, Clause]:
        """The clauses by their ids."""
        return {clause.id: clause for clause in self.clauses}

    @cached_property
    def live_duties(self) -> dict[str, DutyRule]:
        """The duties whose clause is in force."""
        live = {clause.id for clause in self.clauses if clause.in_force}
        return {name: rule for name, rule in self.duties.items() if rule.clause in live}

    @cached_property
    def duties_by_fact(self) -> dict[str, list[str]]:
        """Which live duties each fact opens, fulfils or ends."""
        found: dict[str, list[str]] = {}
        for name, rule in self.live_duties.items():
            for fact in {rule.opened_by, rule.fulfilled_by, rule.ended_by} - {None}:
                found.setdefault(str(fact), []).append(name)
        return found

    def document(self) -> dict[str, Any]:
        """The book as plain JSON values, fields under their written names; `Book.model_validate` reads it back."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def _matches(pattern: str, value: str, form: str) -> str:
    if not re.match(pattern, value):
        raise ValueError(f'"{value}" is not written as {form}')
    return value
