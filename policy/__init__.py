"""The policy book and what it asks of people: editions, approvals, duties, waivers, and a status that is computed."""

from policy import delegations, inbox

__all__ = ["delegations", "inbox"]
