"""What the clause on readable secrets is proved by: the weekly scan, and what it found. [PW-3]"""

from datetime import datetime
from typing import Any

from sqlmodel import select

from iam.directory.models import OPEN, Deviation
from iam.plaintext.report import KIND
from policy.evidence import Evidence, evidence, found


@evidence("PW-3", empty_ok=True)
def readable_secrets_settled(session: Any, now: datetime) -> Evidence:
    """Every readable secret that a scan found was removed, or is accepted by a waiver, within its limit."""
    cases = list(session.scalars(select(Deviation).where(Deviation.kind == KIND)))
    late = [case.ref for case in cases if case.state == OPEN and case.due_at <= now]
    return found([case.ref for case in cases], late)
