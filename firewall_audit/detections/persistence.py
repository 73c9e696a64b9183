"""Those who come back: bent on one service day after day, or seen again after they were blocked. [FW-3, FW-4]"""

from typing import Any, Final

from firewall_audit.detections.finding import Finding, Selector, capped
from firewall_audit.detections.ground import counted, moment, prepare, service
from firewall_audit.detections.parameters import Parameters
from firewall_audit.detections.scans import scanners
from firewall_audit.networks import Networks
from firewall_audit.store import Window

BENT: Final = """
WITH sources AS (SELECT src, sum(n)::BIGINT AS n FROM hosts GROUP BY ALL)
SELECT address, protocol, dst_port, services.n, days, first, last, hosts
FROM services JOIN sources USING (src) JOIN addresses ON id = src AND NOT inside
WHERE bit_count(days) >= {days} AND services.n >= {daily} * bit_count(days) AND services.n >= {share} * sources.n
ORDER BY services.n DESC, address"""
BACK: Final = """
SELECT src, action, sum(times)::BIGINT, min(moment), max(moment) FROM events JOIN blocked ON address = src AND moment > since
WHERE kind IN ('traffic', 'threat', 'auth') GROUP BY ALL ORDER BY ALL"""


def detect(window: Window, parameters: Parameters) -> list[Finding]:
    """Return sources bent on one service on many days (those that scan are told by their scan), and those that came back."""
    prepare(window, parameters)
    told = {who for who, persistent in scanners(window, parameters).items() if persistent}
    asked = BENT.format(
        days=parameters.persistent_days, daily=parameters.persistent_daily, share=parameters.persistent_share
    )
    bent = [_bent(row) for row in window.ask(asked) if row[0] not in told]
    rest = "{count} more addresses come back every day", "Each is bent on one service, and was refused."
    return [*capped(bent, parameters.most, *rest), *_back(window, parameters)]


def _bent(row: tuple[Any, ...]) -> Finding:
    src, protocol, port, count, days, first, last, hosts = row
    return Finding(
        kind="persistent", subject=f"{src} {service(protocol, port)}",
        title=f"{src} tried {service(protocol, port)} {count:,} times on {counted(days.bit_count(), 'day', 'days')}",
        reason="Somebody wants this one service and does not give up; sooner or later a mistake lets them in.",
        danger="medium", count=count, first=moment(first), last=moment(last), sources=(src,), persistent=True,
        figures={"days": days.bit_count(), "hosts": hosts}, selectors=(Selector(src, None, protocol, port, verdict="refused"),),
    )  # fmt: skip


def _back(window: Window, parameters: Parameters) -> list[Finding]:
    """Return what came from addresses after they were blocked."""
    if not parameters.blocked:
        return []
    since = [at.astimezone(window.since.tzinfo).replace(tzinfo=None) for at in parameters.blocked.values()]
    window.load("blocked", {"address": list(parameters.blocked), "since": since})
    inside = Networks(parameters.inside)
    rows: dict[str, list[Any]] = {}
    for src, *told in window.ask(BACK):
        rows.setdefault(src, []).append(told)
    return [_returned(src, told, inside=src in inside) for src, told in rows.items()]


def _returned(src: str, rows: list[Any], *, inside: bool) -> Finding:
    let_in = sum(row[1] for row in rows if row[0] == "allow")
    return Finding(
        kind="persistent.returned", subject=src, title=f"{src} came back after it was blocked" + (f" and was let in {let_in:,} times" if let_in else ""),
        reason="A block that lets something through does not hold." if let_in else "The block holds, and whoever it is has not gone away.",
        danger="high" if let_in or inside else "medium", count=sum(row[1] for row in rows), first=moment(min(row[2] for row in rows)),
        last=moment(max(row[3] for row in rows)), sources=(src,), persistent=True, figures={"let in": let_in}, selectors=(Selector(src),),
    )  # fmt: skip
