"""The forms of text and names that the contact centre takes in; what does not fit is refused, never cut."""

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

MAX_TEXT = 4000
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\ufffe\uffff\ud800-\udfff]")
LANGUAGE = r"^[a-z]{2,3}$"
SLUG = r"^[a-z0-9][a-z0-9-]{0,39}$"


def readable(text: str) -> str:
    """Return a text with plain line ends.

    Raises:
        ValueError: when nothing is in it, or characters that no person types.

    """
    if not text.strip():
        raise ValueError("write something first")
    if _CONTROL.search(text):
        raise ValueError("the text holds control characters")
    return text.replace("\r\n", "\n").replace("\r", "\n")


Text = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT), AfterValidator(readable)]
"""What people write to one another: 1 to 4,000 characters."""

Line = Annotated[
    str, StringConstraints(min_length=1, max_length=120, pattern=r"^[^\n\r\t]*$"), AfterValidator(readable)
]
"""A name or label on one line."""

Slug = Annotated[str, StringConstraints(pattern=SLUG)]
"""A short name for programs: lower case, digits, hyphens."""

Language = Annotated[str, StringConstraints(pattern=LANGUAGE)]
"""A language by ISO 639 code, such as fr, en, fon."""
