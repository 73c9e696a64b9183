"""Scans of other projects' corpora (psad's, CrowdSec's): every source that their tests assert is found, and what they call harmless raises nothing."""

import json
import re
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.firewall_log import corpora
from bench.harness import Measured, Options, figure
from firewall_audit.detections.parameters import Parameters
from firewall_audit.detections.review import review
from firewall_audit.store import Reading, Store, Window

ARRIVED = datetime(2026, 11, 1, tzinfo=UTC)
HARMLESS = ("ipv4_igmp", "ipv6_ping_scan")
NO_FIREWALL = ("fortinet-cve-2018-13379",)
"""A web server's log: no line of it is a firewall's."""
SOURCES = {
    "topera_ipv6_syn_scan_with_ip_opts": "2012:1234:1234::1", "mirai_default_credentials_scan": "192.168.10.55",
    "xmas_scan_1000_1150": "192.168.10.55", "null_scan_1000_1150": "192.168.10.55", "ack_scan_1000_1150": "192.168.10.55",
    "fwknop_spa_pkt": "192.168.10.55", "syn_scan_1000_1500_localhost": "127.0.0.1", "syn_scan_1000_1500_zeroip": ".".join("0000"),
    "ipv6_invalid_icmp6_type_code": "2001:db8:0:f101::2", "reputation_scan": "192.168.10.55",
}  # fmt: skip
"""psad names its sources within regular expressions; here they stand plainly."""


@figure("scans", unit="share of asserted sources found", bar=">= 1")
def measure(options: Options) -> Measured:
    """Which share was found; 0 when anything harmless raised a finding about somebody."""
    folder = corpora() / "detection"
    asserted = {folder / "psad_scans" / f"{name}.log": {src} for name, src in SOURCES.items()}
    for file in sorted((folder / "crowdsec").glob("*.expected.json")):
        log = file.with_name(file.name.replace(".expected.json", ".log"))
        if log.stem not in NO_FIREWALL:
            asserted[log] = {one["source_ip"] for one in json.loads(file.read_text())}
    given = {log: sources for log, sources in asserted.items() if log.exists()}
    missed = [f"{log.stem} {src}" for log, sources in given.items() for src in sorted(sources - told(log))]
    raised = [name for name in HARMLESS if (log := folder / "psad_scans" / f"{name}.log").exists() and told(log)]
    count = sum(len(sources) for sources in given.values())
    note = f"{count} sources in {len(given)} logs; missed: {', '.join(missed) or 'none'}; harmless that raised: {', '.join(raised) or 'none'}"
    return Measured(0.0 if raised else 1 - len(missed) / count, None, [], note)


def told(log: Path) -> set[str]:
    """Return the addresses that any finding is about."""
    lines = [line for line in re.split(rb"\r?\n", log.read_bytes()) if line]
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        batch = store.write_batch([lines], Reading("fw", ARRIVED), source=log.name).manifest
        if batch.first is None or batch.last is None:
            return set()
        with Window(store, batch.first, batch.last + timedelta(seconds=1)) as window:
            return {src for one in review(window, Parameters()).findings for src in one.sources}
