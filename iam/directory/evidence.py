"""What the clause on directories is proved by: each is looked at whole within the book's hours. [AC-7]"""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from iam.directory.models import Directory, DirectoryStanding
from policy import book
from policy.evidence import Evidence, evidence, found


@evidence("AC-7", empty_ok=True)
def directories_are_looked_at(session: Any, now: datetime) -> Evidence:
    """Every directory in use was compared whole within twice the book's hours, and answers."""
    rows = list(session.scalars(select(Directory).where(col(Directory.active).is_(True))))
    limit = now - 2 * timedelta(hours=book.number("AC-7", "whole_hours"))
    kept = set(
        session.scalars(
            select(DirectoryStanding.directory_id).where(
                col(DirectoryStanding.full_at) > limit, DirectoryStanding.state == "current"
            )
        )
    )
    return found([row.ref for row in rows], [row.ref for row in rows if row.id not in kept])
