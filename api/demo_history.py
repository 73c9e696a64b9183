"""What lies behind the demonstration house's firewalls, day by day: the half-year before, the week before, and now. [FW-1, FW-2, FW-3, FW-4, FW-5, FW-6]"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

from sqlmodel import col, select

from api import demo_alarms, demo_audits, demo_changes, demo_past, demo_reviews
from api.demo_changes import Makers
from api.demo_configurations import EDGE_AFTER
from api.demo_firewall import WEEK, Keepers, acting, approve_present, look_again, register, take_week
from api.demo_lines import BRANCH_SLUG, EDGE_SLUG
from firewall_audit.alarms.models import Alarm
from firewall_audit.analyses import answers, making
from firewall_audit.analyses.models import OPEN, RuleFinding
from firewall_audit.models import NetworkDevice
from kernel import clock, fresh
from kernel.db import read_session

DAY = timedelta(days=1)
CHANGE = "Mail is handed in by its own port: rule on the edge"
ANSWERS: Final[Mapping[tuple[str, str], tuple[Literal["explained", "accepted", "to-mend"], str, int]]] = {
    (EDGE_SLUG, "open-outside"): ("accepted", "Maintenance du fournisseur, jusqu'à son passage au VPN.", 60),
    (EDGE_SLUG, "redundant"): ("to-mend", "Règle en trop : à retirer avec le prochain changement.", 30),
    (BRANCH_SLUG, "open-outside"): ("explained", "Le port tombe dans la plage de la voix ; personne ne l'écoute.", 0),
    (BRANCH_SLUG, "expired"): ("to-mend", "L'impression depuis le siège a pris fin : à retirer.", 14),
}
"""What the officer says of findings in rules, by device and kind: the answer, why, and for how many days."""


def seed_history(makers: Makers, engineer: UUID) -> None:
    """Make what is missing; safe to repeat. The last thing made tells that all is there."""
    with read_session() as session:
        if session.scalars(select(Alarm.id).where(Alarm.state == "open").limit(1)).first() is not None:
            return
    fresh.refresh(force=True)
    keepers = Keepers(engineer, makers.officer, makers.director)
    now = clock.now()
    monday = demo_past.running(demo_reviews.RULE, now).start
    half = demo_past.running(demo_audits.RULE, now).start
    with demo_past.on(min(half - DAY, monday - 10 * DAY)):
        register(keepers)
        demo_audits.approve_method(keepers)
        demo_audits.sign_last(keepers)
    with demo_past.on(monday - 3 * DAY + timedelta(hours=9)):
        take_week(monday - 2 * WEEK, quiet=True)
        demo_alarms.plan(keepers, monday - WEEK)
        demo_alarms.answer_last(keepers)
        demo_reviews.sign_last(keepers)
    _change(makers, keepers)
    with ThreadPoolExecutor(1) as aside:  # the analyser works in processes of its own: nobody need wait for it yet
        judged = aside.submit(making.run, clock.now())
        take_week(monday - WEEK)
        demo_reviews.begin_next(keepers)
        judged.result()
    _answer_rules(keepers)
    demo_audits.begin_next(keepers)
    demo_alarms.ring_now(keepers)


def _change(makers: Makers, keepers: Keepers) -> None:
    """An authorised change adds a rule to the edge in its window; what it then runs is what was approved."""
    now = clock.now()
    things = [f"device:{EDGE_SLUG}"]
    for wanted in ("scheduled", "implementing"):
        demo_changes.bring(makers, wanted, CHANGE, "edge-firewall", now, now + DAY, things=things)
    look_again(keepers, {EDGE_SLUG: EDGE_AFTER})
    approve_present(keepers, EDGE_SLUG)
    demo_changes.bring(makers, "closed", CHANGE, "edge-firewall")


def _answer_rules(keepers: Keepers) -> None:
    """Have the officer answer some of what the analyser found; the rest waits."""
    with read_session() as session:
        rows = select(RuleFinding, NetworkDevice.slug).join(NetworkDevice).where(RuleFinding.state == OPEN)
        found = list(session.execute(rows.order_by(col(RuleFinding.key))))
    for one, slug in found:
        if (slug, one.kind) in ANSWERS:
            answer, reason, days = ANSWERS[slug, one.kind]
            answers.answer_finding(
                acting(keepers.officer), one.id, answer=answer, reason=reason, until=clock.now() + timedelta(days=days) if days else None,
                mender_id=keepers.engineer if answer == "to-mend" else None,
            )  # fmt: skip
