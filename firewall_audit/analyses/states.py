"""How a finding of a rule goes: open until somebody answers it or it is gone; what was accepted comes back on its day. [FW-1, FW-5]"""

from firewall_audit.analyses.models import ACCEPTED, EXPLAINED, GONE, OPEN, TO_MEND, RuleFinding
from policy.workflow import Step, Workflow

_STANDING = (OPEN, EXPLAINED, ACCEPTED, TO_MEND)
FINDING_STEPS = Workflow(
    RuleFinding,
    OPEN,
    [
        *(Step(state, "explain", EXPLAINED, clause="FW-5") for state in _STANDING),
        *(Step(state, "accept", ACCEPTED, clause="FW-5") for state in _STANDING),
        *(Step(state, "mend", TO_MEND, clause="FW-5") for state in _STANDING),
        *(Step(state, "reopen", OPEN) for state in _STANDING),
        *(Step(state, "vanish", GONE) for state in _STANDING),
        Step(GONE, "return", OPEN),
    ],
)
