"""Secrets in a text about something: whoever knows the thing masks them, and every field may ask without knowing it. [PW-4]"""

from collections.abc import Callable

from kernel.errors import Refused

Masker = Callable[[str, str], str]
_maskers: dict[str, Masker] = {}


def masks(kind: str) -> Callable[[Masker], Masker]:
    """Register how the secrets in a text about a thing of a kind (`device:edge-1`) are masked: by its name and the text."""

    def keep(masker: Masker) -> Masker:
        _maskers[kind] = masker
        return masker

    return keep


def masked(thing: str, text: str) -> str:
    """Give a text with its secrets masked. Raises Refused for a thing of which nobody knows how."""
    kind, _, name = thing.partition(":")
    if kind not in _maskers:
        raise Refused("PW-4", "Nobody here knows what is secret in this text, so it is not kept.")
    return _maskers[kind](name, text)
