"""A line taken out of its envelope: syslog by RFC 3164 or RFC 5424, twice where a relay put its own around it, or none. Pure. [FW-3]"""

import re

from firewall_audit.formats.format import Framed
from firewall_audit.formats.stamps import Stamp, leading

MOST_HEADERS = 3
"""The sender's own and those of two relays; what looks like one more is text."""
HIGHEST_PRIORITY = 191
_COUNT = re.compile(r"\d{1,6} (?=<\d{1,3}>)", re.ASCII)
_PRIORITY = re.compile(r"<(\d{1,3})>", re.ASCII)
_MODERN = re.compile(
    r"1 (?P<at>\S{1,40}) (?P<host>\S{1,255}) (?P<program>\S{1,255}) \S{1,255} (?P<id>\S{1,255})(?= |$)"
)
_ELEMENTS = re.compile(r'(?:\[(?:[^\]"]|"(?:[^"\\]|\\.)*+")*+\])++', re.DOTALL)
_SEQUENCE = re.compile(r'\[meta [^\]]{0,100}?sequenceId="(\d{1,18})"', re.ASCII)
_NUMBERED = re.compile(r"(\d{1,12}): (?=[*.]?(?:[A-Z][a-z]{2} |\d{4}[-/]|[\w.-]{1,64}: ))", re.ASCII)
_HOST = re.compile(r'([^\s=,"|\[\]{}%*]{1,255}) +(?=\S)')
_TAG = re.compile(
    r"\[?(?P<program>(?!CEF:|LEEF:)[A-Za-z_][\w./()@+-]{0,80})\]?(?:\[(?P<pid>[^\]\s]{1,32})\])?:(?: +|$)", re.ASCII
)
_TAG_WITH_PID = re.compile(
    r"(?:(?P<host>[\w.-]{1,255}) )?(?P<program>[A-Za-z_][\w./()-]{0,80})\[\d{1,10}\]: +", re.ASCII
)
_LEVEL = re.compile(r"(?:kern|user|mail|daemon|auth|authpriv|syslog|security|local[0-7])\.[a-z]{3,8} +", re.ASCII)
# With what a further header begins: a priority, a count, a number, a version, or a stamp.
_AGAIN = re.compile(
    r"[0-9<*.]|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun)[ ,]", re.ASCII
)
_REPEATED = re.compile(r"message repeated (\d{1,9}) times: \[ ?", re.ASCII)


def frame(raw: bytes | str) -> Framed:
    """Take a line out of its envelope; whatever the line, something comes back."""
    text = decode(raw) if isinstance(raw, bytes) else raw
    text = text.strip("\r\n\x00\ufeff").replace("\x00", "")
    opened = _Opened(text)
    while (
        (opened.headers == 0 or _AGAIN.match(text, opened.place))
        and opened.headers < MOST_HEADERS
        and opened.next_header()
    ):
        opened.headers += 1
    return opened.framed()


def decode(raw: bytes) -> str:
    """Return UTF-8 as text, and anything else as Latin-1, in which every byte is one character: nothing is lost or refused."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


class _Opened:
    """A line while its headers are being taken off; the innermost header that says a thing is the sender's own and speaks last."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.headers = 0
        self.stamp: Stamp | None = None
        self.host = self.program = self.message_id = self.structured = ""
        self.priority: int | None = None
        self.sequence: int | None = None

    def next_header(self) -> bool:
        """Take one header off; False where none stands here."""
        start = self.place
        if counted := _COUNT.match(self.text, self.place):
            self.place = counted.end()
        if (found := _PRIORITY.match(self.text, self.place)) and int(found[1]) <= HIGHEST_PRIORITY:
            self.priority, self.place = int(found[1]), found.end()
        if self._modern():
            return True
        # "1 " without the rest of RFC 5424: Meraki's version before seconds since 1970.
        if self.text.startswith("1 ", self.place) and leading(self.text, self.place + 2):
            self.place += 2
        self._numbered()
        if stamped := leading(self.text, self.place):
            self.stamp, self.place = stamped, stamped.end
            self._after_stamp(stamped)
        elif self.headers == 0 and (found := _TAG_WITH_PID.match(self.text, self.place)):
            self.host = found["host"] or self.host
            self.program, self.place = found["program"], found.end()
        elif self.place > start:
            self._tag()
        return self.place > start

    def _modern(self) -> bool:
        found = _MODERN.match(self.text, self.place)
        if found is None or (found["at"] != "-" and (stamped := leading(found["at"])) is None):
            return False
        if found["at"] != "-" and stamped is not None:
            self.stamp = stamped
        place = found.end() + 1
        if elements := _ELEMENTS.match(self.text, place):
            self.structured, place = elements[0], elements.end()
            if numbered := _SEQUENCE.search(self.structured):
                self.sequence = int(numbered[1])
        elif self.text.startswith("-", place):
            place += 1
        else:
            return False
        self.host, self.program = (value if value != "-" else "" for value in (found["host"], found["program"]))
        self.message_id = "" if found["id"] == "-" else found["id"]
        self.place = min(place, len(self.text))
        self._skip(" \ufeff")
        return True

    def _numbered(self) -> None:
        """Cisco's own number of the line, and the origin that may stand behind it."""
        if found := _NUMBERED.match(self.text, self.place):
            self.sequence, self.place = int(found[1]), found.end()
            if (origin := _TAG.match(self.text, self.place)) and leading(self.text, origin.end()):
                self.host, self.place = origin["program"], origin.end()

    def _after_stamp(self, stamped: Stamp) -> None:
        if self.text.startswith(":", self.place):  # Cisco: nothing but the message follows
            self.place += 1
            self._skip(" ")
            return
        self._skip(" ")
        if self._tag():
            return
        found = _HOST.match(self.text, self.place)
        if found is None:
            return
        behind = found.end()
        if found[1].endswith(":") and not found[1].endswith("::"):
            if self.text.startswith("%", behind):  # Cisco: the name of the device ends like a tag
                self.host, self.place = found[1].rstrip(":"), behind
            return
        if not stamped.machine and not _TAG.match(self.text, behind):
            return
        self.host, self.place = found[1], behind
        if self.text.startswith(": ", self.place):
            self.place += 2
        if level := _LEVEL.match(self.text, self.place):
            self.place = level.end()
        self._tag()

    def _tag(self) -> bool:
        found = _TAG.match(self.text, self.place)
        if found is None:
            return False
        if self.text.startswith("%", found.end()) and found["pid"] is None and not self.host:
            self.host = found["program"]  # Cisco: what stands there is the name of the device
        else:
            self.program = found["program"]
        self.place = found.end()
        return True

    def _skip(self, signs: str) -> None:
        while self.place < len(self.text) and self.text[self.place] in signs:
            self.place += 1

    def framed(self) -> Framed:
        """Return what was found; the sender's own number of repeats is taken off the body."""
        times = 1
        end = len(self.text)
        if (found := _REPEATED.match(self.text, self.place)) and self.text.endswith("]"):
            times, self.place, end = max(1, int(found[1])), found.end(), end - 1
        at, has_year = (None, True) if self.stamp is None else (self.stamp.at, self.stamp.has_year)
        return Framed(
            self.text, self.text[self.place : end], at, has_year, self.host, self.program, self.priority, self.sequence,
            self.structured, self.message_id, times,
        )  # fmt: skip
