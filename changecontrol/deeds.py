"""What somebody may do to a change as it stands now: the workflow's next steps that the gate opens to them. [CC-1]"""

from changecontrol.models import Change
from changecontrol.models.changes import MODELS
from changecontrol.papers import SEALED
from changecontrol.states import CHANGE_STEPS, FROZEN, OVER
from kernel import gate
from kernel.action import Work
from policy.workflow import Step

STEPS = {
    "submit": "submit",
    "ask": "ask",
    "return": "return",
    "cancel": "cancel",
    "start": "start",
    "finish": "finish",
    "roll-back": "roll-back",
    "reject": "stop",
    "close": "close",
}
"""The events that a person brings about, and the deed that does so. All others follow from answers."""

EDITS = {"revise": FROZEN - {"implementing"}, "attach": OVER, "test": OVER | SEALED}
"""What is written into a change beside its steps, and the states in which that stands as it is."""


def open_edits(work: Work, change: Change) -> list[str]:
    """Name what whoever asks may write into the change as it stands now."""
    return [
        name
        for name, closed in EDITS.items()
        if change.state not in closed and _is_open(work, change, f"change.{name}")
    ]


def open_deeds(work: Work, change: Change) -> list[str]:
    """Name the deeds that are a next step and open to whoever asks; one that wants the second factor anew is open."""
    possible = [
        STEPS[step.event]
        for step in CHANGE_STEPS.steps
        if step.source == change.state and step.event in STEPS and _is_for(step, change)
    ]
    if change.state != "implementing":
        possible = [deed for deed in possible if deed != "stop"]
    return [deed for deed in dict.fromkeys(possible) if _is_open(work, change, f"change.{deed}")]


def _is_for(step: Step, change: Change) -> bool:
    """Tell whether a step is one of this model's; what else it wants is said when it is tried."""
    models = [set(guard.label.split(" or ")) for guard in step.guards if set(guard.label.split(" or ")) <= set(MODELS)]
    return all(change.model in each for each in models)


def _is_open(work: Work, change: Change, action: str) -> bool:
    found = gate.may(work.actor, action, change, work.now, work.session)
    return found.allowed or found.condition == "step-up"
