"""The policy book and what it asks of people: editions, approvals, duties, waivers, and a status that is computed."""

from policy import deadlines, delegations, desk, duties, editions, evidence, inbox, status, trials, waivers

__all__ = ["deadlines", "delegations", "desk", "duties", "editions", "evidence", "inbox", "status", "trials", "waivers"]
