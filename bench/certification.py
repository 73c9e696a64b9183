"""Certifying 10,000 rights: how long a page of them takes, and a decision, with a ledger entry and the commit on the disk.

The campaign is drawn by its own actions; then its reviewer goes through pages of 50, deciding on some of each, as a person would.
"""

import time
from typing import Any
from uuid import UUID

from bench.harness import Measured, figure

RIGHTS = 10_000
PAGES = 60
ON_A_PAGE = 50
DECIDED = 5


@figure("certification", unit="ms", bar="<= 200", against="a decision's share of it")
def measure(options: Any) -> Measured:
    """The larger of the 95th percentiles of pages and decisions."""
    from bench.web import database

    with database():
        reviewer, campaign, asked, drawn = prepare(options.size(RIGHTS))
        pages, decisions = review(reviewer, campaign)
    page, decision = p95(pages), p95(decisions)
    note = (
        f"{asked} rights asked about, drawn in {drawn:.0f} s; page p95 {page:.0f} ms of {len(pages)}, "
        f"decision p95 {decision:.0f} ms of {len(decisions)}"
    )
    return Measured(max(page, decision), decision / max(page, decision), [page, decision], note)


def p95(spent: list[float]) -> float:
    return sorted(spent)[min(len(spent) - 1, round(len(spent) * 0.95))] * 1000


def prepare(rights: int) -> tuple[Any, UUID, int, float]:
    """Found a house of so many people who hold a role, and open a campaign about it; returns who answers, and the campaign."""
    from api import (
        fields,  # noqa: F401
        house,
        schema,
    )
    from bench import crowd
    from iam.certification import campaigns as certification
    from kernel import db, fresh
    from tests import world

    schema.migrate(db.settings.database_url)
    house.found()
    crowd.settle(db.settings.database_url, rights)
    officer = world.person(role="security-officer")
    fresh.refresh(force=True)
    made = certification.open_certification(
        officer.actor, kind="role", about=crowd.ROLE, reason="the yearly look at who supervises"
    )
    begin = time.perf_counter()
    certification.draw_all(certification_id=str(made.id))
    drawn = time.perf_counter() - begin
    return reviewer_of(made.id), made.id, asked_in(made.id), drawn


def asked_in(campaign: UUID) -> int:
    """Return how many rights a campaign asks about."""
    from iam.certification.models import Certification
    from kernel import db

    with db.read_session() as session:
        return session.get_one(Certification, campaign).asked


def reviewer_of(campaign: UUID) -> Any:
    """Return somebody who answers for the campaign's rights."""
    from sqlmodel import select

    from iam.certification.models import CertificationItem
    from kernel import db, fresh
    from tests import world

    with db.read_session() as session:
        item = session.scalars(select(CertificationItem).where(CertificationItem.certification_id == campaign)).first()
    assert item is not None
    assert item.reviewer_id is None
    found = world.person(role=item.reviewer_role)
    fresh.refresh(force=True)
    return found.actor


def review(reviewer: Any, campaign: UUID) -> tuple[list[float], list[float]]:
    """Go through the pages, deciding on some rights of each; returns the seconds of each page and decision."""
    from iam.certification import decisions as certification_decisions
    from iam.certification import pages as certification_pages

    pages: list[float] = []
    decisions: list[float] = []
    after = ""
    for _ in range(PAGES):
        begin = time.perf_counter()
        page = certification_pages.open_page(reviewer, campaign, after=after, limit=ON_A_PAGE)
        pages.append(time.perf_counter() - begin)
        for number, item in enumerate(page.items[:DECIDED]):
            begin = time.perf_counter()
            if number:
                certification_decisions.keep_right(reviewer, item.id, reason="")
            else:
                certification_decisions.withdraw_right(reviewer, item.id, reason="not used for a year")
            decisions.append(time.perf_counter() - begin)
        after = page.next
        if not after:
            break
    return pages, decisions
