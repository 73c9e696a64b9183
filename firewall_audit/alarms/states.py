"""How an alarm goes: open, acknowledged, closed. [FW-6]"""

from firewall_audit.alarms.models import ACKNOWLEDGED, CLOSED, OPEN, Alarm
from policy.workflow import Step, Workflow

ALARM_STEPS = Workflow(
    Alarm,
    OPEN,
    [Step(OPEN, "acknowledge", ACKNOWLEDGED, clause="FW-6"), Step(ACKNOWLEDGED, "close", CLOSED, clause="FW-6")],
)
