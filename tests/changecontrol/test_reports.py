"""Reports of collectors: read whole or refused by line, whatever a hostile host writes."""

import contextlib
import hashlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changecontrol.observed.differences import differences
from changecontrol.observed.reports import read_report
from kernel.errors import Malformed

COMMIT = "a" * 40


def test_packages_of_this_very_machine_are_read() -> None:
    told = subprocess.run(
        ["dpkg-query", "-W", "-f", r"${binary:Package}\t${Version}\t${db:Status-Abbrev}\n"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    state = read_report("packages", told).state
    assert state is not None
    assert state["package dpkg"][0].isdigit()


def test_hashes_as_sha256sum_writes_them_strange_names_among_them(tmp_path: Path) -> None:
    for name in ("plain.conf", "two words", "back\\slash", "new\nline"):
        (tmp_path / name).write_text(name)
    names = sorted(path.name for path in tmp_path.iterdir())
    told = subprocess.run(["sha256sum", "--", *names], cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert read_report("files", told).state == {
        f"file {name}": hashlib.sha256(name.encode()).hexdigest() for name in names
    }


def test_packages_that_are_not_installed_do_not_count() -> None:
    told = "bash\t5.2\tii \nold\t1.0\trc \nknown\t\tun \nrpm-way.x86_64\t0:1.2-3\n"
    assert read_report("packages", told).state == {"package bash": "5.2", "package rpm-way.x86_64": "0:1.2-3"}


def test_deployments_and_commands_of_a_database() -> None:
    (tag,) = read_report(
        "deployments", f"v1.2\t{COMMIT}\t2026-11-02T10:00:00+01:00\tAma <ama@house.example> 1 +0100\n"
    ).events
    assert (tag.what, tag.after, tag.account) == ("deployment v1.2", COMMIT, "ama@house.example")
    line = (
        '{"at":"2026-11-02T10:00:00+00:00","account":"ama","command":"CREATE TABLE","kind":"table","object":"public.t"}'
    )
    (ddl,) = read_report("database", line).events
    assert (ddl.what, ddl.after, ddl.account) == ("table public.t", "CREATE TABLE", "ama")


@pytest.mark.parametrize(
    ("source", "text", "named"),
    [
        ("packages", "", "says nothing"),
        ("packages", "bash\t5.2\nbash\t5.3\n", "Line 2"),
        ("packages", "no tab at all\n", "Line 1"),
        ("files", "xyz  /etc/passwd\n", "Line 1"),
        ("files", "a" * 64 + "  \n", "Line 1"),
        ("files", "\x00" * 70, "Line 1"),
        ("deployments", f"v1\t{COMMIT}\t2026-11-02T10:00:00\tAma\n", "Line 1"),
        ("deployments", "v1\n", "Line 1"),
        ("database", "[]\n", "Line 1"),
        ("database", '{"at": 5}\n', "Line 1"),
        ("packages", "a\t1\n" * 200_001, "lines at most"),
    ],
)
def test_what_is_not_of_the_form_is_refused_by_its_line(source: str, text: str, named: str) -> None:
    with pytest.raises(Malformed, match=named):
        read_report(source, text)  # type: ignore[arg-type]


states = st.dictionaries(st.text(max_size=5), st.text(min_size=1, max_size=3), max_size=8)


@given(states, states)
def test_differences_lead_from_one_state_to_the_other(before: dict[str, str], after: dict[str, str]) -> None:
    built = dict(before)
    for one in differences(before, after):
        assert built.get(one.what, "") == one.before
        if one.kind == "removed":
            del built[one.what]
        else:
            built[one.what] = one.after
    assert built == after
    assert not differences(after, after)


@given(st.sampled_from(["packages", "files", "deployments", "database"]), st.text(max_size=300))
def test_any_text_is_read_or_refused(source: str, text: str) -> None:
    with contextlib.suppress(Malformed):
        read_report(source, text)  # type: ignore[arg-type]
