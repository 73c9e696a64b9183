"""Look at every example: `python -m tests.api.console.preview FOLDER [name ...]` writes pictures of each page."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from api.headers import COMMON, CONTENT_POLICY
from api.render import render
from api.statics import FOLDER
from tests.api.console.examples import EXAMPLES, Example

SIZES = {"desktop": (1366, 768), "phone": (390, 844)}
CHROMIUM: dict[str, Any] = {"executable_path": "/usr/bin/chromium", "args": ["--no-sandbox"]}


class Shown(SimpleHTTPRequestHandler):
    """Serves /<language>/<theme>/<example name> and the static parts, with the real headers."""

    def do_GET(self) -> None:
        if self.path.startswith("/static/"):
            self.path = self.path.removeprefix("/static")
            super().do_GET()
            return
        parts = self.path.strip("/").split("/")
        found = [one for one in EXAMPLES if len(parts) == 3 and one.name == parts[2]]
        body = shown(found[0], parts[0], parts[1]).encode() if found else b""
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", CONTENT_POLICY.format(ancestors="'none'"))
        for name, value in COMMON.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


def shown(example: Example, language: str, theme: str) -> str:
    return render(example.template, example.page, replace(example.frame, language=language, theme=theme))


@contextmanager
def served() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Shown, directory=str(FOLDER)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def photograph(browser: Browser, base: str, target: Path, names: list[str], language: str = "en") -> None:
    for size, (width, height) in SIZES.items():
        for theme in ("light", "dark"):
            page = browser.new_page(viewport={"width": width, "height": height})
            page.route("**/phone-*.js", lambda route: route.abort())  # it would say that there is no telephone
            page.on(
                "console",
                lambda message: (
                    message.type == "error"
                    and "ERR_" not in message.text
                    and sys.stdout.write(f"{message.text[:200]}\n")
                ),
            )
            for example in EXAMPLES:
                if names and example.name not in names:
                    continue
                page.goto(f"{base}/{language}/{theme}/{example.name}", wait_until="load")
                page.evaluate("document.fonts.ready")
                page.screenshot(path=target / f"{example.name}-{size}-{theme}.png")
                wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                if wide > 0:
                    sys.stdout.write(f"{example.name} {size}: {wide} px too wide\n")
            page.close()


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with served() as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(**CHROMIUM)
        photograph(chromium, address, folder, sys.argv[2:])
