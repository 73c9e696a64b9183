"""The format that the page about formats shows is one: it reads its line and its sample as the page says, and no lie gets through."""

import json
import re
from datetime import datetime

from firewall_audit.events import Event
from firewall_audit.formats import MODULES, read_line
from tests.rules.sources import ROOT

PAGE = (ROOT / "docs/adding-a-format.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def formats():
    (code,) = blocks("python")
    space: dict[str, object] = {"__name__": "acme"}
    exec(code, space)  # noqa: S102 - the page's own example
    return space["FORMATS"]


def test_example_reads_its_sample():
    (sample,) = blocks("json")
    record = json.loads(sample)
    said = record["event"]
    expected = Event(**said | {"at": datetime.fromisoformat(said["at"])})
    assert read_line(record["line"], formats()) == expected
    assert record["line"] == blocks("")[0].strip()


def test_example_is_a_format_that_could_be_registered():
    (one,) = formats()
    assert one.name not in MODULES
    assert any(mark in blocks("")[0] for mark in one.marks)
    assert read_line("verdict=refused", formats()) is None


def test_page_names_files_that_are_there():
    for path in re.findall(r"`([\w/]+\.py|firewall_audit/[\w/]+|tests/[\w/]+/)`", PAGE):
        found = [ROOT / path, ROOT / "firewall_audit/formats" / path, ROOT / "tests/firewall_audit/formats" / path]
        assert any(place.exists() for place in found), path
