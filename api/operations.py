"""For those who run it: health, readiness, Prometheus metrics, the OpenAPI document."""

import asyncio
import os
from functools import cache

import orjson
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.caller import source_of
from api.door import in_thread
from api.routes import openapi
from firewall_audit.intake import figures
from kernel import clock, db, fresh, gate
from kernel.db import AUDITOR

REQUESTS = Counter("omniwarden_requests_total", "HTTP requests answered.", ["method", "route", "status"])
SECONDS = Histogram(
    "omniwarden_request_seconds",
    "Seconds to answer.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
RIGHTS_AGE = Gauge(
    "omniwarden_rights_age_seconds", "Seconds since the rights in force were last confirmed.", multiprocess_mode="max"
)
LEDGER_SIZE = Gauge("omniwarden_ledger_entries", "Entries in the tree.", multiprocess_mode="max")
LEDGER_LAG = Gauge("omniwarden_ledger_unsequenced", "Entries written but not yet in the tree.", multiprocess_mode="max")

BY_DEVICE = {
    "lines": Gauge("omniwarden_intake_lines", "Log lines heard of a device.", ["device"], multiprocess_mode="mostrecent"),
    "dropped": Gauge("omniwarden_intake_dropped_lines", "Log lines of a device that had no room.", ["device"], multiprocess_mode="mostrecent"),
    "missing": Gauge("omniwarden_intake_missing_lines", "Numbered log lines of a device that never came.", ["device"], multiprocess_mode="mostrecent"),
    "unread": Gauge("omniwarden_intake_unread_lines", "Log lines of a device that no format could read.", ["device"], multiprocess_mode="mostrecent"),
    "batches": Gauge("omniwarden_intake_batches", "Batches of a device's lines on record.", ["device"], multiprocess_mode="mostrecent"),
}  # fmt: skip
ON_DISK = {
    "spool_bytes": Gauge("omniwarden_intake_spool_bytes", "Bytes of lines that wait to be taken in.", multiprocess_mode="mostrecent"),
    "oldest_segment": Gauge("omniwarden_intake_oldest_segment_seconds", "Seconds that the oldest closed segment waits.", multiprocess_mode="mostrecent"),
    "store_bytes": Gauge("omniwarden_log_store_bytes", "Bytes of the store of log lines, at most five minutes old.", multiprocess_mode="mostrecent"),
    "free_bytes": Gauge("omniwarden_log_disk_free_bytes", "Bytes free on the disk of the store of log lines.", multiprocess_mode="mostrecent"),
    "uploads": Gauge("omniwarden_intake_uploads_waiting", "Files sent by a browser that wait to be taken in.", multiprocess_mode="mostrecent"),
}  # fmt: skip


STALE = 5.0
"""Seconds after which rights are confirmed by nobody; they are asked for every 0.4 s."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "testclient"})


class Measured:
    """Counts and times each answer by its route (never by its path, which names things)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer and measure."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, status = clock.monotonic(), ["500"]

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = str(message["status"])
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            found = scope.get("route")
            route = getattr(found, "path", None) or "none"
            REQUESTS.labels(scope["method"], route, status[0]).inc()
            SECONDS.labels(route).observe(clock.monotonic() - start)


async def health(_: Request) -> Response:
    """Tell that the process answers."""
    return PlainTextResponse("ok")


def _ready() -> tuple[int, int]:
    with db.connection(AUDITOR) as conn:
        size = conn.execute(text("select size from ledger.log_state")).scalar_one()
        waiting = conn.execute(
            text(
                "select count(*) from ledger.entry e, ledger.log_state s where (e.epoch, e.xid, e.id) > (s.last_epoch, s.last_xid, s.last_id)"
            )
        ).scalar_one()
    return int(size), int(waiting)


async def ready(_: Request) -> Response:
    """Tell whether actions can be done: the database answers, a book is in force and the rights are fresh."""
    try:
        await asyncio.wait_for(in_thread(_ready), timeout=5)
    except (DBAPIError, PoolTimeout, TimeoutError, OSError) as error:
        return PlainTextResponse(f"not ready: {type(error).__name__}", 503)
    if fresh.age() > STALE:
        return PlainTextResponse("not ready: rights cannot be confirmed", 503)
    if gate.current().edition == 0:
        return PlainTextResponse("not ready: no book is in force", 503)
    return PlainTextResponse("ready")


def _tell_intake(found: figures.Figures) -> None:
    for name, gauge in BY_DEVICE.items():
        for device, count in getattr(found, name).items():
            gauge.labels(device).set(count)
    for name, gauge in ON_DISK.items():
        gauge.set(getattr(found, name))


async def metrics(request: Request) -> Response:
    """Answer Prometheus, on this machine only: put a local agent or a proxy with its own sign-in in front."""
    if source_of(request) not in LOOPBACK:
        return PlainTextResponse("metrics are for this machine", 403)
    RIGHTS_AGE.set(fresh.age())
    try:
        size, waiting = await asyncio.wait_for(in_thread(_ready), timeout=5)
        LEDGER_SIZE.set(size)
        LEDGER_LAG.set(waiting)
        _tell_intake(await asyncio.wait_for(in_thread(figures.figures), timeout=5))
    except (DBAPIError, PoolTimeout, TimeoutError, OSError):
        LEDGER_LAG.set(float("nan"))
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@cache
def _document() -> bytes:
    return orjson.dumps(openapi())


async def document(_: Request) -> Response:
    """Answer with the OpenAPI document, made once in each process."""
    return Response(await in_thread(_document), media_type="application/json")


async def csp_report(request: Request) -> Response:
    """Take a browser's report of a broken content policy, count it, answer nothing."""
    REQUESTS.labels("POST", "csp-report", "204").inc()
    async for _ in request.stream():
        pass
    return Response(status_code=204)


ROUTES = [
    Route("/healthz", health),
    Route("/readyz", ready),
    Route("/metrics", metrics),
    Route("/openapi.json", document),
    Route("/csp", csp_report, methods=["POST"]),
]
