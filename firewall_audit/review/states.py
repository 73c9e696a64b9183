"""How a weekly review goes: gathering until the machine has looked, open until signed. [FW-3]"""

from firewall_audit.review.models import GATHERING, OPEN, SIGNED, LogReview
from policy.workflow import Step, Workflow

REVIEW_STEPS = Workflow(
    LogReview,
    GATHERING,
    [
        Step(GATHERING, "draw", OPEN),
        Step(OPEN, "draw", OPEN),
        Step(OPEN, "sign", SIGNED, clause="FW-3"),
    ],
)
