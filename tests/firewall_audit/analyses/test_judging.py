"""A hostile configuration is judged in a process of its own, within a time and a memory; what was done when they are up stands. [FW-5]"""

import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from firewall_audit.analyses import desk, judging
from firewall_audit.analyses.tasks import Task
from firewall_audit.rulesets.analysis import joined
from tests.firewall_audit.analyses.edge import SQL_INSIDE, TELNET, WEB, text

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PATTERNS = {"owner": "owner: (x)", "ticket": r"\b(CH-\d{4}-\d+)\b", "ends": "until (x)", "own_ticket": r"CH-\d{4}-\d+"}


def task(*rules: str, kind: str = "iptables", **more: object) -> Task:
    told: dict[str, object] = {
        "text": text(*rules), "kind": kind, "at": NOW, "services": ("Telnet tcp/23", "MySQL tcp/3306"), "patterns": PATTERNS, "unused_days": 90,
        "outside": ("eth0", "internet"), "networks": ("10.20.0.0/16",), "changes": (), "register": (),
    }  # fmt: skip
    return Task(**{**told, **more})  # type: ignore[arg-type]


def test_the_process_judges_all_and_has_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    begin = subprocess.Popen.__init__

    def watched(self, *args, **more):
        seen.append(more["env"])
        begin(self, *args, **more)

    monkeypatch.setattr(subprocess.Popen, "__init__", watched)
    monkeypatch.setenv("OMNIWARDEN_DATABASE", "postgresql://somewhere")
    told = judging.judge(task(WEB, TELNET), seconds=120, megabytes=500)
    assert (told.why, told.ground.rules) == ("", 2)
    report = joined(told.ground, told.parts)
    assert [one.detail for one in report.findings if one.kind == "open-outside"] == ["Telnet"]
    assert report.not_looked == {}
    assert set(seen[0]) <= set(judging.PASSED_ON)


def ends(monkeypatch: pytest.MonkeyPatch, words: str, **bounds: float) -> judging.Judged:
    """Judge by a process that does this instead."""
    begin = subprocess.Popen.__init__

    def other(self, _command, **more):
        begin(self, [sys.executable, "-c", words], **more)

    monkeypatch.setattr(subprocess.Popen, "__init__", other)
    return judging.judge(task(WEB), seconds=bounds.get("seconds", 60), megabytes=100)


def test_what_was_done_when_the_time_is_up_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    ground = {
        "rules": 3,
        "inexact": 0,
        "pieces": {"single rules": 3, "list filter/INPUT": 3},
        "calls": {},
        "not_judged": [],
        "unmodelled": [],
    }
    part = {"name": "single rules", "findings": [], "reached": [], "pairs": {}, "unweighed": 0, "stopped": ""}
    said = "\n".join(json.dumps(one) for one in ({"ground": ground}, {"part": part}))
    told = ends(
        monkeypatch,
        f"import time; print({said!r}, flush=True); print('half', end='', flush=True); time.sleep(60)",
        seconds=2,
    )
    assert told.why == "time"
    assert joined(told.ground, told.parts).not_looked == {"list filter/INPUT": 3}


@pytest.mark.parametrize(
    ("words", "why"), [(f"raise SystemExit({desk.OUT_OF_MEMORY})", "memory"), ("raise SystemExit(9)", "broken")]
)
def test_how_it_ended_is_told(monkeypatch: pytest.MonkeyPatch, words: str, why: str) -> None:
    assert ends(monkeypatch, words).why == why


def test_memory_is_bound() -> None:
    words = "from firewall_audit.analyses import desk\ndesk.bound(50)\ntry:\n    bytes(90 << 20)\nexcept MemoryError:\n    print('bound')"
    assert subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True).stdout == "bound\n"


def test_a_text_that_is_none_of_its_kind_is_unreadable(capsys: pytest.CaptureFixture[str]) -> None:
    assert desk.work(json.loads(json.dumps(task(kind="pf").told())), sys.stdout) == desk.UNREADABLE
    assert desk.work(json.loads(json.dumps(task(kind="nothing").told())), sys.stdout) == desk.UNREADABLE
    assert capsys.readouterr().out == ""


def test_a_task_survives_being_told() -> None:
    asked = task(
        WEB, SQL_INSIDE, register=(("filter/FORWARD", "x", "person:1", "CH-2026-0001", NOW.isoformat(), True),)
    )
    again = Task.read(json.loads(json.dumps(asked.told())))
    assert (again, again.digest()) == (asked, asked.digest())
    assert again.digest() != task(WEB, services=("Telnet tcp/23",)).digest()
