"""The signpost finds exactly the routes that trying all of them in order would find."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Host, Match, Mount, Route, Router

from api.app import build
from api.signpost import Signpost
from tests.api.conftest import TestClient

HOUSE = build()
assert isinstance(HOUSE.router, Signpost)
PATHS = [path for path in (getattr(route, "path", "") for route in HOUSE.routes) if path]


def by_trying_all(path: str, method: str) -> object:
    scope = {"type": "http", "path": path, "method": method, "headers": [], "root_path": ""}
    return next((route for route in HOUSE.routes if route.matches(scope)[0] is Match.FULL), None)


def by_signpost(path: str, method: str) -> object:
    scope = {"type": "http", "path": path, "method": method, "headers": [], "root_path": ""}
    near = HOUSE.router.candidates(path)  # type: ignore[attr-defined]
    return next((route for route in near if route.matches(scope)[0] is Match.FULL), None)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_route_of_the_house_is_found_as_before(method: str) -> None:
    for path in PATHS:
        asked = re.sub(r"\{\w+(:path)?\}", "0192d4a0-0000-7000-8000-000000000000", path)
        for tried in (asked, asked + "/", asked + "/x", asked[:-1]):
            assert by_signpost(tried, method) is by_trying_all(tried, method), tried


PARTS = sorted({part for path in PATHS for part in path.split("/")} | {"", "..", "%2e", "é"})


@given(st.lists(st.sampled_from(PARTS), max_size=7), st.sampled_from(["GET", "POST", "DELETE"]))
@settings(max_examples=500, deadline=None)
def test_any_path_leads_where_trying_all_leads(parts: list[str], method: str) -> None:
    path = "/" + "/".join(parts)
    assert by_signpost(path, method) is by_trying_all(path, method)


def test_few_candidates_are_tried() -> None:
    assert max(len(HOUSE.router.candidates(path)) for path in PATHS) < 12  # type: ignore[attr-defined]


async def tell(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{request.url.path} {dict(request.path_params)}")


def test_order_mounts_rests_and_hosts_work_as_in_the_framework() -> None:
    routes = [
        Route("/a/{x}", tell, methods=["GET"]),
        Route("/a/fixed", tell, methods=["GET", "POST"]),
        Route("/files/{rest:path}", tell),
        Mount("/m", routes=[Route("/in/{y}", tell)]),
        Host("other.example", Router([Route("/only", tell)])),
        Route("/", tell),
    ]
    plain, quick = Starlette(routes=routes), Starlette()
    quick.router = Signpost(routes)
    for method in ("GET", "POST", "PUT"):
        for path in (
            "/",
            "/a/1",
            "/a/fixed",
            "/a",
            "/a/",
            "/files/",
            "/files/x/y",
            "/m/in/2",
            "/m",
            "/m/",
            "/only",
            "/no",
        ):
            for host in ("testserver", "other.example"):
                told = [TestClient(app).request(method, path, headers={"host": host}) for app in (plain, quick)]
                assert told[0].status_code == told[1].status_code, (method, path)
                assert told[0].text == told[1].text
