"""Each version of a configuration is judged once by the terms in force; what is found lives until the rules lack it. [FW-1, FW-5]"""

from datetime import timedelta

import pytest

from firewall_audit.analyses import making
from firewall_audit.analyses.readings import findings_of
from firewall_audit.analyses.tasks import Judged
from kernel import clock
from tests.firewall_audit.analyses.edge import SQL_INSIDE, TELNET, WEB, Edge

pytestmark = pytest.mark.usefixtures("quick")


def test_a_version_is_judged_once_and_what_is_open_from_outside_is_found(edge: Edge) -> None:
    edge.runs(WEB, SQL_INSIDE, TELNET)
    analysis = edge.analysis()
    (found,) = edge.findings("open-outside")
    assert (found.text, found.detail, found.state, found.first_number) == (TELNET, "Telnet", "open", 1)
    assert (analysis.complete, analysis.rules, analysis.not_looked) == (True, 3, {})
    assert findings_of(analysis)[0].kind == "open-outside"
    edge.judged()
    assert edge.analysis().id == analysis.id, "nothing has changed, so nothing is judged again"


def test_a_finding_is_gone_by_itself_and_returns_open(edge: Edge) -> None:
    edge.runs(WEB, TELNET)
    edge.runs(WEB)
    (found,) = edge.findings("open-outside")
    assert (found.state, found.gone_at == edge.analysis().made_at) == ("gone", True)
    edge.runs(TELNET)
    (again,) = edge.findings("open-outside")
    assert (again.id, again.state, again.gone_at, again.first_number) == (found.id, "open", None, 1)


def test_an_unfinished_analysis_says_what_it_did_not_look_at_and_calls_nothing_gone(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    edge.runs(WEB, TELNET)
    monkeypatch.setattr(making, "judge", lambda *_a, **_k: Judged(why="time", took_ms=9))
    edge.runs(WEB)
    analysis = edge.analysis()
    assert (analysis.complete, analysis.why, analysis.not_looked) == (False, "time", {"everything": 1})
    assert edge.findings("open-outside")[0].state == "open"


def test_it_is_judged_again_by_other_terms_and_after_some_days(edge: Edge) -> None:
    edge.runs(WEB)
    first = edge.analysis()
    with making.read_session() as session:
        assert making.waiting(session, clock.now()) == []
        edge.house.hands.forward(days=8)
        assert len(making.waiting(session, clock.now())) == 1
    edge.judged()
    assert edge.analysis().made_at >= first.made_at + timedelta(days=8)
