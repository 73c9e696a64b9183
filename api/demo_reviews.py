"""The demonstration house's weekly reviews: one signed with what was said of each finding, and the one that is due. [FW-3, FW-4]"""

from datetime import timedelta
from typing import Final

from sqlmodel import col, select

from api.demo_firewall import Keepers, acting
from firewall_audit.review import drawing, reports, reviews
from firewall_audit.review.models import SIGNED, FindingReport, LogFinding, LogReview
from kernel import clock
from kernel.db import read_session
from policy import deadlines

RULE: Final = "firewall-log-review"
CONCLUSION: Final = "Un balayage de ports refusé et un visiteur de chaque jour, tous deux dits au directeur technique ; rien n'est passé."


def draw() -> LogReview | None:
    """Have the review of the week before opened and its lines looked at; give it."""
    deadlines.open_periods(deadlines.CLERK, only=frozenset({RULE}))
    drawing.run(clock.now())
    with read_session() as session:
        return session.scalars(select(LogReview).order_by(col(LogReview.since).desc())).first()


def sign_last(keepers: Keepers) -> None:
    """Say what each grave finding is, answer for the lines drawn by chance, sign; the director answers what was reported."""
    review = draw()
    if review is None or review.state == SIGNED:
        return
    officer = acting(keepers.officer)
    for one in _grave(review):
        if one.kind.startswith("scan"):
            remark = "Balayage refusé en entier par la dernière règle ; l'adresse n'est pas revenue."
            reviews.dispose(officer, one.id, disposition="explained", remark=remark)
        else:
            remark = "Refusé chaque fois ; toléré tant que le fournisseur d'accès n'a pas répondu."
            until = clock.now() + timedelta(days=90)
            reviews.dispose(officer, one.id, disposition="accepted", remark=remark, until=until)
    for place in range(len(review.sample)):
        reviews.answer_sample(officer, review.id, place=place, right=True)
    reviews.sign_review(officer, review.id, name=officer.name, conclusion=CONCLUSION)
    with read_session() as session:
        waiting = list(session.scalars(select(FindingReport).where(FindingReport.state == "open")))
    for told in waiting:
        reports.answer_report(
            acting(keepers.director),
            told.id,
            answer="L'adresse est signalée à son fournisseur ; rien à changer chez nous.",
        )


def begin_next(keepers: Keepers) -> None:
    """Begin the review that is due: what is slight is explained, what is grave still waits."""
    review = draw()
    if review is None or review.state == SIGNED:
        return
    officer = acting(keepers.officer)
    slight = [one for one in _findings(review) if not one.needs_answer and not one.disposition]
    for one in slight[:2]:
        reviews.dispose(officer, one.id, disposition="explained", remark="Bruit d'internet : refusé, rien n'est passé.")


def _grave(review: LogReview) -> list[LogFinding]:
    return [one for one in _findings(review) if one.needs_answer]


def _findings(review: LogReview) -> list[LogFinding]:
    with read_session() as session:
        rows = select(LogFinding).where(LogFinding.review_id == review.id).order_by(col(LogFinding.key))
        return list(session.scalars(rows))
