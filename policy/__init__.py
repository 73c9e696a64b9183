"""The policy book and what it asks of people: editions, approvals, duties, waivers, and a status that is computed."""

from policy import changes, deadlines, delegations, desk, editions, evidence, inbox, status, trials
from policy.approvals import ask_approval, use_approval, withdraw_approval
from policy.delegations import delegate, end_delegation
from policy.duties import duties_of, excuse_duty, fulfil, fulfil_duty, hand_over_duty, open_duty, overdue
from policy.settlements import Settlement, settled
from policy.voting import cast_vote, withdraw_vote
from policy.waivers import ask_waiver, waived
from policy.workflow import Guard, Step, Workflow

__all__ = [
    "Guard",
    "Settlement",
    "Step",
    "Workflow",
    "ask_approval",
    "ask_waiver",
    "cast_vote",
    "changes",
    "deadlines",
    "delegate",
    "delegations",
    "desk",
    "duties_of",
    "editions",
    "end_delegation",
    "evidence",
    "excuse_duty",
    "fulfil",
    "fulfil_duty",
    "hand_over_duty",
    "inbox",
    "open_duty",
    "overdue",
    "settled",
    "status",
    "trials",
    "use_approval",
    "waived",
    "withdraw_approval",
    "withdraw_vote",
]
