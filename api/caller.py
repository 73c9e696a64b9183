"""Who is at the door: the session cookie or bearer token becomes an Actor. [ID-1]"""

from starlette.requests import HTTPConnection

from kernel.actor import NOBODY, Actor
from kernel.settings import settings

MAX_TOKEN = 200


def cookie_name() -> str:
    """Return the session cookie's name; the __Host- prefix (RFC 6265bis) needs HTTPS, or loopback."""
    return "__Host-sid"


def token_of(connection: HTTPConnection) -> str | None:
    """Return the opaque session token a request carries."""
    given = connection.headers.get("authorization", "")
    if given.lower().startswith("bearer "):
        return given[7:].strip()[:MAX_TOKEN] or None
    found = connection.cookies.get(cookie_name())
    return found[:MAX_TOKEN] if found else None


def by_cookie(connection: HTTPConnection) -> bool:
    """Tell whether the caller is known by a cookie (which a foreign page could make the browser send)."""
    return not connection.headers.get("authorization")


def caller_of(connection: HTTPConnection) -> Actor:
    """Return who calls: from memory where confirmed within the second, else from the session's row.

    Raises:
        Unavailable: when neither can be had.

    """
    from iam.entry import sessions  # noqa: PLC0415 - the door is imported by tools that need no field
    from iam.services import program_entry  # noqa: PLC0415 - the door is imported by tools that need no field

    token = token_of(connection)
    if token is None:
        return NOBODY
    if program_entry.is_programs(token):
        return NOBODY if by_cookie(connection) else program_entry.actor_of(token) or NOBODY
    return sessions.actor_of(token) or NOBODY


def source_of(connection: HTTPConnection) -> str:
    """Return the address a request comes from, for throttling.

    The server's own view, or, behind as many reverse proxies as the settings tell, what the outermost of them saw: each appends
    the address it was called from to X-Forwarded-For, so what a caller wrote there himself stands further left.
    """
    seen = connection.client.host if connection.client else "unknown"
    if settings.proxies == 0:
        return seen
    chain = [part.strip() for part in connection.headers.get("x-forwarded-for", "").split(",") if part.strip()]
    return chain[-settings.proxies][:64] if len(chain) >= settings.proxies else seen


def base_url() -> str:
    """Return the address people use in their browser."""
    return settings.base_url.rstrip("/") or f"http://localhost:{settings.port}"
