"""What a program sends, read strictly: JSON that two readers could understand in two ways is not understood at all."""

import json
from typing import Any

import orjson

from kernel.errors import Fault, Malformed

MAX_DEPTH = 32


def parse(raw: bytes) -> dict[str, Any]:
    """Return the JSON object in a body.

    Raises:
        Malformed: not JSON, not an object, nested deeper than 32, a name given twice, or a character that cannot be kept.

    """
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Malformed("The body is not JSON.", [Fault("body", str(error))]) from None
    if not isinstance(found, dict):
        raise Malformed("The body is not a JSON object.", [Fault("body", "not an object")])
    _look_through(found)
    json.loads(raw, object_pairs_hook=_once, parse_int=str)
    return found


def storable(text: str) -> bool:
    """Tell whether the database can keep a text (it has no place for the character NUL)."""
    return "\0" not in text


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name given twice: readers differ on which of the two counts (RFC 8259 section 4)."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("The body gives a name twice.", [Fault("body", "a name is given twice")])
    return found


def _look_through(found: Any) -> None:
    waiting = [(found, 1)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, str):
            if not storable(value):
                raise Malformed("The body holds the character NUL.", [Fault("body", "holds the character NUL")])
        elif isinstance(value, dict | list):
            if depth > MAX_DEPTH:
                raise Malformed("The body is nested too deeply.", [Fault("body", f"nested deeper than {MAX_DEPTH}")])
            waiting += [(part, depth + 1) for part in (value if isinstance(value, list) else (*value, *value.values()))]
