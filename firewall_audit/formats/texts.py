"""Lines as text, decoded only as far as somebody looks at them. Pure. [FW-3]"""

from collections.abc import Iterator, Sequence
from typing import overload

from firewall_audit.formats.envelope import decode


class Texts(Sequence[str]):
    """The texts of lines that came as bytes; each is what `decode` says of its line."""

    __slots__ = ("_lines",)

    def __init__(self, lines: Sequence[bytes]) -> None:
        self._lines = lines

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if not isinstance(place, slice):
            return decode(self._lines[place])
        some = Texts(self._lines[place])
        texts = some.joined(0, len(some)).split("\n")
        return texts if len(texts) == len(some) else [decode(line) for line in self._lines[place]]

    def __iter__(self) -> Iterator[str]:
        return iter(self[:])

    def joined(self, start: int, end: int) -> str:
        """Return some of the texts with an end of line between two: at once where they are UTF-8, one by one where one is not."""
        some = self._lines[start:end]
        try:
            return b"\n".join(some).decode()
        except UnicodeDecodeError:
            return "\n".join(map(decode, some))
