"""Finds the route of a path by its parts, instead of trying hundreds of patterns one after another.

Only the search is ours: candidates are matched by the framework's own rules, in the order they were given, and whatever no candidate takes
whole (another method, a slash too many, nothing at all) goes the framework's way.
"""

from starlette.routing import BaseRoute, Match, Mount, Router
from starlette.types import Receive, Scope, Send


class _Turn:
    """One part of a path: what may follow, and which routes end here or take all that follows. Numbers keep the order."""

    __slots__ = ("any_part", "ends", "parts", "takes_rest")

    def __init__(self) -> None:
        self.parts: dict[str, _Turn] = {}
        self.any_part: _Turn | None = None
        self.ends: list[int] = []
        self.takes_rest: list[int] = []


class Signpost(Router):
    """A router that looks only where the path leads."""

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to the first route that takes it whole."""
        if scope["type"] != "lifespan":
            scope.setdefault("router", self)
            for route in self.candidates(scope["path"]):
                match, child = route.matches(scope)
                if match is Match.FULL:
                    scope["route"] = route
                    scope.update(child)
                    await route.handle(scope, receive, send)
                    return
        await super().app(scope, receive, send)

    def candidates(self, path: str) -> list[BaseRoute]:
        """Return every route whose pattern may fit a path, in the order of the table."""
        found: list[int] = []
        turns = [self._start]
        for part in path.split("/"):
            following = []
            for turn in turns:
                found += turn.takes_rest
                if part in turn.parts:
                    following.append(turn.parts[part])
                if turn.any_part is not None:
                    following.append(turn.any_part)
            turns = following
        for turn in turns:
            found += turn.ends
            found += turn.takes_rest
        return [self.routes[number] for number in sorted(found)]

    @property
    def _start(self) -> _Turn:
        known: tuple[int, _Turn] | None = getattr(self, "_known", None)
        if known is None or known[0] != len(self.routes):
            known = self._known = (len(self.routes), _turns_of(self.routes))
        return known[1]


def _turns_of(routes: list[BaseRoute]) -> _Turn:
    start = _Turn()
    for number, route in enumerate(routes):
        path = getattr(route, "path", None)
        turn = start
        if path is None:  # not told by a path: asked each time
            start.takes_rest.append(number)
            continue
        for part in path.split("/"):
            if "{" not in part:
                turn = turn.parts.setdefault(part, _Turn())
            elif ":path}" in part:
                break
            else:
                turn.any_part = turn.any_part or _Turn()
                turn = turn.any_part
        takes_rest = isinstance(route, Mount) or ":path}" in path
        (turn.takes_rest if takes_rest else turn.ends).append(number)
    return start
