"""Static parts: hashed names, compressed twins chosen by Accept-Encoding, kept by browsers for a year."""

import json
import mimetypes
from functools import cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"
FOREVER = "public, max-age=31536000, immutable"
SHORTLY = "public, max-age=300"
WIDGET = "widget.js"
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))


class Statics(StaticFiles):
    """Serves api/static, the .br or .gz twin of a part where the browser takes it."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER, check_dir=False)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The part, or a 404; content type is that of the plain part."""
        accepted = {
            item.partition(";")[0].strip() for item in Headers(scope=scope).get("accept-encoding", "").split(",")
        }
        for encoding, ending in ENCODINGS:
            if encoding in accepted and (FOLDER / path).suffix and (FOLDER / (path + ending)).is_file():
                response = await super().get_response(path + ending, scope)
                response.headers["Content-Type"] = mimetypes.guess_type(path)[0] or "application/octet-stream"
                response.headers["Content-Encoding"] = encoding
                break
        else:
            response = await super().get_response(path, scope)
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = SHORTLY if path == WIDGET else FOREVER
        if path == WIDGET:
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response


@cache
def manifest() -> dict[str, str]:
    """Name of each part to its hashed file name.

    Raises FileNotFoundError when the front end has not been built (`python tools/frontend.py`).
    """
    files: dict[str, str] = json.loads((FOLDER / "manifest.json").read_text())["files"]
    return files


def asset(name: str) -> str:
    """Address of a part: `asset('app.css')` is `/static/app-1a2b3c4d5e6f.css`. Raises KeyError for an unknown part."""
    return f"/static/{manifest()[name]}"
