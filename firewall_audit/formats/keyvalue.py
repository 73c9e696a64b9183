"""The one tokenizer of `key=value`: what stands inside a quoted value is never read as a key. Pure, in linear time. [FW-3]"""

import re
from functools import cache

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def pairs(text: str, separators: str = r"\s", *, single: bool = False, last: bool = False) -> dict[str, str]:
    r"""Return the values by their keys; of a key that comes twice the first counts, unless the vendor's `last` does.

    `separators`: what ends a value without quotes and stands before a key, as within a class of `re`: `\s`, `\s,`, `\t`.
    `single`: the vendor quotes with ' too. A value whose quote was cut off with the end of the line reaches to the end.
    """
    found: dict[str, str] = {}
    for token in _pattern(separators, single).finditer(text):
        key, double, other, bare = token.groups()
        if key is None or (key in found and not last):
            continue
        found[key] = _plain(double) if double is not None else other if other is not None else bare
    return found


@cache
def _pattern(separators: str, single: bool) -> re.Pattern[str]:
    # Possessive repeats, so that nothing is ever tried twice. The last two alternatives pass over quoted text of what is no key, or of none.
    inside = r'"(?:[^"\\]|\\.)*+(?:"|\\?$)'
    quoted = r'"((?:[^"\\]|\\.)*+)(?:"|\\?$)|' + (r"'([^']*+)'" if single else r"(\b\B)")
    boundary = rf"(?:^|(?<=[{separators}]))"
    key = r"([A-Za-z_][\w.\-/@]*+)="
    return re.compile(
        rf'{boundary}(?:{key}(?:{quoted}|([^{separators}]*+))|[^{separators}"=]++={inside}|"[^"]*+")',
        re.DOTALL | re.ASCII,
    )


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text
