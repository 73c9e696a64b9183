"""Reports on access: any date is judged by the book and the rights of that date. [AC-9, AC-10]"""

import time
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import iam
from iam.reports import plate as reports
from iam.reports.past import index_at
from kernel import clock, db, fresh, gate
from kernel.actor import clerk
from kernel.db import read_session
from kernel.errors import Conflict, Denied, Malformed, NotFound, OmniError, Refused
from kernel.founding import upgrade_house
from policy import book
from policy.evidence import QUERIES
from tests import world
from tests.iam.conftest import Hands
from tests.iam.requests import world as here

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def hands(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> Hands:
    """The clock of the ids moves with the hands."""
    monkeypatch.setattr(clock, "milliseconds", lambda: int(hands.time.timestamp() * 1000))
    hands.forward(seconds=1)
    return hands


@pytest.fixture
def admin(database: str, hands: Hands) -> world.Somebody:
    return world.person(role="it-admin")


@pytest.fixture
def auditing(admin: world.Somebody) -> world.Somebody:
    return world.person(role="auditor")


def acting(who: world.Somebody, hands: Hands) -> Any:
    from kernel.actor import person

    return person(who.id, who.name, factor_at=hands.time)


def give(admin: world.Somebody, hands: Hands, taker: world.Somebody, role: str, **more: Any) -> Any:
    return iam.give_role(acting(admin, hands), person_id=taker.id, role=role, reason="joins the team", **more)


def test_the_log_tells_the_life_of_an_account_and_of_a_right(database: str) -> None:
    admin, auditing = world.person(role="it-admin"), world.person(role="auditor")
    since = clock.now()
    ama = world.person(given_name="Ama", family_name="Lawson")
    joins = {"person_id": ama.id, "reason": "joins the team"}
    held = iam.give_role(admin.actor, role="supervisor", **joins)
    iam.give_role(admin.actor, role="trainer", **joins, end=clock.now() + timedelta(milliseconds=200))
    time.sleep(0.25)
    iam.take_role(admin.actor, held.id)
    for deed in (iam.suspend_person, iam.reactivate_person, iam.leave_person):
        deed(admin.actor, ama.id)
    user = f"{ama.user_name} (omniwarden)"
    until = clock.now() + timedelta(seconds=1)
    found = reports.access_log(auditing.actor, since=since, until=until, person_id=ama.id)
    assert [(one.what, one.thing, one.by) for one in reversed(found.lines)] == [
        ("created", user, "clerk:setup"),
        ("granted", "supervisor", admin.name),
        ("granted", "trainer", admin.name),
        ("run-out", "trainer", ""),
        ("withdrawn", "supervisor", admin.name),
        ("suspended", user, admin.name),
        ("reactivated", user, admin.name),
        ("revoked", user, admin.name),
    ]
    (one,) = reports.access_log(auditing.actor, since=since, until=until, person_id=ama.id, what="revoked").lines
    assert one.place is not None, "with the way to its proof"


def test_a_right_given_another_end_is_amended_in_the_log(database: str) -> None:
    house, since = here.settle(), clock.now()
    (held,) = iam.list_roles(here.ADMIN(), house.ama.id)
    wish = {"deed": "amend", "assignment_id": held.id, "ends_at": clock.now() + timedelta(hours=2)}
    request = here.ask(house.boss.actor, wish)
    here.answer(house.head, request)
    here.answer(house.owner, request)
    assert here.carry_out(request).state == "executed"
    auditing = world.person(role="auditor")
    until = clock.now() + timedelta(seconds=1)
    (line,) = reports.access_log(auditing.actor, since=since, until=until, person_id=house.ama.id, what="amended").lines
    assert (line.thing, line.ends_at) == ("agent", wish["ends_at"])
    assert line.by.startswith("clerk:")


def test_the_log_of_an_earlier_time_does_not_know_what_came_after(admin, auditing, hands: Hands) -> None:
    ama = world.person()
    give(admin, hands, ama, "supervisor")
    then = hands.forward(days=1)
    give(admin, hands, ama, "trainer")
    hands.forward(days=1)
    found = reports.access_log(
        auditing.actor, since=then - timedelta(days=2), until=then, person_id=ama.id, what="granted"
    )
    assert [one.thing for one in found.lines] == ["supervisor"]
    with pytest.raises(Malformed):
        reports.access_log(auditing.actor, since=then, until=then)


def test_a_report_that_is_cut_says_so(admin, auditing, hands: Hands) -> None:
    span = {"since": hands.time - timedelta(days=1), "until": hands.time + timedelta(days=1)}
    assert reports.access_log(auditing.actor, **span, limit=1).more
    assert not reports.access_log(auditing.actor, **span).more


def test_who_may_and_why(admin, auditing, hands: Hands) -> None:
    here = world.site("cotonou")
    ama = world.person(given_name="Ama", family_name="Lawson")
    give(admin, hands, ama, "supervisor", scope=here, end=hands.time + timedelta(days=1))
    asked = reports.who_may(auditing.actor, right="person.list", scope=here)
    (found,) = [one for one in asked.holders if one.ref == f"person:{ama.id}"]
    (reason,) = found.reasons
    assert (found.name, reason.role, reason.scope) == ("Ama Lawson", "supervisor", here)
    assert reason.rule == "supervisor may person.list"
    assert reason.until == hands.time + timedelta(days=1)
    assert sorted(one.ref for one in asked.holders) == gate.who_may("person.list", here)
    assert f"person:{ama.id}" not in {one.ref for one in reports.who_may(auditing.actor, right="person.list").holders}
    assert "step-up" in reports.who_may(auditing.actor, right="person.suspend").needs
    assert reports.who_may(auditing.actor, right="directive.read").everybody == ["member may directive.read"]
    for wrong in ({"right": "person.fly"}, {"right": "person.list", "scope": "site:atlantis"}):
        with pytest.raises(NotFound):
            reports.who_may(auditing.actor, **wrong)
    with pytest.raises(Refused):
        reports.who_may(auditing.actor, right="person.list", at=hands.time + timedelta(seconds=1))


def test_a_day_is_judged_by_its_own_rights_and_hours(admin, auditing, hands: Hands) -> None:
    ama = world.person()
    hands.forward(days=2)
    hands.time = hands.time.replace(hour=9, minute=0, second=0, microsecond=0)
    held = give(admin, hands, ama, "supervisor")
    given_at = hands.time
    hands.forward(hours=3)
    iam.take_role(acting(admin, hands), held.id)
    hands.forward(days=2)
    found = reports.person_day(auditing.actor, ama.id, day=given_at.date())
    (could,) = [one for one in found.rights if one.right == "person.list"]
    assert (could.since, could.until) == (given_at, given_at + timedelta(hours=3))
    assert could.reason.rule == "supervisor may person.list"
    for off in (-1, 1):
        other = reports.person_day(auditing.actor, ama.id, day=given_at.date() + timedelta(days=off))
        assert "person.list" not in {one.right for one in other.rights}
        assert "directive.read" in {one.right for one in other.rights}, "what everybody may"
    assert not reports.person_day(auditing.actor, ama.id, day=given_at.date() - timedelta(days=30)).here
    with pytest.raises(Refused):
        reports.person_day(auditing.actor, ama.id, day=hands.time.date() + timedelta(days=1))


def test_a_suspended_day_says_so(database: str) -> None:
    admin, auditing, ama = (world.person(role=role) for role in ("it-admin", "auditor", "agent"))
    begun = clock.now()
    iam.suspend_person(admin.actor, ama.id)
    iam.reactivate_person(admin.actor, ama.id)
    iam.suspend_person(admin.actor, ama.id)
    days = {begun.date(), clock.now().date()}
    times = [one for day in sorted(days) for one in reports.person_day(auditing.actor, ama.id, day=day).suspended]
    assert len(times) == 1 + len(days)
    assert begun <= times[0][0] < times[0][1] <= times[1][0]


def test_a_day_is_judged_by_the_edition_of_that_day(admin, auditing, hands: Hands) -> None:
    ama = world.person(role="supervisor")
    hands.forward(days=1)
    before = hands.time
    hands.forward(days=1)
    document = book.in_force().document()
    kept = [rule for rule in document["roles"]["supervisor"]["may"] if rule != "person.list"]
    changed = {
        **document,
        "roles": {**document["roles"], "supervisor": {**document["roles"]["supervisor"], "may": kept}},
    }
    try:
        upgrade_house(clerk("setup"), document=changed)
        hands.forward(days=1)
        rights = {
            day: {one.right for one in reports.person_day(auditing.actor, ama.id, day=day).rights}
            for day in (before.date(), hands.time.date())
        }
        assert "person.list" in rights[before.date()]
        assert "person.list" not in rights[hands.time.date()]
        then = reports.who_may(auditing.actor, right="person.list", at=before)
        assert f"person:{ama.id}" in {one.ref for one in then.holders}
        now = reports.who_may(auditing.actor, right="person.list")
        assert f"person:{ama.id}" not in {one.ref for one in now.holders}
    finally:
        upgrade_house(clerk("setup"), document=document)
        fresh.refresh(force=True)


PLANS = st.lists(
    st.tuples(
        st.sampled_from(["give", "take"]),
        st.integers(0, 2),
        st.sampled_from(["agent", "supervisor", "manager", "trainer"]),
        st.sampled_from(["house", "site:cotonou"]),
    ),
    min_size=1,
    max_size=8,
)


@pytest.mark.slow
@settings(
    max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(plan=PLANS)
def test_every_past_moment_is_seen_as_it_was(database, hands: Hands, plan) -> None:
    world.site("cotonou")
    admin, people = world.person(role="it-admin"), [world.person() for _ in range(3)]
    seen: list[tuple[Any, dict[Any, Any]]] = []
    for what, who, role, scope in plan:
        hands.forward(minutes=7)
        try:
            if what == "give":
                give(admin, hands, people[who], role, scope=scope)
            else:
                held = iam.list_roles(admin.actor, people[who].id)
                iam.take_role(acting(admin, hands), held[0].id) if held else None
        except (Refused, Conflict):
            pass
        hands.forward(minutes=1)
        seen.append((hands.time, {one.id: _may(gate.current(), one, hands.time) for one in people}))
    with read_session() as session:
        for at, then in seen:
            past = index_at(session, at)
            assert {one.id: _may(past, one, at) for one in people} == then


def _may(index: gate.Index, who: world.Somebody, at: Any) -> list[tuple[int, ...]]:
    masks = [index.masks(f"person:{who.id}", scope, at) for scope in ("house", "site:cotonou")]
    return [(one.allow, *sorted(one.conditional)) for one in masks]


def test_conflicts_held_are_reported_now_and_for_the_past(admin, auditing, hands: Hands, database: str) -> None:
    ama = world.person(role="agent", given_name="Ama", family_name="Lawson")
    assert reports.toxic_pairs(auditing.actor) == []
    slipped_in(database, f"person:{ama.id}", "client-representative", hands)
    (found,) = reports.toxic_pairs(auditing.actor)
    assert found.name == "Ama Lawson"
    assert "client-representative" in found.why
    at = hands.forward(minutes=1)
    for held in iam.list_roles(admin.actor, ama.id):
        iam.take_role(acting(admin, hands), held.id)
    hands.forward(minutes=1)
    assert reports.toxic_pairs(auditing.actor) == []
    at -= timedelta(seconds=1)
    assert [one.name for one in reports.toxic_pairs(auditing.actor, at=at)] == ["Ama Lawson"]


def slipped_in(url: str, ref: str, role: str, hands: Hands) -> None:
    """A right that came by no action, as an intruder in the database would give it."""
    with db.connect("none", url) as conn:
        conn.execute(
            "begin; alter table role_assignment disable trigger wall_stamp, disable trigger wall_entry;"
            " alter table access_state disable trigger user"
        )
        conn.execute(
            "insert into role_assignment (id, version, subject, role, scope, given_by, reason) values (%s, 1, %s, %s, 'house', 'nobody', 'x')",
            [db.uuid7(), ref, role],
        )
        conn.execute("update access_state set counter = counter + 1")
        for table in ("access_state", "role_assignment"):
            for trigger in ("wall_stamp", "wall_entry"):
                conn.execute(f"alter table {table} enable always trigger {trigger}")
        conn.execute("commit")
    fresh.refresh(force=True)


def test_a_right_without_an_entry_is_found(admin, hands: Hands, database: str) -> None:
    ama, ask = world.person(role="agent"), QUERIES["rights-are-on-the-ledger"].ask
    with read_session() as session:
        assert ask(session, hands.now()).violations == []
    slipped_in(database, f"person:{ama.id}", "manager", hands)
    with read_session() as session:
        assert len(ask(session, hands.now()).violations) == 1


def test_orphans_of_every_kind(admin, auditing, hands: Hands, database: str) -> None:
    owner, gone = world.person(), world.person(role="agent", given_name="Ama", family_name="Lawson")
    iam.add_platform(
        acting(admin, hands), slug="crm", label="Client's CRM", kind="application", owner_id=owner.id,
        pattern="[a-z]+", forms=["{given}"], min_length=3, max_length=20,
    )  # fmt: skip
    assert reports.orphans(auditing.actor) == []
    for person in (owner, gone):
        iam.leave_person(acting(admin, hands), person.id)
    slipped_in(database, f"person:{gone.id}", "manager", hands)
    found = {(one.kind, one.missing) for one in reports.orphans(auditing.actor)}
    assert found == {("platform", "its owner has left"), ("right", "its holder has left")}


def test_figures_count_the_log_and_the_refusals(database: str) -> None:
    admin, auditing, ama = (world.person(role=role) for role in ("it-admin", "auditor", "agent"))
    time.sleep(0.01)
    since = clock.now()
    iam.give_role(admin.actor, person_id=ama.id, role="trainer", reason="joins the team")
    with pytest.raises(OmniError):
        iam.suspend_person(ama.actor, admin.id)
    found = reports.monitoring(auditing.actor, since=since, until=clock.now() + timedelta(minutes=1))
    assert {one.name: one.count for one in found.log if one.count} == {"granted": 1}
    assert {one.name: one.count for one in found.refused} == {"person.suspend": 1}


def test_reports_are_for_those_who_watch(admin, auditing, hands: Hands, auditor) -> None:
    agent = world.person(role="agent")
    for attempt in (
        lambda: reports.orphans(agent.actor),
        lambda: reports.toxic_pairs(agent.actor),
        lambda: reports.who_may(agent.actor, right="person.list"),
        lambda: reports.person_day(agent.actor, admin.id, day=hands.time.date()),
        lambda: reports.rights_of_person(agent.actor, admin.id),
    ):
        with pytest.raises(Denied):
            attempt()
    (mine,) = reports.rights_of_person(agent.actor, agent.id)
    assert mine.role == "agent"
    assert any(rule.startswith("member may ") for rule in mine.rules)
    reports.orphans(auditing.actor)
    assert auditor("report.orphans")[-1]["outcome"] == "read"
