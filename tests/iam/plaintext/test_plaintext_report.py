"""Readable secrets become cases, and cases close when the secret is gone. [PW-3, AC-9]"""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select
from typer.testing import CliRunner

from api.cli import app
from iam.directory.models import Deviation
from iam.plaintext import evidence as evidence_plaintext
from iam.plaintext import report as plaintext_report
from iam.plaintext.report import CLERK, FoundSecret, report_secrets
from iam.plaintext.scan import scan
from kernel import clock, db
from kernel.errors import Denied, Malformed
from policy import deadlines
from policy.models import Duty
from tests import world

SECRET = "Harmattan-Kora-31"


def cases(state: str | None = None) -> list[Deviation]:
    with db.read_session() as session:
        rows = select(Deviation).where(Deviation.kind == plaintext_report.KIND).order_by(col(Deviation.id))
        return [row for row in session.scalars(rows) if state in (None, row.state)]


def report(folder: Path, place: str = "files01", **more: Any) -> plaintext_report.Reported:
    seen = scan([folder])
    findings = [FoundSecret(path=f.path, line=f.line, kind=f.kind, fingerprint=f.fingerprint) for f in seen.findings]
    unread = [path for path, _ in seen.unread]
    return report_secrets(CLERK, place=place, roots=seen.roots, findings=findings, unread=unread, **more)


@pytest.fixture
def share(database: str, tmp_path: Path) -> Path:
    (tmp_path / "logon.bat").write_text(f"set FTPPASS={SECRET}\r\n")
    (tmp_path / "crm.ini").write_text(f"[db]\npassword = {SECRET}\n[smtp]\npassword = Gecko-Vert-5\n")
    return tmp_path


def test_each_secret_in_each_file_is_one_case_however_often_it_is_reported(share: Path) -> None:
    assert report(share) == plaintext_report.Reported(opened=3, known=0, closed=0)
    assert report(share) == plaintext_report.Reported(opened=0, known=3, closed=0)
    assert len(cases("open")) == 3
    assert {case.clause for case in cases()} == {"PW-3"}


def test_a_secret_that_moves_within_its_file_stays_the_same_case(share: Path) -> None:
    report(share)
    (share / "logon.bat").write_text(f"@echo off\r\nset FTPPASS={SECRET}\r\nset MDP={SECRET}\r\n")
    assert report(share).opened == 0
    (case,) = [case for case in cases() if case.detail["path"].endswith("logon.bat")]
    assert case.detail["lines"] == [2, 3]


def test_a_secret_that_is_gone_closes_its_case_and_comes_back_as_a_new_one(share: Path) -> None:
    report(share)
    (share / "logon.bat").unlink()
    assert report(share) == plaintext_report.Reported(opened=0, known=2, closed=1)
    assert [case.how for case in cases("corrected")] == ["The scan finds it no more."]
    (share / "logon.bat").write_text(f"set FTPPASS={SECRET}\r\n")
    assert report(share).opened == 1


def test_what_was_not_looked_at_is_not_called_gone(share: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Another folder, another place, a file that could not be read: their cases stand."""
    report(share)
    empty = tmp_path_factory.mktemp("empty")
    assert report(empty).closed == 0
    assert report(share, place="files02").opened == 3
    told = report_secrets(CLERK, place="files01", roots=[str(share)], findings=[], unread=[str(share / "crm.ini")])
    assert told.closed == 1
    assert len([case for case in cases("open") if case.detail["place"] == "files01"]) == 2


def test_nothing_that_is_kept_holds_the_secret(share: Path, auditor: Any) -> None:
    report(share)
    kept = json.dumps([case.detail for case in cases()]) + json.dumps(auditor("plaintext.report"))
    assert SECRET not in kept
    assert "Gecko-Vert-5" not in kept


@pytest.mark.parametrize(
    "wrong",
    [
        {"fingerprint": SECRET},
        {"kind": SECRET},
        {"line": 0},
        {"secret": SECRET},
        {"path": ""},
    ],
    ids=["fingerprint", "kind", "line", "field", "path"],
)
def test_a_finding_has_no_room_for_a_secret(database: str, wrong: dict[str, Any]) -> None:
    one = {"path": "/srv/a", "line": 1, "kind": "password", "fingerprint": "0" * 16, **wrong}
    with pytest.raises(Malformed) as caught:
        report_secrets(CLERK, place="files01", roots=["/srv"], findings=[one])
    assert SECRET not in str(caught.value)


def test_who_may_report(database: str) -> None:
    for role in ("it-admin", "security-officer"):
        report_secrets(world.person(role=role).actor, place="files01", roots=["/srv"], findings=[])
    with pytest.raises(Denied):
        report_secrets(world.person(role="supervisor").actor, place="files01", roots=["/srv"], findings=[])


def weekly() -> list[Duty]:
    with db.read_session() as session:
        return list(session.scalars(select(Duty).where(Duty.rule == plaintext_report.DUTY)))


def test_the_weeks_duty_ends_with_the_scan_of_all_places(share: Path) -> None:
    deadlines.sweep(clock.now())
    assert {duty.state for duty in weekly()} == {"open"}
    report(share)
    assert {duty.state for duty in weekly()} == {"open"}
    report(share, whole=True)
    assert {duty.state for duty in weekly()} == {"fulfilled"}


def test_the_clause_is_broken_by_a_case_past_its_limit(share: Path, hands: Any) -> None:
    report(share)
    with db.read_session() as session:
        assert not evidence_plaintext.readable_secrets_settled(session, hands.now()).violations
        late = evidence_plaintext.readable_secrets_settled(session, hands.forward(days=8))
    assert len(late.violations) == len(late.population) == 3


def command(*words: str) -> Any:
    return CliRunner().invoke(app, ["secrets", "scan", *words])


def test_the_command_tells_by_its_exit_code(share: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    empty = tmp_path_factory.mktemp("empty")
    assert command(str(empty)).exit_code == 0
    assert command(str(share)).exit_code == 1
    assert command(str(empty / "missing")).exit_code == 2


def test_the_command_reports_and_tells_in_json(share: Path) -> None:
    done = command(str(share), "--format", "json", "--report", "--place", "files01")
    told = json.loads(done.stdout)
    assert told["report"] == {"opened": 3, "known": 0, "closed": 0}
    assert {Path(one["path"]).name for one in told["findings"]} == {"logon.bat", "crm.ini"}
    assert SECRET not in done.output
    assert SECRET not in command(str(share)).output
    assert len(cases("open")) == 3
