"""Words of one line, with quotes and brackets, as vendors write them. Pure. [FW-2]"""

import re

_WORD = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'([^']*)'|([^\s\"']\S*)")


def words_of(line: str) -> list[str]:
    """Split a line at its blanks; what stands in quotes is one word without them."""
    return [
        re.sub(r"\\(.)", r"\1", found[1]) if found[1] is not None else found[2] if found[2] is not None else found[3]
        for found in _WORD.finditer(line)
    ]
