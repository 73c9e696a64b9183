"""Lines behind one another in one text, each with a line feed behind it: digested, read and kept without an object for each. [FW-3]"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True, slots=True)
class Joined:
    """Some lines. A line may have a line feed in it; where it ends is what `lines` says."""

    lines: pa.LargeBinaryArray
    """Each with its line feed."""

    @classmethod
    def of(cls, lines: Sequence[bytes]) -> "Joined":
        """Join lines, which have no end yet: one copy of their bytes."""
        ends = pc.cumulative_sum(pc.add(pa.array([-1, *map(len, lines)], pa.int64()), 1))
        text = pa.py_buffer(b"\n".join(lines) + b"\n")
        return cls(pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(lines), [None, ends.buffers()[1], text]))

    @classmethod
    def cut(cls, text: bytes) -> "Joined":
        """Take a text of lines, each with its line feed, as it stands."""
        data = pa.py_buffer(text)
        whole = pa.LargeBinaryArray.from_buffers(
            pa.large_binary(), 1, [None, pa.array([0, len(text)]).buffers()[1], data]
        )
        pieces = pc.split_pattern(whole, b"\n").values
        lines = len(pieces) - 1
        ends = pa.Array.from_buffers(pa.int64(), lines + 1, [None, pieces.buffers()[1]])
        feeds = pc.cumulative_sum(pa.repeat(pa.scalar(1, pa.int64()), lines + 1), start=-1)
        return cls(
            pa.LargeBinaryArray.from_buffers(pa.large_binary(), lines, [None, pc.add(ends, feeds).buffers()[1], data])
        )

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def text(self) -> memoryview:
        """Return the whole text."""
        return memoryview(self.lines.buffers()[2])

    def at(self, places: Iterable[int]) -> list[bytes]:
        """Return the lines at some places, without their ends."""
        return [line[:-1] for line in self.lines.take(pa.array(places, pa.int64())).to_pylist()]

    def last(self, count: int) -> tuple[bytes, ...]:
        """Return the last lines, without their ends."""
        return tuple(line[:-1] for line in self.lines[-count:].to_pylist())
