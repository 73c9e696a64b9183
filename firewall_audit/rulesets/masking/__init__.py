"""No secret of a configuration is ever stored: it is masked as the text comes in, before anything else is done with it. Pure. [PW-4, SW-18]"""

from dataclasses import dataclass

from firewall_audit.rulesets.masking.lines import mask_lines
from firewall_audit.rulesets.masking.marks import Marks, mask_forms
from firewall_audit.rulesets.masking.markup import mask_markup


@dataclass(frozen=True, slots=True)
class Masked:
    """A configuration without its secrets, and how many were masked."""

    text: str
    secrets: int


def mask(text: str, key: bytes) -> Masked:
    """Mask every secret of a configuration under a key; the same secret has the same mark, another secret another.

    Where a word could be a secret or not, it is masked: a mark too many costs a reader little, a secret too few costs the house.
    """
    marks = Marks(key)
    if text.lstrip("\ufeff \t\r\n").startswith("<"):
        told = mask_markup(text, marks)
    else:
        told = mask_lines(mask_forms(text, marks), marks)
    return Masked(told, marks.count)
