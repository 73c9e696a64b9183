"""MikroTik RouterOS: firewall rules that log, sign-ins, and what was added, changed or removed by whom. [FW-2, FW-3]"""

import re
from typing import Final

from firewall_audit.events import Event, Verdict
from firewall_audit.formats.fields import address, clean, port, protocol
from firewall_audit.formats.format import Format, Framed
from firewall_audit.formats.prefixes import decided

_TOPICS = re.compile(r"!?[a-z][a-z0-9-]{1,30}(?:,!?[a-z][a-z0-9-]{1,30}){0,7}$", re.ASCII)
_PROTOCOL = re.compile(r"proto (?P<name>[\w-]{1,32})(?: \((?P<more>[^)]{0,64})\))?(?:,|$)", re.ASCII)
_V4, _V6 = r"\d{1,3}(?:\.\d{1,3}){3}", r"[0-9A-Fa-f:.]{2,46}"
_PAIR = re.compile(
    rf"(?:^|, )(?:\[(?P<src6>{_V6})\]:(?P<sport6>\d{{1,5}})|(?P<src4>{_V4})(?::(?P<sport4>\d{{1,5}}))?|(?P<src>{_V6}))->"
    rf"(?:\[(?P<dst6>{_V6})\]:(?P<dport6>\d{{1,5}})|(?P<dst4>{_V4})(?::(?P<dport4>\d{{1,5}}))?|(?P<dst>{_V6}))(?=,|$)",
    re.ASCII,
)
_ICMP = re.compile(r"type (\d{1,3}), code (\d{1,3})", re.ASCII)
_STATE = re.compile(r"connection-state:(?:[a-z-]+,)*(?:established|related)\b", re.ASCII)
# Greedy up to the last "from": the name that somebody typed stands before it.
_FAILED = re.compile(
    r"login failure for user (?P<user>.{0,256}) from (?P<src>[0-9A-Fa-f:.]{2,46})(?:%\S{1,32})? via (?P<by>[\w.-]{1,40})$",
    re.DOTALL,
)
_SIGNED = re.compile(
    r"user (?P<user>.{0,256}) logged (?P<way>in|out)(?: from (?P<src>[0-9A-Fa-f:.]{2,46}))?(?: via (?P<by>[\w. -]{1,40}))?$",
    re.DOTALL,
)
_CHANGED = re.compile(
    r"(?P<what>.{1,200}) (?P<did>added|changed|removed|moved|enabled|disabled|undone|redone) by (?P<who>.{1,200}?)(?: \((?P<how>.{0,1000})\))?$",
    re.DOTALL,
)
_BY = re.compile(r"(?:.*:)?(?P<user>[^@:/]{1,128})@(?P<src>[0-9A-Fa-f:.]{2,46})(?:/.*)?$", re.DOTALL)
_SECRET = re.compile(r"((?:password|secret|key|passphrase)=)(?:\"[^\"]*\"|\S+)", re.IGNORECASE)
_SEVERITY: Final = {"critical": 2, "error": 3, "warning": 4, "info": 6, "debug": 7}


def parse(framed: Framed) -> Event | None:
    """Read a line behind its topics; a firewall's line without topics too, as the old way of sending leaves them out."""
    first, _, rest = framed.body.partition(" ")
    topics = first.split(",") if _TOPICS.match(first) and ("," in first or first == "firewall") else []
    text = rest if topics else framed.body
    if framed.program:
        return None
    base = Event(
        "other",
        framed.at,
        framed.has_year,
        framed.host,
        sequence=framed.sequence,
        severity=next((_SEVERITY[topic] for topic in topics if topic in _SEVERITY), None),
    )
    if "firewall" in topics or (not topics and ": in:" in text):
        return _packet(base, text.strip())
    if "system" in topics or "account" in topics:
        return _signed(base, text.strip()) or _changed(base, text.strip())
    return None


def _packet(base: Event, text: str) -> Event | None:
    head, found, rest = text.partition(": in:")
    arrived, _, rest = rest.partition(" out:")
    left, _, rest = rest.partition(", ")
    prefix, _, chain = head.rpartition(" ")
    spoken, pair = _PROTOCOL.search(rest[:1000]), _PAIR.search(rest[:1000])
    if not found or not chain or spoken is None or pair is None:
        return None
    more = spoken["more"] or ""
    icmp = _ICMP.search(more)
    return base._replace(
        kind="traffic",
        action=_verdict(prefix, rest[: spoken.start()]),
        src=address(pair["src6"] or pair["src4"] or pair["src"]),
        src_port=port(pair["sport6"] or pair["sport4"] or ""),
        dst=address(pair["dst6"] or pair["dst4"] or pair["dst"]),
        dst_port=port(pair["dport6"] or pair["dport4"] or ""),
        protocol=protocol(spoken["name"]),
        in_interface=_interface(arrived),
        out_interface=_interface(left),
        rule=clean(prefix.strip() or chain, 100),
        flags=f"{icmp[1]}/{icmp[2]}"
        if icmp
        else clean(" ".join(word for word in more.split(",") if word.isupper()), 40),
    )


def _verdict(prefix: str, before: str) -> Verdict:
    """As of netfilter: what the prefix says; a new connection that is logged without one stands before a drop."""
    if prefix.strip():
        return decided(prefix)
    return "" if _STATE.search(before) else "deny"


def _interface(name: str) -> str:
    return "" if name.startswith("(unknown") else clean(name, 64)


def _signed(base: Event, text: str) -> Event | None:
    if found := _FAILED.match(text):
        return base._replace(
            kind="auth",
            outcome="failure",
            user=clean(found["user"], 100),
            src=address(found["src"]),
            detail=clean(f"via {found['by']}"),
        )
    if found := _SIGNED.match(text):
        via = clean(f"logged {found['way']}" + (f" via {found['by']}" if found["by"] else ""))
        signed = base._replace(user=clean(found["user"], 100), src=address(found["src"] or ""), detail=via)
        return (
            signed._replace(kind="auth", outcome="success") if found["way"] == "in" else signed._replace(kind="admin")
        )
    return None


def _changed(base: Event, text: str) -> Event | None:
    found = _CHANGED.match(text)
    if found is None:
        return None
    by = _BY.match(found["who"])
    what = f"{found['what']} {found['did']}" + (f" ({found['how']})" if found["how"] else "")
    return base._replace(
        kind="config",
        user=clean(by["user"] if by else found["who"], 100),
        src=address(by["src"]) if by else "",
        detail=clean(_SECRET.sub(r"\1***", what)),
    )


FORMATS = (
    Format(
        "mikrotik",
        "MikroTik RouterOS",
        1,
        (": in:", "login failure for user ", " logged in", " logged out", " by "),
        parse,
    ),
)
