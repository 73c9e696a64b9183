"""What was planted in the generated week, and what else is called a finding there: the parameters are those that stand without any setting."""

from bench.firewall_log import made
from bench.firewall_review import reviewed, write
from bench.harness import Measured, Options, figure
from firewall_audit.detections.finding import Finding

LINES = 2_000_000
MOST_FALSE = 10
KINDS = {
    "vertical_scan": "scan.vertical", "horizontal_scan": "scan.horizontal", "slow_scan": "scan.vertical", "bruteforce": "login.connections",
    "persistent": "", "denied_outbound": "outbound.beacon", "policy_accept": "service.forbidden",
}  # fmt: skip


@figure("planted", unit="of 7 planted behaviours found", bar=">= 7")
def measure(options: Options) -> Measured:
    """How many were found by the right detection; 0 when there are more than ten findings about anything else."""
    with made(options.size(LINES)) as log:
        store = log.log.parent / "store"
        write(log.log, store, 2)
        found = reviewed(store, 2)
    planted = {name: log.truth[name]["src"] for name in KINDS}
    right = [name for name, src in planted.items() if any(tells(one, name, src) for one in found)]
    false = [one for one in found if not set(planted.values()) & set(one.sources)]
    note = f"{log.lines:,} lines; {len(found)} findings, about nothing planted {len(false)}: " + "; ".join(
        one.title for one in false
    )
    return Measured(float(len(right)) if len(false) <= MOST_FALSE else 0.0, None, [float(len(false))], note)


def tells(one: Finding, name: str, src: str) -> bool:
    """Tell whether a finding is of what was planted: by its kind, or by its persistence where that is what was planted."""
    if src not in one.sources:
        return False
    return one.persistent if name in ("persistent", "slow_scan") else one.kind == KINDS[name]
