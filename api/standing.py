"""What somebody holds at a moment, as a page and the stream of hints tell it: by a fingerprint that every process gives alike."""

import hashlib
from datetime import datetime

from kernel.actor import Actor
from kernel.gate import Index

Held = frozenset[tuple[str, str]]


def standing(index: Index, actor: Actor, now: datetime) -> tuple[Held, float | None]:
    """Give the roles somebody holds now, each with its place, and the seconds until one begins or ends by the clock, if any does."""
    given = index.assignments.get(actor.ref, ())
    edges = [(at - now).total_seconds() for one in given for at in (one.start, one.end) if at > now]
    held = frozenset((one.role, one.scope) for one in given if one.start <= now < one.end)
    return held, min(edges, default=None)


def fingerprint(actor: Actor, held: Held) -> str:
    """Say who holds what in 16 characters. A page whose fingerprint is not the stream's was made before, or by a process that learns of it later."""
    text = "\n".join([actor.ref, *sorted(f"{role} {scope}" for role, scope in held)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]
