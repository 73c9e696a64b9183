"""Guessing of passwords: connections to logins that were let through, sign-ins that failed, and the one that then succeeded. [FW-3, FW-4]"""

from collections.abc import Sequence
from typing import Any, Final

from firewall_audit.detections.finding import Danger, Finding, Selector, capped
from firewall_audit.detections.ground import busiest, counted, moment, prepare, present, service
from firewall_audit.detections.outbound import regularity
from firewall_audit.detections.parameters import Parameters
from firewall_audit.networks import Networks
from firewall_audit.store import Window

OFTEN: Final = """
SELECT a.address, b.address, protocol, dst_port, n, bit_count(days), first, last
FROM accepted JOIN addresses AS a ON a.id = src JOIN addresses AS b ON b.id = dst
WHERE protocol = 'tcp' AND dst_port IN ({ports}) AND n >= {least} ORDER BY n DESC, src, dst, dst_port"""
FAILED: Final = """
SELECT src, user, epoch(moment) // 60 AS minute, sum(times)::BIGINT AS n, min(moment) AS first, max(moment) AS last
FROM events WHERE outcome = 'failure' AND kind IN ('auth', 'admin') AND (src <> '' OR user <> '') GROUP BY ALL"""
BY_SOURCE: Final = """
SELECT src, count(DISTINCT user), sum(n)::BIGINT, min(first), max(last), list({minute: minute, n: n} ORDER BY minute, user) FROM failed
WHERE src <> '' GROUP BY ALL HAVING sum(n) >= {least} OR count(DISTINCT user) >= {users} ORDER BY ALL"""
BY_USER: Final = """
SELECT user, count(DISTINCT src), sum(n)::BIGINT, min(first), max(last), list(DISTINCT src ORDER BY src)[1:50] FROM failed
WHERE user <> '' AND src <> '' GROUP BY ALL HAVING count(DISTINCT src) >= {users} ORDER BY ALL"""
THEN_IN: Final = """
WITH tries AS (
    SELECT src, user, outcome, moment, times FROM events
    WHERE kind IN ('auth', 'admin') AND outcome <> '' AND src IN (SELECT src FROM failed WHERE src <> '')),
behind AS (
    SELECT *, sum(CASE WHEN outcome = 'failure' THEN times END) OVER before AS n,
           min(CASE WHEN outcome = 'failure' THEN moment END) OVER before AS first
    FROM tries
    WINDOW before AS (PARTITION BY src ORDER BY moment RANGE BETWEEN INTERVAL 1 DAY PRECEDING AND CURRENT ROW))
SELECT src, user, max(n)::BIGINT, min(first), max(moment) FROM behind WHERE outcome = 'success' AND n >= {least} GROUP BY ALL ORDER BY ALL"""


FEW: Final = 3
"""Different users that nobody mistypes."""
MANY: Final = 100
"""Failures that are no forgotten password."""


def detect(window: Window, parameters: Parameters) -> list[Finding]:
    """Return connections to logins too many for a person, guessing by one address, by many, and sign-ins that followed guessing."""
    inside = Networks(parameters.inside)
    more = "{count} more addresses guess passwords", "Each tried to sign in more often than a person does."
    if present(window, "kind").isdisjoint({"auth", "admin"}):
        return capped(_connections(window, parameters, inside), parameters.most, *more)
    window.table("failed", FAILED)
    then_in = [_then_in(row) for row in window.ask(THEN_IN.format(least=parameters.failures_before))]
    guesses = [*_connections(window, parameters, inside), *_failures(window, parameters, inside)]
    users = [_sprayed(row) for row in window.ask(BY_USER.format(users=parameters.spray_users))]
    return [
        *then_in,
        *capped(guesses, parameters.most, *more),
        *capped(users, parameters.most, "{count} more users are tried", more[1]),
    ]


def _connections(window: Window, parameters: Parameters, inside: Networks) -> list[Finding]:
    prepare(window, parameters)
    ports = ", ".join(str(port) for port in parameters.login_ports)
    rows = window.ask(OFTEN.format(ports=ports, least=parameters.login_connections))
    times = _connection_times(window, rows)
    found = []
    for row in rows:
        most = busiest(times.get(tuple(row[:4]), ()), 60 * parameters.login_minutes)
        if most >= parameters.login_connections or (row[4] >= parameters.login_weekly and row[0] not in inside):
            found.append(_guessing(row, most, parameters, inside=row[0] in inside))
    return found


