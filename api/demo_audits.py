"""The demonstration house's audits: a method its director approved, an audit of the half-year before, signed, and the one that is due. [FW-5]"""

from collections.abc import Mapping
from typing import Final

from sqlmodel import col, select

from api.demo_firewall import Keepers, acting
from api.demo_lines import BRANCH_SLUG, EDGE_SLUG
from firewall_audit.audits import answers, findings, gathering, methods, readings, signing
from firewall_audit.audits.models import SIGNED, AuditedDevice, AuditFinding, FirewallAudit
from kernel import clock
from kernel.db import read_session
from policy import deadlines, inbox

RULE: Final = "firewall-audit"
KEPT: Final = (
    "rules-1", "rules-2", "services-2", "admin-1", "admin-3", "firmware-1", "logging-1", "time-1", "vpn-1", "backup-1", "documentation-1",
)  # fmt: skip
"""Points of the method that is shipped which this house keeps."""
NOTES: Final[Mapping[tuple[str, str], str]] = {
    (EDGE_SLUG, "time-1"): "L'équipement ne suit qu'une source de temps, sans authentification.",
    (BRANCH_SLUG, "logging-1"): "Les lignes de Bohicon n'arrivent pas encore ici ; rien n'y a été relu.",
}
"""What was not so in the audit of the half-year before, by device and point."""
BEGUN: Final[Mapping[tuple[str, str], str]] = {
    (EDGE_SLUG, "rules-2"): "",
    (EDGE_SLUG, "admin-1"): "",
    (EDGE_SLUG, "services-2"): "Le bureau à distance (tcp/3389) est ouvert de partout pour un fournisseur.",
    (BRANCH_SLUG, "admin-1"): "",
}
"""What is answered so far in the audit that is due; an empty note: it is so."""
CONCLUSION: Final = "Trois pare-feu audités : les règles et leurs propriétaires sont en ordre. Deux constats, chacun avec son propriétaire et son jour."


def approve_method(keepers: Keepers) -> None:
    """Have the officer write the method, and the director approve it as it stands."""
    officer = acting(keepers.officer)
    if readings.list_methods(officer):
        return
    made = methods.draft_method(officer, language="fr")
    view = readings.read_method(officer, made.id)
    methods.revise_method(
        officer, made.id, points=[one for one in view.points if one.code in KEPT], sample_rules=2, sample_days=1
    )
    methods.ask_method(officer, made.id)
    director = acting(keepers.director)
    for asked in inbox.approvals_waiting(director, limit=200):
        if asked.subject_ref == made.ref:
            inbox.cast(director, asked.id, yes=True, digest=asked.digest)


def sign_last(keepers: Keepers) -> None:
    """Do the audit of the half-year that is running, whole, and sign it; its owner mends what was found."""
    audit = _opened()
    if audit is None or audit.state == SIGNED:
        return
    officer = acting(keepers.officer)
    for device in _devices(audit):
        for code in KEPT:
            _answer(keepers, device, code, NOTES.get((device.slug, code), ""))
        for place in range(len(device.sample)):
            if str(place) not in device.judged:
                answers.judge_sample(
                    officer, device.id, place=place, answer="justified", words="Vu avec Rachid Bio : le changement y est nommé."
                )  # fmt: skip
    with read_session() as session:
        raised = list(session.scalars(select(AuditFinding).where(AuditFinding.audit_id == audit.id)))
    signing.sign_audit(officer, audit.id, name=officer.name, conclusion=CONCLUSION)
    for one in raised:
        findings.answer_finding(
            acting(keepers.engineer), one.id, response="mended", words="Réglé sur l'équipement et vérifié le lendemain."
        )
        findings.verify(officer, one.id, words="Regardé sur l'équipement : c'est ainsi maintenant.")


def begin_next(keepers: Keepers) -> None:
    """Begin the audit that is due: some points are answered, one of them becomes a finding that waits for its owner."""
    audit = _opened()
    if audit is None or audit.state == SIGNED:
        return
    for device in _devices(audit):
        for (slug, code), note in BEGUN.items():
            if slug == device.slug:
                _answer(keepers, device, code, note)


def _answer(keepers: Keepers, device: AuditedDevice, code: str, note: str) -> None:
    if code not in device.answers:
        told = (
            "n/a" if (device.slug, code) in {(EDGE_SLUG, "vpn-1"), (BRANCH_SLUG, "vpn-1")} else "no" if note else "yes"
        )
        words = note or ("Pas de tunnel sur cet équipement." if told == "n/a" else "")
        answers.answer_point(acting(keepers.officer), device.id, point=code, answer=told, words=words)  # type: ignore[arg-type]  # one of three


def _opened() -> FirewallAudit | None:
    """Have the audit of this half-year opened and the machine look at each device; give it."""
    deadlines.open_periods(deadlines.CLERK, only=frozenset({RULE}))
    gathering.run(clock.now())
    with read_session() as session:
        return session.scalars(select(FirewallAudit).order_by(col(FirewallAudit.until).desc())).first()


def _devices(audit: FirewallAudit) -> list[AuditedDevice]:
    with read_session() as session:
        rows = select(AuditedDevice).where(AuditedDevice.audit_id == audit.id)
        return list(session.scalars(rows.order_by(col(AuditedDevice.slug))))
