"""Rules of netfilter judged from the text on: read, unfolded, shadowed also by unions, needless, correlated, open, silent; ranked.

Against reading alone. The rules are made: twelve networks behind one gateway, a check of the sender's address and a list of openings for each, chains
that return, and planted faults; where the corpora are at hand their greatest ruleset is told beside it.
"""

import random
import statistics
from time import process_time
from typing import Any

from bench.harness import Measured, figure
from firewall_audit.rulesets.analysis import Report, analyse
from firewall_audit.rulesets.parsers import iptables
from firewall_audit.rulesets.terms import Service, Terms
from kernel.clock import now
from tools.parts import PARTS

RULES = 5_600
NETWORKS = 12
RUNS = 3
TERMS = Terms(services=tuple(map(Service.read, ("ftp tcp/20-21", "telnet tcp/23", "smb tcp/139,445", "rdp tcp/3389"))))


@figure("ruleset", unit="s", bar="<= 5", against="reading the text alone")
def measure(options: Any) -> Measured:
    """CPU seconds of one judgement, the median of three; the ratio is that over reading alone."""
    text = house(options.size(RULES))
    spent, reading = [], []
    for _ in range(RUNS):
        seconds, parsing, report = judged(text)
        spent.append(seconds)
        reading.append(parsing)
        check(report)
    value = statistics.median(spent)
    return Measured(
        value,
        value / statistics.median(reading),
        spent,
        f"{report.rules} rules, {sum(report.counts.values())} findings{beside()}",
    )


def judged(text: str) -> tuple[float, float, Report]:
    """Seconds of CPU for reading and judging, of them for reading, and the judgement."""
    begin = process_time()
    ruleset = iptables.parse(text)
    parsed = process_time()
    report = analyse(ruleset, TERMS, at=now())
    return process_time() - begin, parsed - begin, report


def house(rules: int) -> str:
    """A gateway's rules, always the same; one opening in each network lies behind two halves that refuse it together."""
    pick = random.Random(5)
    lines = [":INPUT DROP [0:0]", ":FORWARD DROP [0:0]", ":OUTPUT ACCEPT [0:0]", ":refuse - [0:0]"]
    lines += [f":{kind}{number} - [0:0]" for number in range(NETWORKS) for kind in ("senders", "doors")]
    body = [
        "-A INPUT -i lo -j ACCEPT",
        "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        "-A refuse -m limit --limit 10/sec -j LOG",
        "-A refuse -j DROP",
    ]
    each = max(4, (rules - len(body) - 3 * NETWORKS) // NETWORKS // 2)
    for number in range(NETWORKS):
        body += [
            f"-A FORWARD -i eth{number} -j senders{number}",
            f"-A FORWARD -d 10.{number}.0.0/16 -o eth{number} -j doors{number}",
        ]
        for host in range(each):
            address = f"10.{number}.{host >> 8}.{host & 255}"
            body.append(
                f"-A senders{number} -s {address}/32 -m mac --mac-source 02:00:{number:02x}:00:{host >> 8:02x}:{host & 255:02x} -j RETURN"
            )
        body.append(f"-A senders{number} -j refuse")
        body += [f"-A doors{number} -d 10.{number}.250.{half}/25 -p tcp -j refuse" for half in (0, 128)]
        body.append(f"-A doors{number} -d 10.{number}.250.0/24 -p tcp -m tcp --dport 8443 -j ACCEPT")
        for _ in range(each - 3):
            ports = pick.choice(("22", "80,443", "1024:2048", "25,465,587", str(pick.randint(1, 60000))))
            source = f"-s 10.{pick.randrange(NETWORKS)}.{pick.randrange(256)}.0/24 " if pick.random() < 0.6 else ""
            body.append(
                f"-A doors{number} {source}-d 10.{number}.{pick.randrange(200)}.{pick.randrange(256)}/32 -p {pick.choice(('tcp', 'udp'))} -m multiport --dports {ports} -j {pick.choice(('ACCEPT', 'ACCEPT', 'ACCEPT', 'refuse'))}"
            )
    return "\n".join(["*filter", *lines, *body, "COMMIT", ""])


def check(report: Report) -> None:
    """The planted openings are found, nothing was given up."""
    assert report.counts["shadowed-allow"] >= NETWORKS
    assert not report.stopped


def beside() -> str:
    """The greatest ruleset of the corpora, where they are."""
    folder = PARTS["corpora"].find()
    files = sorted((folder / "configs/iptables-save").glob("configs_chair*")) if folder else []
    if not files:
        return ""
    seconds, _, report = judged(max(files, key=lambda file: file.stat().st_size).read_text())
    return f"; a real gateway of {report.rules} rules, of which {report.inexact} are not wholly modelled: {seconds:.1f} s, {report.counts['undecided']} undecided"
