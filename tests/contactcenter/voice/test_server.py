"""Asterisk of our own: started without root's rights, adopted after a crash of ours, stopped cleanly."""

from __future__ import annotations

import os
import socket
import wave
from pathlib import Path

import pytest

from contactcenter.voice import prompts
from contactcenter.voice.server import Asterisk, answers, install
from contactcenter.voice.site import write
from tests.contactcenter.voice.conftest import TREE

pytestmark = [pytest.mark.needs("asterisk"), pytest.mark.xdist_group("voice")]


def test_running_asterisk_is_adopted_by_the_next_start(asterisk: Asterisk) -> None:
    asterisk.start()
    pid = asterisk.pid()
    known = asterisk.site
    site = install(known.folder, known.tree, known.recordings, silence=known.silence)
    assert site == asterisk.site
    Asterisk(site).start()
    assert Asterisk(site).pid() == pid


def test_asterisk_gives_root_up_and_listens_on_loopback_only(asterisk: Asterisk) -> None:
    asterisk.start()
    status = Path(f"/proc/{asterisk.pid()}/status").read_text()
    uid = next(line.split()[1] for line in status.splitlines() if line.startswith("Uid:"))
    assert uid != "0" or os.geteuid() != 0
    with socket.socket() as outside:
        address = socket.gethostbyname(socket.gethostname())
        assert address.startswith("127.") or outside.connect_ex((address, asterisk.site.http_port)) != 0


def test_killed_asterisk_starts_again_on_the_same_doors(asterisk: Asterisk) -> None:
    asterisk.start()
    url = asterisk.site.url
    pid = asterisk.pid()
    assert pid
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    assert not answers(url)
    asterisk.start()
    assert answers(url)
    assert asterisk.pid() != pid


def test_a_taken_port_is_replaced(tmp_path: Path) -> None:
    first = install(tmp_path, TREE, tmp_path / "recordings", sip_port=0)
    with socket.socket() as other:
        other.bind(("127.0.0.1", first.http_port))
        other.listen()
        second = install(tmp_path, TREE, tmp_path / "recordings")
    assert second.http_port != first.http_port
    assert second.password == first.password


def test_password_is_readable_by_the_owner_alone(tmp_path: Path) -> None:
    site = install(tmp_path / "site", TREE, tmp_path / "recordings")
    write(site)
    for name in ("site.json", "etc/ari.conf"):
        assert (site.folder / name).stat().st_mode & 0o077 == 0


def test_prompts_speak_both_languages_and_the_music_plays(tmp_path: Path) -> None:
    prompts.prepare(tmp_path / "sounds", tmp_path / "music")
    for media in (*prompts.media("greeting", None), *prompts.position(2, "fr"), *prompts.position(99, "en")):
        assert any((tmp_path / "sounds").glob(media.removeprefix("sound:") + ".*")), media
    with wave.open(str(tmp_path / "music" / "waiting.wav")) as music:
        assert (music.getframerate(), music.getnchannels(), music.getnframes() > 20 * 8000) == (8000, 1, True)


def test_prompts_fall_back_to_what_the_machine_has(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    prompts.prepare(tmp_path / "sounds", tmp_path / "music")
    assert (tmp_path / "sounds" / "omni" / "fr" / "greeting.wav").stat().st_size > 1000
