"""Values in filters and in names of the tree, so that what a person is called never becomes what is asked. [AC-7]"""

import re

_PART = re.compile(
    r" *(?P<kind>[A-Za-z][A-Za-z0-9.-]*|[0-9][0-9.]*) *= *(?P<value>(?:[^\\,+]|\\.)*)(?P<end>[,+]|$)", re.DOTALL
)
_ESCAPED = re.compile(rb"\\([0-9A-Fa-f]{2})|\\(.)", re.DOTALL)


def filter_value(text: str | bytes) -> str:
    r"""Write a value for a filter so that it is only a value (RFC 4515): `*`, `(`, `)`, `\` and NUL say nothing there."""
    if isinstance(text, bytes):
        return "".join(f"\\{byte:02x}" for byte in text)
    return "".join(f"\\{ord(sign):02x}" if sign in "\\*()\x00" else sign for sign in text)


def dn_value(text: str) -> str:
    """Write a value for a name in the tree so that it is only a value (RFC 4514). Raises ValueError for an empty one."""
    if not text:
        raise ValueError("a name in the tree is not empty")
    last = len(text) - 1

    def written(at: int, sign: str) -> str:
        if sign == "\x00":
            return "\\00"
        is_edge = (sign == " " and at in (0, last)) or (sign == "#" and at == 0)
        return f"\\{sign}" if is_edge or sign in ',+"\\<>;=' else sign

    return "".join(written(at, sign) for at, sign in enumerate(text))


def parts_of(dn: str) -> tuple[tuple[str, str], ...]:
    """Return the parts of a name in the tree, lowest first, as kind and value in one form: escapes undone, small letters.

    Parts joined by + count as parts of their own. Raises ValueError for what is no name (RFC 4514).
    """
    found: list[tuple[str, str]] = []
    at, more = 0, True
    while more:
        match = _PART.match(dn, at)
        if match is None:
            raise ValueError("this is no name in a directory's tree")
        found.append((match["kind"].lower(), _undone(match["value"])))
        at, more = match.end(), bool(match["end"])
    return tuple(found)


def _undone(value: str) -> str:
    """Undo the escapes of a value; a space at either end counts only where it was escaped."""
    bare = value.lstrip(" ")
    kept = bare.rstrip(" ")
    if kept.endswith("\\") and (len(kept) - len(kept.rstrip("\\"))) % 2 and len(kept) < len(bare):
        kept += " "
    raw = _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]) if found[1] else found[2], kept.encode())
    return raw.decode("utf-8", "replace").lower()


def lies_below(dn: str, base: str) -> bool:
    """Tell whether a name lies at or below a base; both in any form. A name that is none lies nowhere."""
    if "\\" not in dn and dn.lower().endswith(f",{base.lower()}") and "\\" not in base and base:
        return True  # nothing is escaped, so each comma parts
    try:
        below, top = parts_of(dn), parts_of(base)
    except ValueError:
        return False
    return below[-len(top) :] == top
