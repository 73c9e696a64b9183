"""Is this caller signed in, and may they do this: for reverse proxies and applications that ask before they let through. [ID-1, AC-10]

GET /check?action=NAME&scope=SCOPE    204 with `X-Person` and `X-Session`: yes. 401, 403: no, and why. 503: nobody can tell.

Answered from memory where session and rights were confirmed within the second and no condition speaks, else in a thread.
Asking grants nothing: it is what the console's buttons ask too.
"""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import errors
from api.caller import caller_of, token_of
from api.door import in_thread
from iam.entry import presence
from kernel import clock, db, fresh, gate
from kernel.actor import Actor
from kernel.db import HOUSE
from kernel.errors import Fault, Malformed, NotSignedIn, OmniError
from kernel.frame import denied
from kernel.gate import Verdict

LONGEST = 120


async def check(request: Request) -> Response:
    """Answer yes with the person's reference, or no in the words of the house."""
    try:
        action, scope = _asked(request)
        found = _at_hand(request, action, scope) or await in_thread(_ask, request, action, scope)
    except OmniError as error:
        return errors.answer(error)
    actor, verdict, now = found
    if not verdict.allowed:
        return errors.answer(denied(verdict, actor, None, now))
    return Response(status_code=204, headers={"X-Person": actor.ref, "X-Session": str(actor.session)})


def _asked(request: Request) -> tuple[str, str]:
    """Return which action in which scope. Raises Malformed."""
    action, scope = request.query_params.get("action", ""), request.query_params.get("scope", HOUSE)
    if not action or max(len(action), len(scope)) > LONGEST:
        raise Malformed("Name the action, such as action=person.list.", [Fault("action", "missing or too long")])
    return action, scope


def _at_hand(request: Request, action: str, scope: str) -> tuple[Actor, Verdict, datetime] | None:
    token, now = token_of(request), clock.now()
    signed = presence.at_hand(token, now) if token and fresh.is_confirmed() else None
    if signed is None:
        return None
    verdict = gate.at_once(signed.actor, action, scope, now)
    return None if verdict is None else (signed.actor, verdict, now)


def _ask(request: Request, action: str, scope: str) -> tuple[Actor, Verdict, datetime]:
    """Ask the database for what memory cannot vouch for. Raises NotSignedIn, Unavailable."""
    actor, now = caller_of(request), clock.now()
    if actor.kind == "nobody":
        raise NotSignedIn("Please sign in.", "ID-1")
    with db.read_session() as session:
        return actor, gate.may(actor, action, scope, now, session), now


ROUTES = [Route("/check", check)]
