"""Lines as syslog brings them, read as quickly as those of a file: the priority is taken off before and put beside afterwards. Pure. [FW-6]

Netfilter's quick way takes lines as a log file has them, without the priority that syslog writes before each.
"""

import re
from collections.abc import Sequence
from typing import Final

from firewall_audit.events import Event
from firewall_audit.formats import BY_NAME, read_block
from firewall_audit.formats.format import Block, Format

ALONE: Final = (BY_NAME["netfilter"],)
_PRIORITY: Final = re.compile(rb"<([0-9]{1,3})>(?=[A-Z])")
HIGHEST: Final = 191


def read(lines: Sequence[bytes], formats: Sequence[Format], before: Event | None) -> Block:
    """Read a block; it says what `read_block` says."""
    if tuple(formats) != ALONE:
        return read_block(lines, formats, before)
    texts: list[bytes] = []
    severities: list[int | None] = []
    for line in lines:
        found = _PRIORITY.match(line)
        if found is None or int(found[1]) > HIGHEST:
            return read_block(lines, formats, before)
        texts.append(line[found.end() :])
        severities.append(int(found[1]) & 7)
    block = read_block(texts, formats, before)
    unread = set(block.unparsed)
    told = [one for place, one in enumerate(severities) if place not in unread] if unread else severities
    return Block({**block.columns, "severity": told}, block.rows, block.unparsed, block.last)
