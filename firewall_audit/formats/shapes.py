"""The quick way of `key=value`: one device writes the same keys in the same order again and again, so a line teaches how to read its like. [FW-3]"""

import re
from typing import Final

_TOKEN = re.compile(r'([A-Za-z_][\w.\-/@]{0,64})=(?:("[^"\\]*")|[^\s"\\]*)(?: |$)', re.ASCII)
_MOST: Final = 256
_LONGEST: Final = 4096


class Shapes:
    """Shapes of lines: their keys in order, and which of them are quoted.

    What fits one gives what `keyvalue.pairs` would of the `wanted` keys; the rest gives None.
    """

    def __init__(self, wanted: frozenset[str]) -> None:
        self.wanted = wanted
        self.known: dict[int, list[tuple[re.Pattern[str], tuple[str, ...]]]] = {}
        self.size = 0

    def read(self, text: str) -> dict[str, str] | None:
        """Return the values by their keys where the line has a shape; None where it must be read sign by sign."""
        if len(text) > _LONGEST:
            return None
        signs = text.count("=")
        for pattern, names in self.known.get(signs, ()):
            if found := pattern.fullmatch(text):
                return dict(zip(names, found.groups(), strict=True))
        # To learn takes long; a sender whose every line is of another shape teaches no more.
        return self._learn(text, signs) if self.size < _MOST else None

    def _learn(self, text: str, signs: int) -> dict[str, str] | None:
        keys: list[str] = []
        made: list[str] = []
        place = 0
        while found := _TOKEN.match(text, place):
            key, quoted = found[1], found[2] is not None
            value = '[^"\\\\]*' if quoted else r'[^\s"\\]*'
            value = f"({value})" if key in self.wanted else value
            made.append(f'{re.escape(key)}="{value}"' if quoted else f"{re.escape(key)}={value}")
            keys.append(key)
            place = found.end()
            if place == len(text):
                break
        if place != len(text) or text.endswith(" ") or not keys or len(set(keys)) != len(keys):
            return None
        pattern = re.compile(" ".join(made), re.ASCII)
        names = tuple(key for key in keys if key in self.wanted)
        self.known.setdefault(signs, []).append((pattern, names))
        self.size += 1
        whole = pattern.fullmatch(text)
        return dict(zip(names, whole.groups(), strict=True)) if whole else None
