"""Lines of other projects' corpora of which every labelled field is read right: the worst vendor against what is asked of it.

97 of 100 for netfilter, pf, ASA, FTD, FortiGate, Palo Alto, SRX and Suricata, 90 for the others; and no denied line may be read as allowed,
which makes the figure 0. How times without a zone compare stands in tools/corpora.py; where a label contradicts its own line or the vendor's
manual it is corrected, each with its reason in tools/corrections.py, and the note tells what is right without any correction beside it.
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
    labelled = sum(found.as_labelled for found in scores)
    each = ", ".join(
        f"{found.vendor} {found.right}/{found.lines}"
        + (f" ({found.as_labelled} as labelled)" if found.as_labelled != found.right else "")
        for found in scores
    )
    note = f"{right} of {lines} lines in {len(scores)} vendors, {labelled} as labelled; denied read as allowed: {len(turned)}; {each}"
    return Measured(0.0 if turned else worst.share / worst.bar, worst.share, [found.share for found in scores], note)
