"""Somebody as a form names them: by name or user id, one person alone."""

from uuid import UUID

from api.console.readings import find_names
from api.console.visit import Visit
from kernel.errors import Fault, Malformed


def person_named(visit: Visit, field: str) -> UUID:
    """Give whom a field names. Raises Malformed where that is nobody, or several people."""
    words = visit.field(field).strip()[:100]
    refs = [ref for ref in find_names(visit.actor, words=words) if ref.startswith("person:")] if words else []
    if len(refs) != 1:
        why = "Several people are called so; write the user id." if refs else "Nobody is called so."
        raise Malformed(why, [Fault(field, why)])
    return UUID(refs[0].removeprefix("person:"))
