"""Columns kept as the lines wrote them, with how a text is read: whoever stores a column reads each different text once. Pure. [FW-3]

The texts of a column lie behind one another in one string, an end of line between two: neither a column nor what is made of it needs an
object for each row.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final, Generic, TypeVar, overload

PLAIN: Final = "\x00"
"""Stands before a text that is the value itself; no line has it."""
END: Final = "\n"
T = TypeVar("T")


class Coded(Sequence[T], Generic[T]):
    """A column of texts; its values are what `read` makes of them. It is equal to any sequence of the same values."""

    __slots__ = ("_apart", "_read", "_rows", "text")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, text: str, rows: int, read: Callable[[str], T]) -> None:
        self.text = text
        self._read = read
        self._rows = rows
        self._apart: list[str] | None = None

    def __len__(self) -> int:
        return self._rows

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> list[T]: ...
    def __getitem__(self, place: int | slice) -> T | list[T]:
        if isinstance(place, slice):
            return [self.value(text) for text in self.texts[place]]
        return self.value(self.texts[place])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    @property
    def texts(self) -> list[str]:
        """The text of each row."""
        if self._apart is None:
            self._apart = self.text.split(END) if self._rows else []
        return self._apart

    def value(self, text: str) -> T:
        """Return what a text says."""
        return self._read(text)

    def filled(self, cuts: Sequence[int], values: Sequence[Any]) -> Sequence[T]:
        """Return the column with values put in before the rows named by the cuts between the first and the last."""
        return between(self, cuts, values)


class Words(Coded[str]):
    """A column of words."""

    __slots__ = ()

    def value(self, text: str) -> str:
        """Return the word that a text stands for."""
        return text[1:] if text.startswith(PLAIN) else self._read(text)

    def filled(self, cuts: Sequence[int], values: Sequence[str]) -> Sequence[str]:
        """Return the column with words put in, which stand for themselves."""
        if any(END in value for value in values):
            return between(self, cuts, values)
        texts = between(self.texts, cuts, [PLAIN + value for value in values])
        return Words(END.join(texts), len(texts), self._read)


class Numbers(Coded[int | None]):
    """A column of numbers of ASCII digits; an empty text is none."""

    __slots__ = ()

    def __init__(self, text: str, rows: int) -> None:
        super().__init__(text, rows, lambda one: int(one) if one else None)

    def filled(self, cuts: Sequence[int], values: Sequence[int | None]) -> Sequence[int | None]:
        """Return the column with numbers put in."""
        texts = between(self.texts, cuts, ["" if value is None else str(value) for value in values])
        return Numbers(END.join(texts), len(texts))


class Stamps(Coded[datetime]):
    """A column of naive times: of each row its minute as the line wrote it, how that is read, and its second."""

    __slots__ = ("seconds",)

    def __init__(self, minutes: str, seconds: Numbers, read: Callable[[str], datetime]) -> None:
        super().__init__(minutes, len(seconds), read)
        self.seconds = seconds

    @overload
    def __getitem__(self, place: int) -> datetime: ...
    @overload
    def __getitem__(self, place: slice) -> list[datetime]: ...
    def __getitem__(self, place: int | slice) -> datetime | list[datetime]:
        if isinstance(place, slice):
            return [self[row] for row in range(*place.indices(len(self)))]
        return self.value(self.texts[place]) + timedelta(seconds=self.seconds[place] or 0)

    def value(self, text: str) -> datetime:
        """Return when a minute begins; of a plain one, the time that it says."""
        return datetime.fromisoformat(text[1:]) if text.startswith(PLAIN) else self._read(text)

    def filled(self, cuts: Sequence[int], values: Sequence[datetime | None]) -> Sequence[datetime]:
        """Return the column with times put in."""
        if any(at is None or at.tzinfo is not None for at in values):
            return between(self, cuts, values)
        minutes = between(self.texts, cuts, [PLAIN + at.isoformat() for at in values if at is not None])
        seconds = between(self.seconds.texts, cuts, ["00"] * len(values))
        return Stamps(END.join(minutes), Numbers(END.join(seconds), len(seconds)), self._read)


def between(column: Sequence[Any], cuts: Sequence[int], values: Sequence[Any]) -> list[Any]:
    """Put values between the pieces of a column: the first value behind the piece that ends at the second cut, and so on."""
    merged: list[Any] = []
    for (start, end), value in zip(pairwise(cuts), [[one] for one in values] + [[]], strict=True):
        merged += column[start:end]
        merged += value
    return merged
