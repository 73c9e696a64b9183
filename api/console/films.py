"""Films of lessons as a browser asks for them: whole, or by a range of bytes, so that one can seek in them (RFC 9110 section 14). [TR-1]"""

import re
from collections.abc import Iterator

from starlette.responses import Response, StreamingResponse

from api.console.visit import Visit, route
from kernel.actor import Actor
from training.courses.films import AT_ONCE, FilmSlice, read_film

RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def film(visit: Visit) -> Response:
    """GET /training/films/{digest}: its bytes never change, so its address is its entity tag."""
    digest = visit.request.path_params["digest"][:64]
    found = read_film(visit.actor, digest=digest)
    told = visit.request.headers
    headers = {
        "Accept-Ranges": "bytes", "ETag": f'"{digest}"', "Cache-Control": "private, max-age=86400, immutable",
    }  # fmt: skip
    if told.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    asked = RANGE.fullmatch(told.get("range", "").replace(" ", ""))
    if asked is None or asked[0] == "bytes=-" or told.get("if-range", headers["ETag"]) != headers["ETag"]:
        headers["Content-Length"] = str(found.size)
        return StreamingResponse(_whole(visit.actor, digest, found), media_type=found.media_type, headers=headers)
    first, last = span(asked[1], asked[2], found.size)
    if first > last:
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{found.size}"})
    part = read_film(visit.actor, digest=digest, start=first, most=min(AT_ONCE, last - first + 1))
    headers["Content-Range"] = f"bytes {first}-{first + len(part.data) - 1}/{found.size}"
    return Response(part.data, 206, headers=headers, media_type=found.media_type)


def span(first: str, last: str, size: int) -> tuple[int, int]:
    """Give the first and the last byte that a range means of so many; the first lies behind the last where it means none."""
    if not first:
        return (max(0, size - int(last)), size - 1) if int(last) else (size, size - 1)
    return int(first), min(int(last), size - 1) if last else size - 1


def _whole(actor: Actor, digest: str, found: FilmSlice) -> Iterator[bytes]:
    """Give a film from its beginning to its end, some bytes at a time."""
    for start in range(0, found.size, AT_ONCE):
        yield read_film(actor, digest=digest, start=start, most=AT_ONCE).data


ROUTES = [route("/training/films/{digest}", film)]
