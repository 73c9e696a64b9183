"""Packed files of lines, opened as one stream of bytes. [FW-3]"""

from typing import BinaryIO

import pyarrow as pa


def unpacked(file: BinaryIO) -> pa.NativeFile:
    """Return what a zstd file holds. Reading it raises OSError where the file was broken off or is another."""
    return pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd")
