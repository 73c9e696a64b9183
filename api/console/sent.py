"""What a browser sends: a form of bounded size, and files that are never held in memory while they arrive.

A route says how much it takes. What is larger is not read to its end: the fields before it are kept, and whoever asks for the file is
told why it is not there.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from api.words import N_
from kernel.errors import Malformed, OmniError

MAX_FORM = 131_072
MAX_FILES = 393_216
MAX_FIELDS = 50
SECONDS = 900.0
"""How long a form may take to arrive: 25 MB over a slow line."""
PARTS = "multipart/form-data"
RAW = "application/octet-stream"
TOO_LARGE = N_("This form is too large.")
TOO_LARGE_FILE = N_("This file is too large.")


@dataclass(frozen=True)
class Limits:
    """What a route takes: bytes of a plain form, fields, and bytes of a form with a file, asked anew at each visit."""

    form: int = MAX_FORM
    fields: int = MAX_FIELDS
    file: Callable[[], int] | None = None
    """Bytes of the file, as the book in force has it; with it only who is signed in is listened to."""
    raw: int = 0
    """Bytes of a body that is no form but a part of a file, held in memory."""


ORDINARY = Limits()


@dataclass
class Sent:
    """A form and the files sent with it; `fault` says why the file is not there."""

    form: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    files: Mapping[str, UploadFile] = field(default_factory=lambda: MappingProxyType({}))
    fault: OmniError | None = None
    raw: bytes = b""
    """A part of a file that came as the body itself."""

    def content(self, name: str) -> bytes:
        """Give the bytes of a file, empty where none was sent. Raises the fault of one that was too large."""
        if self.fault is not None:
            raise self.fault
        found = self.files.get(name)
        if found is None:
            return b""
        found.file.seek(0)
        return found.file.read()

    def name(self, name: str) -> str:
        """Give the name that a file was sent under."""
        found = self.files.get(name)
        return (found.filename or "") if found else ""

    def close(self) -> None:
        """Let go of the files."""
        for one in self.files.values():
            one.file.close()


async def read(request: Request, limits: Limits = ORDINARY, most: int = MAX_FILES) -> Sent:
    """Read what was sent; what is no form is as good as an empty one. `most`: bytes of a form with a file.

    Raises Malformed for a form that is too large, too slow, or cannot be read.
    """
    if request.method in {"GET", "HEAD"}:
        return Sent()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        async with asyncio.timeout(SECONDS):
            if kind == PARTS:
                return await _parts(request, limits, most)
            if kind == RAW and limits.raw:
                return await _raw(request, limits.raw)
            return await _plain(request, limits, kind)
    except TimeoutError:
        raise Malformed(N_("The form did not arrive in time.")) from None
    except ClientDisconnect:
        raise Malformed(N_("The form was not sent to its end.")) from None


async def _raw(request: Request, most: int) -> Sent:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise Malformed(N_("This part is too large."))
    return Sent(raw=bytes(body))


async def _plain(request: Request, limits: Limits, kind: str) -> Sent:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limits.form:
            raise Malformed(TOO_LARGE)
    if kind != "application/x-www-form-urlencoded":
        return Sent()
    try:
        return Sent(dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=limits.fields)))
    except ValueError:
        return Sent()


class _Over(Exception):
    """More came than may."""


async def _parts(request: Request, limits: Limits, most: int) -> Sent:
    """Read a form that comes in parts, one file at most. Where its length already says too much, only its beginning is read."""
    declared = request.headers.get("content-length", "")
    bound = MAX_FORM if declared.isdigit() and int(declared) > most else most

    async def bounded() -> AsyncGenerator[bytes, None]:
        got = 0
        async for part in request.stream():
            got += len(part)
            if got > bound:
                raise _Over
            yield part

    parser = MultiPartParser(
        request.headers, bounded(), max_files=1, max_fields=limits.fields, max_part_size=limits.form
    )
    try:
        items: list[tuple[str, Any]] = list((await parser.parse()).multi_items())
    except (MultiPartException, KeyError) as wrong:
        raise Malformed(N_("This form cannot be read.")) from wrong
    except _Over:
        if limits.file is None:
            raise Malformed(TOO_LARGE) from None
        kept = {name: value for name, value in parser.items if isinstance(value, str)}
        return Sent(kept, fault=Malformed(TOO_LARGE_FILE))
    return Sent(
        {name: value for name, value in items if isinstance(value, str)},
        {name: value for name, value in items if isinstance(value, UploadFile)},
    )
