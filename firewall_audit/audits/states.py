"""How a method, an audit and a finding go. [FW-5]"""

from firewall_audit.audits.models import (
    ANSWERED,
    APPROVED,
    ASKED,
    DRAFT,
    GATHERING,
    OPEN,
    REFUSED,
    REPLACED,
    SIGNED,
    VERIFIED,
    WITHDRAWN,
    AuditFinding,
    AuditMethod,
    FirewallAudit,
)
from policy.workflow import Step, Workflow

METHOD_STEPS = Workflow(
    AuditMethod,
    DRAFT,
    [
        Step(DRAFT, "ask", ASKED, clause="FW-5"),
        Step(ASKED, "recall", DRAFT),
        Step(ASKED, "approve", APPROVED, clause="FW-5"),
        Step(ASKED, "refuse", REFUSED),
        Step(DRAFT, "withdraw", WITHDRAWN),
        Step(APPROVED, "replace", REPLACED),
    ],
)
AUDIT_STEPS = Workflow(
    FirewallAudit,
    GATHERING,
    [
        Step(GATHERING, "gather", OPEN),
        Step(OPEN, "sign", SIGNED, clause="FW-5"),
    ],
)
FINDING_STEPS = Workflow(
    AuditFinding,
    OPEN,
    [
        Step(OPEN, "answer", ANSWERED),
        Step(ANSWERED, "verify", VERIFIED, clause="FW-5"),
        Step(ANSWERED, "return", OPEN),
        Step(OPEN, "withdraw", WITHDRAWN),
        Step(WITHDRAWN, "raise", OPEN),
    ],
)
