"""Lines of other projects' corpora of which every labelled field is read right: the worst vendor against what is asked of it.

97 of 100 for netfilter, pf, ASA, FTD, FortiGate, Palo Alto, SRX and Suricata, 90 for the others; and no denied line may be read as allowed,
which makes the figure 0. Labels that need more than their line, and how times without a zone compare, stand in tools/corpora.py.
"""

from bench.firewall_log import corpora
from bench.harness import Measured, Options, figure
from tools.corpora import score


@figure(
    "corpora_fields",
    unit="share of the bar, worst vendor",
    bar=">= 1",
    against="the bar: 0.97, 0.90 of the smaller formats",
)
def measure(options: Options) -> Measured:
    """Every line of every vendor, read as if no device were declared."""
    scores = [score(file) for file in sorted((corpora() / "logs").glob("*.jsonl"))]
    turned = [line for found in scores for line in found.turned]
    worst = min(scores, key=lambda found: found.share / found.bar)
    right, lines = sum(found.right for found in scores), sum(found.lines for found in scores)
    each = ", ".join(f"{found.vendor} {found.right}/{found.lines}" for found in scores)
    note = f"{right} of {lines} lines in {len(scores)} vendors; denied read as allowed: {len(turned)}; {each}"
    return Measured(0.0 if turned else worst.share / worst.bar, worst.share, [found.share for found in scores], note)
