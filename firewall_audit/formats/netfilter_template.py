"""Templates of netfilter's lines, learned from a line: its header's widths, its prefix, what it carries. Pure. [FW-3]

They are narrower than what is read line by line: behind an old syslog header, in the kernel's order and spelling, with nothing added. A prefix
that could be one more header, or the time since the machine began, fits none.
"""

import re
from datetime import datetime
from functools import lru_cache
from typing import Final

from firewall_audit.formats.fields import address, protocol
from firewall_audit.formats.prefixes import decided, named, unnamed
from firewall_audit.formats.stamps import leading
from firewall_audit.formats.template import Cut, Template, Words

_LEARNED = re.compile(
    r"(?P<priority><\d{1,3}>)?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (?P<host>[A-Za-z0-9_.-]{1,64}) kernel: "
    r"(?:\[(?P<pad> {0,4})(?P<up>\d{1,12})\.(?P<fraction>\d{1,9})\] )?(?P<prefix>[^=]{0,128}(?=IN=))?IN=[^ =]* OUT=[^ =]* (?P<mac>MAC=\S* )?"
    r"SRC=(?P<src>\S+) DST=\S+ LEN=.{0,80}? PROTO=(?P<carried>TCP|UDP|ICMP|ICMPv6) ",
    re.ASCII,
)
_DAY: Final = (
    "(?:(?:Jan|Mar|May|Jul|Aug|Oct|Dec) (?:[ 0][1-9]|[12][0-9]|3[01])|(?:Apr|Jun|Sep|Nov) (?:[ 0][1-9]|[12][0-9]|30)|"
    "Feb (?:[ 0][1-9]|[12][0-9]))"
)
_PRIORITIES: Final = {1: "[0-9]", 2: "[1-9][0-9]", 3: "(?:1[0-8][0-9]|19[01])"}
# Neither a stamp's first word nor `message repeated` nor a bracket with a number; at the end no letter, to which `IN=` could belong.
_PREFIX: Final = r"(?:[A-Z_(][!-<>-`{-~]|\[[A-Za-z_]|[A-Z][a-z]{3}|[a-ln-z][!-<>-~])[ !-<>-~]*[ !-<>-@[-`{-~]"
_NAME: Final = "[A-Za-z0-9_.@:/+-]{0,15}"
_BYTE: Final = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_SOME: Final = "[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,2}"
_ADDRESS: Final = {
    4: rf"{_BYTE}(?:\.{_BYTE}){{3}}",
    6: f"(?:[0-9a-f]{{1,4}}(?::[0-9a-f]{{1,4}}){{7}}|{_SOME}::{_SOME})",
}
_HEADER: Final = {
    4: "TOS=0x[0-9A-F]{2} PREC=0x[0-9A-F]{2} TTL=[0-9]{1,3} ID=[0-9]{1,5} (?:CE )?(?:DF )?(?:MF )?",
    6: "TC=[0-9]{1,3} HOPLIMIT=[0-9]{1,3} FLOWLBL=[0-9]{1,7} ",
}
_PORT: Final = "(?:0|[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
_FLAGS: Final = "(?:CWR )?(?:ECE )?(?:URG )?(?:ACK )?(?:PSH )?(?:RST )?(?:SYN )?(?:FIN )?"
_ICMP: Final = "TYPE=[0-9]{1,3} CODE=[0-9]{1,3} ID=[0-9]{1,5} SEQ=[0-9]{1,5}"
_BODY: Final = {
    "TCP": f"SPT={_PORT} DPT={_PORT} WINDOW=[0-9]{{1,5}} RES=0x[0-9A-F]{{2}} {_FLAGS}URGP=[0-9]{{1,5}}(?: OPT \\([0-9A-F]*\\))?",
    "UDP": f"SPT={_PORT} DPT={_PORT} LEN=[0-9]{{1,5}}",
    "ICMP": _ICMP,
    "ICMPv6": _ICMP,
}
_ZONE: Final = 4
_RES: Final = len("0x00 ")
_STAMP: Final = len("Oct  5 03:04")


