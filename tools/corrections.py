"""Where a corpus says other than its own line, and why: every deviation has a reason, and what is corrected is counted beside what is not."""

import re
from collections.abc import Callable
from typing import Any, Final

from firewall_audit.formats.fields import HIGHEST_PORT, PROTOCOLS, protocol

Expected = dict[str, Any]
_TURNED = re.compile(r"30201[35]: Built outbound |ASA-6-30201[35].{0,6}Built outbound |302020: Built inbound ")
_SWAPPED: Final = {"src_ip": "dst_ip", "src_port": "dst_port", "dst_ip": "src_ip", "dst_port": "src_port"}
_NO_VERDICT = re.compile(r'action="(?:NONE|alarm-without-drop)"|_HOST_INFECTED_|APP_STATE_EVENT|AV_\w{1,40}DROP')


def _turned(line: str, expected: Expected) -> Expected:
    if not _TURNED.search(line) or expected.get("src_ip") is None:
        return expected
    first, second = line.find(str(expected["src_ip"])), line.find(str(expected.get("dst_ip")))
    # Of 302020 the corpus that was corrected already names the foreign side first.
    wrong = first > second >= 0 if "302020" in line else first < second or second < 0
    return {_SWAPPED.get(key, key): value for key, value in expected.items()} if wrong else expected


def _without(name: str, wrong: Callable[[str, Any], bool]) -> Callable[[str, Expected], Expected]:
    def corrected(line: str, expected: Expected) -> Expected:
        value = expected.get(name)
        return {**expected, name: None} if value is not None and wrong(line, value) else expected

    return corrected


def _dialled_in(line: str, expected: Expected) -> Expected:
    if (
        "tunneltype=" not in line
        or "remip=" not in line
        or "ssl" not in line
        or expected.get("src_ip")
        or not expected.get("dst_ip")
    ):
        return expected
    return {**expected, "src_ip": expected["dst_ip"], "dst_ip": None}


def _no_protocol(_: str, value: Any) -> bool:
    return not str(value).isdigit() and protocol(str(value)) not in PROTOCOLS.values()


def _assumed_zone(line: str, value: Any) -> bool:
    """Tell whether the corpus took the device's wall clock for UTC although the line has an instant of its own."""
    return "eventtime=" in line and " tz=" not in line and all(part in line for part in str(value)[:19].split("T"))


CORRECTIONS: Final[tuple[tuple[str, Callable[[str, Expected], Expected]], ...]] = (
    (
        (
            "Cisco's manual: outbound means initiated from inside, and inside stands second (302013, 302015); inbound means from the foreign side "
            "(302020). The corpus is of 2021; its authors turned it round later."
        ),
        _turned,
    ),
    ("A port is a number of 16 bits.", _without("src_port", lambda _, value: int(value) > HIGHEST_PORT)),
    ("A port is a number of 16 bits.", _without("dst_port", lambda _, value: int(value) > HIGHEST_PORT)),
    ("Who dials in over SSL is the source; the corpora say both of the same key (remip).", _dialled_in),
    ("HTTP and a flow are no protocols of IP.", _without("protocol", _no_protocol)),
    ("The line has an instant in UTC, and names no zone for its clock.", _without("time", _assumed_zone)),
    (
        "The line says that the rule blocked.",
        _without("action", lambda line, value: value == "allow" and "AccessControlRuleAction: Block" in line),
    ),
    (
        "The line decides nothing: the corpus gives every event of its kind one verdict.",
        _without("action", lambda line, _: "junos@" in line and _NO_VERDICT.search(line) is not None),
    ),
    (
        "The line decides nothing: the end of a configuration, an answer's code.",
        _without(
            "action", lambda line, value: value == "allow" and ("-111004: " in line or " HTTPResponse: " in line[:60])
        ),
    ),
)


def corrected(line: str, expected: Expected) -> tuple[Expected, tuple[str, ...]]:
    """Return what the line is expected to say, and the reasons why that is not what the corpus has."""
    reasons = []
    for reason, correct in CORRECTIONS:
        changed = correct(line, expected)
        if changed != expected:
            reasons.append(reason)
            expected = changed
    return expected, tuple(dict.fromkeys(reasons))
