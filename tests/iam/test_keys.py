"""The key file: made once, sealed to rows, rotated without losing what older keys sealed. [PW-4]"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from iam import keys
from kernel.errors import Unavailable
from kernel.settings import settings


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(keys, "settings", settings.model_copy(update={"key_folder": tmp_path / "keys"}))
    keys._masters.cache_clear()
    yield tmp_path / "keys"
    keys._masters.cache_clear()


def test_the_file_is_made_once_and_ours_alone(folder: Path) -> None:
    sealed = keys.seal(b"secret", "totp:1")
    assert (folder / keys.NAME).stat().st_mode & 0o777 == 0o600
    keys._masters.cache_clear()
    assert keys.unseal(sealed, "totp:1") == b"secret"
    assert [p.name for p in folder.iterdir()] == [keys.NAME]


def test_processes_that_start_at_once_agree_on_one_key(folder: Path) -> None:
    folder.mkdir(parents=True)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: keys._make(folder / keys.NAME), range(8)))
    assert len((folder / keys.NAME).read_text().split()) == 1


def test_what_is_sealed_opens_for_its_row_only_and_not_when_changed(folder: Path) -> None:
    sealed = keys.seal(b"secret", "totp:1")
    assert b"secret" not in sealed
    assert keys.seal(b"secret", "totp:1") != sealed
    for blob, about in (
        (sealed, "totp:2"),
        (sealed[:-1] + bytes([sealed[-1] ^ 1]), "totp:1"),
        (b"", "totp:1"),
        (b"x" * 40, "totp:1"),
    ):
        with pytest.raises(Unavailable):
            keys.unseal(blob, about)


def test_a_new_key_on_top_still_opens_the_old(folder: Path) -> None:
    old = keys.seal(b"secret", "totp:1")
    file = folder / keys.NAME
    file.write_text("ab" * 32 + "\n" + file.read_text())
    keys._masters.cache_clear()
    new = keys.seal(b"secret", "totp:1")
    assert keys.unseal(old, "totp:1") == keys.unseal(new, "totp:1") == b"secret"
    assert old[:4] != new[:4]


@pytest.mark.parametrize("content", ["", "abcd\n"])
def test_a_broken_key_file_is_told_plainly(folder: Path, content: str) -> None:
    folder.mkdir(parents=True)
    (folder / keys.NAME).write_text(content)
    with pytest.raises(Unavailable, match="32 bytes"):
        keys.seal(b"x", "y")


def test_fingerprints_differ_by_purpose_and_say_nothing(folder: Path) -> None:
    assert keys.fingerprint("recovery", "abc") != keys.fingerprint("activation", "abc")
    assert keys.pseudonym("afi.mensah") == keys.pseudonym("afi.mensah")
    assert "afi" not in keys.pseudonym("afi.mensah")
