"""Start and stop our own Asterisk from its unpacked tree: no root needed, and root given up where we have it.

A running Asterisk outlives a crash of ours on purpose: the next start adopts it, so that calls go on.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from contactcenter.voice import prompts
from contactcenter.voice import site as sites
from contactcenter.voice.ari import Address
from contactcenter.voice.site import USER, Site
from kernel.settings import settings

log = logging.getLogger(__name__)
RTP_PORTS = 400


class VoiceUnavailableError(RuntimeError):
    """Asterisk cannot be started or does not answer; the sentence says what to do."""


@dataclass(slots=True)
class Asterisk:
    """One Asterisk of ours. `start` returns when ARI answers; `stop` when it is gone."""

    site: Site

    def start(self, *, timeout: float = 20.0) -> None:
        """Adopt a running one, or start afresh and wait until ARI answers.

        Raises: VoiceUnavailableError, with the last lines Asterisk wrote.
        """
        if self.pid() is not None and answers(self.site.url):
            return
        self.stop()
        sites.write(self.site)
        prompts.prepare(self.site.sounds, self.site.music)
        owner = _owner(self.site)
        if owner is not None:
            _give(self.site.folder, owner)
            _give(self.site.recordings, owner)
        said = self.site.folder / "log" / "said.txt"
        with said.open("wb") as out:
            process = subprocess.Popen(  # noqa: S603 - our own command line
                self.command(), stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
                cwd=self.site.folder, env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(self.site.folder)},
                user=owner and owner.pw_uid, group=owner and owner.pw_gid, extra_groups=owner and [],
            )  # fmt: skip
        (self.site.folder / "pid").write_text(str(process.pid))
        deadline = time.monotonic() + timeout
        while not answers(self.site.url):
            if process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                tail = said.read_text(errors="replace")[-2000:]
                raise VoiceUnavailableError(f"Asterisk did not come up: {tail}")
            time.sleep(0.05)

    def command(self, *more: str) -> list[str]:
        """The command line: the tree's own loader, for the host's C library may be older than the tree's."""
        tree, library = self.site.tree, self.site.library
        loader = next(iter((*library.glob("ld-linux-*.so.*"), *tree.glob("lib*/ld-linux-*.so.*"))), None)
        if loader is None:
            raise FileNotFoundError(f"The Asterisk in {tree} has no loader.")
        conf = self.site.configuration / "asterisk.conf"
        return [str(loader), "--library-path", f"{library}:{library / 'asterisk'}", "--argv0", "asterisk",
                str(tree / "usr/sbin/asterisk"), "-f", "-n", "-C", str(conf), *more]  # fmt: skip

    def pid(self) -> int | None:
        """The process id of our running Asterisk, or None. Known by its configuration file on the command line."""
        path = self.site.folder / "pid"
        if not path.exists():
            return None
        pid = int(path.read_text() or 0)
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return None
        return pid if str(self.site.configuration / "asterisk.conf").encode() in words else None

    def stop(self, *, timeout: float = 10.0) -> None:
        """End it: politely, then by force after `timeout` seconds."""
        pid = self.pid()
        if pid is None:
            return
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + timeout
        while self.pid() is not None:
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            _reap(pid)
            time.sleep(0.05)
        (self.site.folder / "pid").unlink(missing_ok=True)


def install(folder: Path, tree: Path, recordings: Path, *, sip_port: int = 5060, silence: int = 60) -> Site:
    """The site of this folder: made at the first call, then the same again. A port taken by others is replaced.

    `sip_port` is the wish for the trunk's port; 0 takes any. `silence`: seconds without sound that end a call.
    """
    folder.mkdir(parents=True, exist_ok=True)
    memory = folder / "site.json"
    known = json.loads(memory.read_text()) if memory.exists() else {}
    password = known.get("password") or secrets.token_urlsafe(24)
    wishes = {"http_port": 8088, "sip_port": sip_port, "rtp_start": 20000} | known

    def made() -> Site:
        return Site(folder.absolute(), tree.absolute(), wishes["http_port"], wishes["sip_port"], wishes["rtp_start"],
                    password, recordings.absolute(), rtp_ports=RTP_PORTS, silence=silence)  # fmt: skip

    if Asterisk(made()).pid() is None:
        wishes["http_port"] = _free(wishes["http_port"], socket.SOCK_STREAM)
        wishes["sip_port"] = _free(wishes["sip_port"], socket.SOCK_DGRAM)
        while not all(_is_free(wishes["rtp_start"] + n, socket.SOCK_DGRAM) for n in range(0, RTP_PORTS, 20)):
            wishes["rtp_start"] = 20000 + RTP_PORTS * secrets.randbelow(60)
    site = made()
    memory.touch(mode=0o600)
    memory.write_text(json.dumps({"password": password, "http_port": site.http_port, "sip_port": site.sip_port,
                                  "rtp_start": site.rtp_start}))  # fmt: skip
    return site


def own_folder() -> Path:
    """Where our own Asterisk's files lie."""
    return settings.state_folder / "voice"


def address() -> Address | None:
    """Where Asterisk's ARI is: as the settings say, else our own if it was ever installed, else None."""
    if settings.asterisk_url:
        return Address.of(settings.asterisk_url, settings.asterisk_user, settings.asterisk_password)
    memory = own_folder() / "site.json"
    if not memory.exists():
        return None
    known = json.loads(memory.read_text())
    return Address.of(f"http://127.0.0.1:{known['http_port']}", USER, known["password"])


def answers(url: str) -> bool:
    """Whether ARI at `url` (with user and password in it) answers a ping."""
    scheme, _, rest = url.partition("://")
    user, _, host = rest.rpartition("@")
    token = base64.b64encode(user.encode()).decode()
    request = urllib.request.Request(  # noqa: S310 - the address is a setting
        f"{scheme}://{host}/ari/asterisk/ping", headers={"Authorization": f"Basic {token}"}
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=2) as response:
            return bool(response.status == 200)  # noqa: PLR2004 - the number of HTTP itself
    except (urllib.error.URLError, OSError):
        return False


def _free(wish: int, kind: socket.SocketKind) -> int:
    if wish and _is_free(wish, kind):
        return wish
    with closing(socket.socket(socket.AF_INET, kind)) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_free(port: int, kind: socket.SocketKind) -> bool:
    with closing(socket.socket(socket.AF_INET, kind)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(kind is socket.SOCK_STREAM))
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _owner(site: Site) -> pwd.struct_passwd | None:
    """Whom Asterisk runs as when we are root: nobody, where nobody can reach the files; else nothing to change."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    for path in (site.folder, site.tree, site.recordings):
        if not all(parent.stat().st_mode & 0o001 for parent in path.absolute().parents):
            log.warning("asterisk keeps root: nobody cannot reach %s", path)
            return None
    return nobody


def _give(folder: Path, owner: pwd.struct_passwd) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            shutil.chown(path, owner.pw_uid, owner.pw_gid)


def _reap(pid: int) -> None:
    """Collect the exit of a child of ours; one that was adopted has another parent, who does."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return
