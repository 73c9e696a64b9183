"""Every format reads its samples as they say, whether the device is declared to write so or not."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from firewall_audit.events import COLUMNS, Event
from firewall_audit.formats import BY_NAME, FORMATS, named, read_line

HERE = Path(__file__).parent / "samples"


def samples():
    for file in sorted(HERE.glob("*.jsonl")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            yield pytest.param(file.stem, json.loads(line), id=f"{file.stem}-{number}")


def expected(said):
    values = dict(said)
    if "at" in values:
        values["at"] = datetime.fromisoformat(values["at"])
    return Event(**values)


@pytest.mark.parametrize(("name", "sample"), samples())
def test_sample_says_what_is_written_beside_it(name, sample):
    own = tuple(one for one in FORMATS if (one.samples or one.name) == name)
    assert own, f"no format has the samples {name}"
    assert read_line(sample["line"], own) == expected(sample["event"])
    assert read_line(sample["line"].encode()) == expected(sample["event"]), "another format was before it"


def test_samples_name_columns_and_documentation_addresses_only():
    kept = ("192.0.2.", "198.51.100.", "203.0.113.", "10.", "127.", "224.", "2001:db8", "fe80", "ff0")
    for param in samples():
        said = param.values[1]["event"]
        assert set(said) <= set(COLUMNS)
        for name in ("src", "dst"):
            assert said.get(name, kept[0]).startswith(kept), said


def test_names_of_formats_are_all_different():
    assert len(BY_NAME) == len(FORMATS)


def test_declared_formats_are_taken_in_the_order_of_the_list():
    assert [one.name for one in named("sshd", "netfilter")] == ["netfilter", "sshd"]
    assert named() == FORMATS
    with pytest.raises(KeyError):
        named("netfilter", "no-such-format")
