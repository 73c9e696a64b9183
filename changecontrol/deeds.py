"""What somebody may do to a change as it stands now: the workflow's next steps that the gate opens to them. [CC-1]"""

from sqlmodel import select

from changecontrol import requirements as needed
from changecontrol.models import Change, ChangeAuthorisation
from changecontrol.models.changes import EMERGENCY, MODELS
from changecontrol.papers import SEALED
from changecontrol.states import CHANGE_STEPS, FROZEN, OVER
from kernel import gate
from kernel.action import Work
from kernel.db import HOUSE, Record
from policy.models import Duty
from policy.workflow import Step

BREACH = "emergency-breach"
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


def open_urgent(work: Work, change: Change) -> list[str]:
    """Name what an emergency wants now and whoever asks may do: note a spoken word, hand in its papers, see a breach. [CC-5, CC-6]"""
    waits = change.state == "authorise" and needed.spoken_word(work, change) is None
    undocumented = change.documentation_due is not None and change.documented_at is None
    possible = {
        "record-word": change.model == EMERGENCY and waits,
        "document": undocumented and change.state not in OVER - {"rejected"},
        "see-breach": _breach_waits(work, change),
    }
    return [deed for deed, wanted in possible.items() if wanted and _is_open(work, change, f"emergency.{deed}")]


def _breach_waits(work: Work, change: Change) -> bool:
    asked = select(Duty.id).where(Duty.rule == BREACH, Duty.about_ref == change.ref, Duty.state == "open").limit(1)
    return work.select(asked).first() is not None


def may_acknowledge(work: Work, change: Change, one: ChangeAuthorisation) -> bool:
    """Tell whether whoever asks speaks for the client that this is put before, and has not acknowledged it yet. [CC-10]"""
    waits = one.scope != HOUSE and one.acknowledged_at is None and change.state == "authorise"
    return waits and _is_open(work, one, "change.acknowledge")


def _is_open(work: Work, change: Record, action: str) -> bool:
    found = gate.may(work.actor, action, change, work.now, work.session)
    return found.allowed or found.condition == "step-up"