def template_of(text: str) -> Template | None:
    """Return the template that lines such as this one fit; None where none is known. The line itself need not fit it."""
    found = _LEARNED.match(text)
    if found is None:
        return None
    up = None if found["up"] is None else (len(found["pad"]), len(found["up"]), len(found["fraction"]))
    return _made(
        len(found["priority"] or ""), len(found["host"]), up, bool(found["prefix"]), bool(found["mac"]),
        6 if ":" in found["src"] else 4, found["carried"],
    )  # fmt: skip


@lru_cache(maxsize=512)
def _made(
    priority: int, host: int, up: tuple[int, int, int] | None, prefixed: bool, mac: bool, version: int, carried: str
) -> Template:
    since = "" if up is None else rf"\[ {{{up[0]}}}[0-9]{{{up[1]}}}\.[0-9]{{{up[2]}}}\] "
    pattern = (
        "^" + (f"<{_PRIORITIES[priority - 2]}>" if priority else "")
        + f"{_DAY} (?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9] {_host(host)} kernel: {since}"
        + (_PREFIX if prefixed else "") + f"IN={_NAME} OUT={_NAME} " + ("MAC=[0-9a-f:]* " if mac else "")
        + f"SRC={_ADDRESS[version]} DST={_ADDRESS[version]} LEN=[0-9]{{1,5}} {_HEADER[version]}PROTO={carried} {_BODY[carried]} ?\n$"
    )  # fmt: skip
    named_from = priority + _STAMP + len(":05 ")
    prefix = Cut(0, named_from + host + len(" kernel: ") + (sum(up) + len("[.] ") if up else 0), -len("IN"))
    arrived = Cut(1, 0, -len(" OUT"))
    src = 4 if mac else 3
    body = src + (8 if version == 4 else 7)  # noqa: PLR2004 - of the protocol
    return Template(
        pattern=pattern, sign="=", fields=body + {"TCP": 5, "UDP": 3}.get(carried, 4),
        same={"kind": "traffic", "protocol": protocol(carried)},
        words={
            "host": Words((Cut(0, named_from, named_from + host),), str),
            "action": Words((prefix,), decided) if prefixed else Words((arrived,), unnamed),
            "rule": Words((prefix,), _rule),
            "in_interface": Words((arrived,), str),
            "out_interface": Words((Cut(2, 0, -len(" MAC" if mac else " SRC")),), str),
            "src": Words((Cut(src, 0, -len(" DST")),), address),
            "dst": Words((Cut(src + 1, 0, -len(" LEN")),), address),
            **({} if carried == "UDP" else {"flags": _flags(body, carried)}),
        },
        numbers={} if carried.startswith("ICMP") else {"src_port": Cut(body, 0, -len(" DPT")), "dst_port": Cut(body + 1, 0, -len(f" {'WINDOW' if carried == 'TCP' else 'LEN'}"))},
        minute=Cut(0, priority, priority + _STAMP), second=Cut(0, priority + _STAMP + 1, priority + _STAMP + 3),
        read_minute=_minute, severity=Cut(0, 1, priority - 1) if priority else None,
    )  # fmt: skip


def _host(length: int) -> str:
    """Return the pattern of a name of so many signs; a short one in capitals or digits could be a zone or a year."""
    return f"[{'A-Z0-9' if length > _ZONE else ''}a-z_][A-Za-z0-9_.-]{{{length - 1}}}"


def _flags(body: int, carried: str) -> Words:
    if carried == "TCP":
        return Words((Cut(body + 3, _RES, -len("URGP")),), str.rstrip)
    return Words((Cut(body, 0, -len(" CODE")), Cut(body + 1, 0, -len(" ID"))), lambda text: text.replace(" ", "/"))


def _rule(prefix: str) -> str:
    return named(prefix)[0]


def _minute(text: str) -> datetime:
    found = leading(f"{text}:00 a")
    if found is None:
        raise ValueError("a minute that is none fitted a template")
    return found.at