def _connection_times(window: Window, rows: Sequence[tuple[Any, ...]]) -> dict[tuple[Any, ...], list[float]]:
    if not rows:
        return {}
    window.load(
        "logins",
        {name: [row[place] for row in rows] for place, name in enumerate(("src", "dst", "protocol", "dst_port"))},
    )
    asked = """SELECT src, dst, protocol, dst_port, list({second: epoch(moment), n: times} ORDER BY moment)
        FROM events JOIN logins USING (src, dst, protocol, dst_port) WHERE action = 'allow' GROUP BY ALL"""
    return {
        tuple(row[:4]): [one["second"] for one in row[4] for _ in range(min(one["n"], 1000))]
        for row in window.ask(asked)
    }


def _guessing(row: tuple[Any, ...], most: int, parameters: Parameters, *, inside: bool) -> Finding:
    src, dst, protocol, port, count, days, first, last = row
    return Finding(
        kind="login.connections", subject=f"{src} {dst} {service(protocol, port)}",
        title=f"{src} connected to the login {service(protocol, port)} of {dst} {count:,} times",
        reason="So many connections to a login are made by a program that guesses passwords; the firewall lets it.",
        danger="high", count=count, first=moment(first), last=moment(last), sources=(src,), persistent=days >= parameters.persistent_days,
        figures={f"most in {parameters.login_minutes} minutes": most, "days": days, "from": "inside" if inside else "outside"},
        selectors=(Selector(src, dst, protocol, port, verdict="allow"),),
    )  # fmt: skip


def _failures(window: Window, parameters: Parameters, inside: Networks) -> list[Finding]:
    found = []
    asked = BY_SOURCE.replace("{least}", str(min(parameters.failures, parameters.failures_regular))).replace(
        "{users}", str(parameters.spray_users)
    )
    for src, users, count, first, last, minutes in window.ask(asked):
        times = [60.0 * one["minute"] for one in minutes for _ in range(min(one["n"], parameters.failures))]
        quick = busiest(times, 60 * parameters.login_minutes) >= parameters.failures
        steady = users >= FEW and count >= parameters.failures_regular and regularity(times)[0] == 1
        if quick or steady or count >= parameters.failures_slow or users >= parameters.spray_users:
            found.append(_failed(src, users, count, (first, last), inside=src in inside))
    return found


def _failed(src: str, users: int, count: int, span: tuple[Any, Any], *, inside: bool) -> Finding:
    danger: Danger = "high" if inside else "medium" if users > 1 or count >= MANY else "low"
    return Finding(
        kind="login.failures", subject=src,
        title=f"{src} failed to sign in {count:,} times" + (f" as {counted(users, 'user', 'different users')}" if users > 1 else ""),
        reason="A machine of the house guesses passwords: it may be in other hands." if inside else "Somebody guesses passwords.",
        danger=danger, count=count, first=moment(span[0]), last=moment(span[1]), sources=(src,), figures={"users": users},
        selectors=(Selector(src, kinds=("auth", "admin")),),
    )  # fmt: skip


def _sprayed(row: tuple[Any, ...]) -> Finding:
    user, addresses, count, first, last, sources = row
    return Finding(
        kind="login.spray", subject=user, title=f"{user} was tried from {counted(addresses, 'address', 'addresses')}, {count:,} times in vain",
        reason="Many addresses guess the password of one user, each too seldom to be noticed by itself.",
        danger="medium", count=count, first=moment(first), last=moment(last), sources=tuple(sources), figures={"addresses": addresses},
        selectors=(Selector(user=user, kinds=("auth", "admin")),),
    )  # fmt: skip


def _then_in(row: tuple[Any, ...]) -> Finding:
    src, user, failures, first, last = row
    return Finding(
        kind="login.guessed", subject=f"{src} {user}", title=f"{src} signed in as {user or 'somebody'} after {failures:,} failures",
        reason="A sign-in that succeeds after many failures may be a password that was guessed. Ask its owner today.",
        danger="high", count=failures + 1, first=moment(first), last=moment(last), sources=(src,), figures={"failures": failures},
        selectors=(Selector(src, kinds=("auth", "admin")),),
    )  # fmt: skip
