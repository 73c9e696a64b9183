"""A service open from outside turns FW-1 to not met until it is closed, explained or accepted until a day; findings have owners. [FW-1, FW-5]"""

from datetime import timedelta

import pytest

from firewall_audit.analyses.answers import answer_finding, drop_owner, give_owner, reopen_finding
from firewall_audit.analyses.models import RuleFinding
from firewall_audit.analyses.pages import list_rules, read_analysis, what_decides
from kernel import clock, db
from kernel.errors import Conflict, Denied, Malformed, NotFound, Refused
from policy.evidence import PROBES, QUERIES
from policy.models import Duty
from tests import world
from tests.changecontrol.builders import fresh
from tests.firewall_audit.analyses.edge import SQL_INSIDE, TELNET, WEB, Edge, engineer

pytestmark = pytest.mark.usefixtures("quick")
WHY = "It is a test line that stands until the move."


def violations() -> list[str]:
    with db.read_session() as session:
        return QUERIES["no-firewall-opens-a-service-that-is-not-essential"].ask(session, clock.now()).violations


def duty(edge: Edge) -> str:
    with db.read_session() as session:
        rows = session.query(Duty).filter_by(rule="firewall-services-open", about_ref=edge.device.ref).order_by(Duty.id)
        return [one.state for one in rows][-1]


def opened(edge: Edge) -> RuleFinding:
    edge.runs(WEB, TELNET)
    return edge.findings("open-outside")[0]


def test_telnet_from_anywhere_breaks_the_clause_until_the_rule_is_gone(edge: Edge) -> None:
    assert violations() == [edge.device.ref], "what nobody looked at is not proved"
    edge.runs(WEB, SQL_INSIDE)
    assert violations() == []
    edge.runs(WEB, TELNET)
    assert (violations(), duty(edge)) == ([edge.device.ref], "open")
    edge.runs(WEB)
    assert (violations(), duty(edge)) == ([], "fulfilled")


def test_what_is_accepted_counts_until_its_day(edge: Edge) -> None:
    found = opened(edge)
    until = clock.now() + timedelta(days=30)
    answer_finding(fresh(edge.house.officer), found.id, answer="accepted", reason=WHY, until=until)
    assert (violations(), duty(edge)) == ([], "fulfilled")
    edge.house.hands.forward(days=31)
    assert violations() == [edge.device.ref], "the day has come, whether or not a sweep has"
    edge.judged()
    assert (edge.findings("open-outside")[0].state, duty(edge)) == ("open", "open")


def test_what_is_to_be_mended_is_not_closed_by_that(edge: Edge) -> None:
    found, mender = opened(edge), engineer()
    until = clock.now() + timedelta(days=5)
    told = answer_finding(
        fresh(edge.house.officer),
        found.id,
        answer="to-mend",
        reason=WHY,
        until=until,
        mender_id=mender.id,
        change="CH-2026-0014",
    )
    assert (told.mender_id, told.due_at, told.change_ref) == (mender.id, until, "change:CH-2026-0014")
    assert (violations(), duty(edge)) == ([edge.device.ref], "open")


def test_an_explanation_binds_to_what_it_explains(edge: Edge) -> None:
    found = opened(edge)
    answer_finding(fresh(edge.house.officer), found.id, answer="explained", reason=WHY)
    edge.runs(WEB, TELNET)
    assert (edge.findings("open-outside")[0].state, violations()) == ("explained", [])
    edge.device = world_zones(edge)
    edge.judged()
    assert edge.findings("open-outside")[0].state == "explained"
    reopen_finding(fresh(edge.house.officer), found.id, reason=WHY)
    assert violations() == [edge.device.ref]


def world_zones(edge: Edge):
    """The register learns of one more network: the rules are judged again."""
    from firewall_audit.devices import revise_device

    zones = [
        *edge.device.zones,
        {"name": "voice", "side": "inside", "networks": ["10.40.0.0/16"], "interfaces": ["eth4"]},
    ]
    return revise_device(fresh(engineer()), edge.device.id, zones=zones)


def test_answers_have_ends_menders_and_the_right_people(edge: Edge) -> None:
    found, officer = opened(edge), edge.house.officer
    for wrong in (
        {"answer": "accepted"}, {"answer": "explained", "until": clock.now() + timedelta(days=2)}, {"answer": "accepted", "until": clock.now() - timedelta(days=1)},
        {"answer": "accepted", "until": clock.now() + timedelta(days=400)}, {"answer": "to-mend", "until": clock.now() + timedelta(days=2)},
        {"answer": "to-mend", "until": clock.now() + timedelta(days=2), "mender_id": world.person(role="agent").id},
    ):  # fmt: skip
        with pytest.raises(Refused):
            answer_finding(fresh(officer), found.id, reason=WHY, **wrong)
    with pytest.raises((Denied, NotFound)):
        answer_finding(fresh(engineer()), found.id, answer="explained", reason=WHY)
    edge.runs(WEB)
    with pytest.raises(Conflict):
        answer_finding(fresh(officer), found.id, answer="explained", reason=WHY)
    assert "acceptance-without-end" in PROBES


def test_the_register_speaks_before_the_comment_and_what_is_wrong_in_it_is_found(edge: Edge) -> None:
    said = f'{WEB.removesuffix("-j ACCEPT")}-m comment --comment "owner: net CH-2026-9999" -j ACCEPT'
    edge.runs(said)
    (wrong,) = edge.findings("wrong-ticket")
    assert (wrong.detail, edge.findings("no-end")[0].state, edge.findings("no-owner")) == ("CH-2026-9999", "open", [])
    by, owner = engineer(), engineer()
    place = {"filter": wrong.filter, "rule": wrong.rule}
    until = clock.now() + timedelta(days=10)
    give_owner(fresh(by), edge.device.id, **place, owner_id=owner.id, until=until, ticket="INC-7")
    edge.judged()
    assert {one.kind for one in edge.findings() if one.state != "gone"} & {"wrong-ticket", "no-end", "expired"} == set()
    edge.house.hands.forward(days=11)
    edge.judged()
    (ended,) = edge.findings("expired")
    assert (ended.state, ended.impact) == ("open", "security")
    with pytest.raises(NotFound):
        give_owner(fresh(by), edge.device.id, filter=wrong.filter, rule="nothing", owner_id=owner.id)
    drop_owner(fresh(by), edge.device.id, **place)
    edge.judged()
    assert edge.findings("wrong-ticket")[0].state == "open"


def test_the_rules_are_read_searched_and_asked(edge: Edge) -> None:
    edge.runs(WEB, SQL_INSIDE, TELNET)
    officer = edge.house.officer
    page = read_analysis(fresh(officer), edge.device.id)
    assert (page.number, page.analysis.complete, page.findings[0].kind) == (1, True, "open-outside")
    found = list_rules(fresh(officer), edge.device.id, words="10.20.3.4")
    assert (found.found, [one.text for one in found.rules]) == (1, [SQL_INSIDE])
    assert [one.text for one in list_rules(fresh(officer), edge.device.id, words="23").rules] == [TELNET]
    assert list_rules(fresh(officer), edge.device.id, page=2).rules == []
    asked = what_decides(
        fresh(officer), edge.device.id, source="203.0.113.9", destination="192.0.2.10", port="443", incoming="eth0"
    )
    (told,) = asked.lists
    assert [(one.text, one.effect) for one in told.answers] == [(WEB, "allow")]
    with pytest.raises(Malformed):
        what_decides(fresh(officer), edge.device.id, source="nobody")
    with pytest.raises((Denied, NotFound)):
        read_analysis(world.person(role="agent").actor, edge.device.id)
