"""What was passed: a record that is never changed, a certificate anyone can verify, and an undertaking by typed name. [TR-1, DS-4]"""

import secrets
import unicodedata
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints
from sqlmodel import col, select

from kernel.action import Work, action
from kernel.db import Answer
from kernel.errors import Conflict, NotFound, Refused
from kernel.reading import reading
from policy.approvals import person_of
from policy.spans import span
from training.courses.content import CourseContent
from training.courses.models import CourseVersion
from training.learning.assignments import done, open_of
from training.learning.learners import tell_news
from training.learning.models import Attempt, CoursePass, Undertaking

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, 1, I and O: a code is read aloud and typed from paper."""
GROUPS, LENGTH = 4, 4
Code = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, max_length=40)]
TypedName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=200)]


class Certificate(Answer):
    """What a code proves: who passed which version of which course, and whether it still holds."""

    code: str
    person_id: UUID
    course: str
    title: dict[str, str]
    number: int
    digest: str
    score: int
    passed_at: datetime
    valid_until: datetime | None
    holds: bool


def new_code() -> str:
    """Make a code of 80 random bits in four groups."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(GROUPS))


def spelt(typed: str) -> str:
    """Spell a code as it stands on paper, however it was typed: in capitals, in groups of four; empty when nothing was."""
    signs = "".join(sign for sign in typed.upper() if sign.isascii() and sign.isalnum())
    return "-".join(signs[at : at + LENGTH] for at in range(0, len(signs), LENGTH))


def write_pass(work: Work, attempt: Attempt, version: CourseVersion, content: CourseContent) -> CoursePass:
    """Write a pass inside any action; it closes what asked for it, and wakes what slept for want of it."""
    at = attempt.finished_at or work.now
    made = work.add(
        CoursePass(
            scope=attempt.scope, person_id=attempt.person_id, course=attempt.course, version_id=version.id,
            number=version.number, counts_for=list(content.counts_for), attempt_id=attempt.id,
            score=attempt.score or 0, passed_at=at, code=new_code(),
            valid_until=span(content.valid_for).after(at) if content.valid_for is not None else None,
        )
    )  # fmt: skip
    work.session.flush()
    tell_news(work, attempt.person_id)
    for row in work.select(open_of(attempt.person_id).with_for_update()).all():
        if row.course in (made.course, *made.counts_for) and (
            row.counts_from is None or attempt.started_at >= row.counts_from
        ):
            done(work, row, made.ref)
    work.fact("training.passed", person_id=made.person_id, course=made.course, pass_id=made.id, evidence_ref=made.ref)
    return made


def certificate_of(work: Work, row: CoursePass) -> Certificate:
    """Show a pass as a certificate."""
    version = work.get(CourseVersion, row.version_id)
    return Certificate(
        code=row.code, person_id=row.person_id, course=row.course, title=version.content["title"], number=row.number,
        digest=version.digest, score=row.score, passed_at=row.passed_at, valid_until=row.valid_until,
        holds=row.valid_until is None or work.now < row.valid_until,
    )  # fmt: skip


@reading("certificate.verify", answer=Certificate)
def verify_certificate(work: Work, *, code: Code) -> Certificate:
    """Tell what a certificate's code proves. [TR-1]"""
    found = work.select(select(CoursePass).where(CoursePass.code == code)).first()
    if found is None:
        raise NotFound("No certificate has this code.")
    return certificate_of(work, found)


@reading("certificate.mine")
def my_certificates(work: Work) -> list[Certificate]:
    """List what you passed, the newest first. [TR-1]"""
    rows = select(CoursePass).where(CoursePass.person_id == work.actor.id).order_by(col(CoursePass.passed_at).desc())
    return [certificate_of(work, row) for row in work.select(rows)]


@action("undertaking.give", on=CourseVersion)
def give_undertaking(work: Work, version: CourseVersion, *, digest: str, typed_name: TypedName) -> Undertaking:
    """Give your word, by typing your name, that you keep to what a course you passed teaches. [DS-4]"""
    me = person_of(work)
    if version.state != "in-force":
        raise Refused("DS-4", "This version is not in force; read the one that is.")
    if digest != version.digest:
        raise Conflict("The course is another than the one you read; read it again.", "DS-4")
    if plain(typed_name) != plain(work.actor.name):
        raise Refused("DS-4", "Type your own name as the house knows it.")
    passed = select(CoursePass.id).where(CoursePass.person_id == me, CoursePass.version_id == version.id)
    if work.select(passed.limit(1)).first() is None:
        raise Refused("DS-4", "Pass the course first; then you know what you promise.")
    known = select(Undertaking.id).where(Undertaking.version_id == version.id, Undertaking.person_id == me)
    if work.select(known).first() is not None:
        raise Conflict("You have given your word on this version already.")
    slug = str(version.content["slug"])
    made = Undertaking(
        person_id=me, course=slug, version_id=version.id, digest=digest, typed_name=typed_name, at=work.now
    )
    work.fact("undertaking.given", person_id=me, course=slug, evidence_ref=made.ref)
    return work.add(made)


def plain(name: str) -> str:
    """Give a name without accents, case or double spaces, as two spellings of it are compared."""
    folded = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(c for c in folded if not unicodedata.combining(c)).replace("\u2019", "'").split())
