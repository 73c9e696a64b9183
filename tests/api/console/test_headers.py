"""Security headers on every answer, refusal of what other sites' pages send, static parts."""

import pytest

from api.statics import FOLDER, manifest

STRICT = (
    "script-src 'self'",
    "style-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/signin"),
        ("GET", "/no/such/page"),
        ("GET", "/static/nothing.css"),
        ("GET", "/api/v1/nothing/list"),
        ("POST", "/signin"),
        ("DELETE", "/signin"),
        ("GET", "/live"),
        ("GET", "/healthz"),
    ],
)
def test_content_policy_stands_on_every_answer(visitor, method, path):
    answer = visitor.request(method, path)
    policy = answer.headers["content-security-policy"]
    assert all(part in policy for part in STRICT)
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "", "origin": "https://testserver"}, False),
        ({"origin": "https://testserver"}, True),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "https://testserver:8443"}, False),
        ({"origin": "null"}, False),
        ({"cookie": "__Host-sid=x"}, False),
        ({}, True),
        ({"authorization": "Bearer x", "sec-fetch-site": "cross-site"}, True),
        ({"authorization": "Bearer x", "cookie": "a=b", "sec-fetch-site": "cross-site"}, False),
    ],
)
def test_writing_is_for_this_houses_own_pages(visitor, headers, passes):
    del visitor.headers["sec-fetch-site"]
    answer = visitor.post("/signout", headers=headers)
    assert (answer.status_code != 403) == passes
    assert "content-security-policy" in answer.headers


def test_cookies_are_out_of_reach_of_scripts_and_other_hosts(visitor):
    answer = visitor.get("/language", params={"to": "fr"})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-look=system.comfortable.fr;")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= {part.strip() for part in cookie.split(";")}


@pytest.mark.needs("frontend")
def test_static_parts_are_compressed_and_kept_for_ever(visitor):
    path = f"/static/{manifest()['app.css']}"
    for accepted, encoding in (("br, gzip", "br"), ("gzip", "gzip"), ("identity", None)):
        answer = visitor.get(path, headers={"accept-encoding": accepted})
        assert answer.status_code == 200
        assert answer.headers.get("content-encoding") == encoding
        assert answer.headers["content-type"].startswith("text/css")
        assert "immutable" in answer.headers["cache-control"]
        assert "Accept-Encoding" in answer.headers["vary"]


@pytest.mark.needs("frontend")
def test_first_load_is_small():
    def size(*names):
        return sum((FOLDER / (manifest()[name] + ".br")).stat().st_size for name in names)

    page = size("tabler.css", "app.css", "theme.js", "htmx.js", "app.js", "icons.svg", "live-worker.js")
    assert page < 45_000
    assert page + size("phone.js") < 100_000


def test_forms_of_any_size_and_shape_are_answered(visitor):
    assert visitor.post("/signin", content=b"a=" + b"x" * 200_000).status_code < 500
    assert (
        visitor.post(
            "/signin", content=b"\xff\xfe=%", headers={"content-type": "application/x-www-form-urlencoded"}
        ).status_code
        < 500
    )
