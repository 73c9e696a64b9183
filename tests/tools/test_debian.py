"""Reading a machine's package sources, and keeping archives so that a broken one is never used."""

from pathlib import Path

from tools.debian import keep, kept, machine_sources


def sources(folder: Path, **files: str) -> list[str]:
    (folder / "sources.list.d").mkdir(parents=True)
    for name, text in files.items():
        place, _, ending = name.rpartition("_")
        target = folder / "sources.list" if not ending else folder / "sources.list.d" / f"{place}.{ending}"
        target.write_text(text)
    return machine_sources(folder)


def test_one_line_form_is_taken_as_it_stands(tmp_path: Path) -> None:
    text = "# a comment\ndeb [arch=amd64] http://mirror.example/debian stable main\ndeb-src http://mirror.example/debian stable main\n"
    assert sources(tmp_path, main_=text) == ["deb [arch=amd64] http://mirror.example/debian stable main"]


def test_paragraph_form_becomes_one_line_for_each_suite(tmp_path: Path) -> None:
    text = (
        "Types: deb deb-src\nURIs: http://mirror.example/ubuntu/\nSuites: noble noble-updates\n"
        "Components: main\n universe\nSigned-By: /usr/share/keyrings/house.gpg\n\n"
        "Types: deb\nURIs: http://other.example/debian\nSuites: sid\nComponents: main\nEnabled: no\n"
    )
    assert sources(tmp_path, house_sources=text) == [
        "deb [signed-by=/usr/share/keyrings/house.gpg] http://mirror.example/ubuntu/ noble main universe",
        "deb [signed-by=/usr/share/keyrings/house.gpg] http://mirror.example/ubuntu/ noble-updates main universe",
    ]


def test_key_written_into_the_paragraph_is_left_to_apt(tmp_path: Path) -> None:
    text = "Types: deb\nURIs: http://m.example/debian\nSuites: sid\nComponents: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n"
    assert sources(tmp_path, house_sources=text) == ["deb http://m.example/debian sid main"]


def test_machine_without_sources_has_none(tmp_path: Path) -> None:
    assert machine_sources(tmp_path) == []


def test_kept_archive_that_changed_is_not_used(tmp_path: Path) -> None:
    archive = tmp_path / "a_1_all.deb"
    archive.write_bytes(b"whole")
    cache = tmp_path / "cache"
    keep([archive], cache)
    assert [file.name for file in kept(cache)] == ["a_1_all.deb"]
    (cache / "a_1_all.deb").write_bytes(b"broken")
    assert kept(cache) == []
