"""The key file: made once, sealed to rows, rotated without losing what older keys sealed. [PW-4]"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kernel import sealing
from kernel.errors import Unavailable
from kernel.settings import settings


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(sealing, "settings", settings.model_copy(update={"key_folder": tmp_path / "keys"}))
    sealing._masters.cache_clear()
    yield tmp_path / "keys"
    sealing._masters.cache_clear()


def test_the_file_is_made_once_and_ours_alone(folder: Path) -> None:
    sealed = sealing.seal(b"secret", "totp:1")
    assert (folder / sealing.NAME).stat().st_mode & 0o777 == 0o600
    sealing._masters.cache_clear()
    assert sealing.unseal(sealed, "totp:1") == b"secret"
    assert [p.name for p in folder.iterdir()] == [sealing.NAME]


def test_processes_that_start_at_once_agree_on_one_key(folder: Path) -> None:
    folder.mkdir(parents=True)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: sealing._make(folder / sealing.NAME), range(8)))
    assert len((folder / sealing.NAME).read_text().split()) == 1


def test_what_is_sealed_opens_for_its_row_only_and_not_when_changed(folder: Path) -> None:
    sealed = sealing.seal(b"secret", "totp:1")
    assert b"secret" not in sealed
    assert sealing.seal(b"secret", "totp:1") != sealed
    for blob, about in (
        (sealed, "totp:2"),
        (sealed[:-1] + bytes([sealed[-1] ^ 1]), "totp:1"),
        (b"", "totp:1"),
        (b"x" * 40, "totp:1"),
    ):
        with pytest.raises(Unavailable):
            sealing.unseal(blob, about)


def test_a_new_key_on_top_still_opens_the_old(folder: Path) -> None:
    old = sealing.seal(b"secret", "totp:1")
    file = folder / sealing.NAME
    file.write_text("ab" * 32 + "\n" + file.read_text())
    sealing._masters.cache_clear()
    new = sealing.seal(b"secret", "totp:1")
    assert sealing.unseal(old, "totp:1") == sealing.unseal(new, "totp:1") == b"secret"
    assert old[:4] != new[:4]


@pytest.mark.parametrize("content", ["", "abcd\n"])
def test_a_broken_key_file_is_told_plainly(folder: Path, content: str) -> None:
    folder.mkdir(parents=True)
    (folder / sealing.NAME).write_text(content)
    with pytest.raises(Unavailable, match="32 bytes"):
        sealing.seal(b"x", "y")


def test_fingerprints_differ_by_purpose_and_say_nothing(folder: Path) -> None:
    assert sealing.fingerprint("recovery", "abc") != sealing.fingerprint("activation", "abc")
    assert sealing.pseudonym("afi.mensah") == sealing.pseudonym("afi.mensah")
    assert "afi" not in sealing.pseudonym("afi.mensah")
