"""What a netfilter rule's prefix says: the words of its author, in whatever shape, and nothing where they say nothing. Pure. [FW-3]"""

import re
from functools import lru_cache
from typing import Final

from firewall_audit.events import Verdict
from firewall_audit.formats.fields import clean

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_DENY: Final = frozenset({
    "drop", "dropped", "drp", "drops", "block", "blocked", "blk", "blocks", "deny", "denied", "denies", "reject", "rejected", "rej", "refuse",
    "refused", "discard", "discarded", "ban", "banned", "blacklist", "blocklist", "denylist", "refusal",
})  # fmt: skip
_ALLOW: Final = frozenset({
    "accept", "accepted", "acc", "acpt", "accepts", "allow", "allowed", "allows", "pass", "passed", "permit", "permitted",
})  # fmt: skip
_NEGATIONS: Final = frozenset(("not", "no", "non", "un"))
_LETTER = re.compile(r"-(?P<last>[ADR])\]|-(?P<middle>[ADR])-\d+\]", re.ASCII)
DESCRIBED = re.compile(r'(?P<name>\[[^\]]*\]) *DESCR="(?P<words>[^"]*)"')
# The programs in whose name a line of the kernel comes; the name of any other means that a program wrote it, and may have been told what to write.
_SPEAKERS: Final = frozenset({
    "kernel", "kern", "ulogd", "vmunix", "iptables", "ipt", "nftables", "nft", "netfilter", "firewall", "fw", "ufw", "shorewall", "log",
    "input", "output", "forward", "in", "out",
})  # fmt: skip


def spoken_by_kernel(program: str) -> bool:
    """Whether a line in a program's name is the kernel's: the name is the kernel's, a firewall's, or a prefix that ends like a name."""
    words = _WORD.findall(program)
    return not program or any(word.lower() in _SPEAKERS for word in words) or bool(decided(program))


@lru_cache(maxsize=4096)
def named(prefix: str) -> tuple[str, str]:
    """Return the name of the rule (its prefix) and what it says of itself in words (UniFi's DESCR)."""
    if found := DESCRIBED.match(prefix.strip()):
        return clean(found["name"]), clean(found["words"])
    return clean(prefix.strip().rstrip(":").rstrip()), ""


@lru_cache(maxsize=4096)
def decided(prefix: str) -> Verdict:
    """Guess from a prefix what its rule decides; empty where it says nothing, or both."""
    if letter := _LETTER.search(prefix):
        return "allow" if (letter["last"] or letter["middle"]) == "A" else "deny"
    words = [word.lower() for word in _WORD.findall(prefix)]
    refused = any(word in _DENY for word in words)
    allowed = False
    for before, word in zip(["", *words], words, strict=False):
        if word in _ALLOW and before in _NEGATIONS:
            refused = True
        elif word in _ALLOW:
            allowed = True
    return "deny" if refused and not allowed else "allow" if allowed and not refused else ""


def unnamed(in_interface: str) -> Verdict:
    """Return what a packet logged without a prefix met: refused where it came in; of what left, nothing is said."""
    return "deny" if in_interface else ""
