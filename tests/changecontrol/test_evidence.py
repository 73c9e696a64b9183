"""What proves the clauses: every guard refuses when it is tried, and every query sees what breaks its clause. [CC-1 to CC-11, SW-4 to SW-12]"""

import pytest

import changecontrol
from changecontrol import systems
from kernel import clock, db
from policy import book
from policy.evidence import PROBES, QUERIES
from policy.trials import run_probe
from tests.changecontrol.builders import House, fresh
from tests.changecontrol.test_emergencies import PAPERS, begun

CLAUSES = [clause for clause in book.shipped().clauses if clause.id[:2] in {"CC", "SW"} and clause.in_force]
GUARDS = sorted({guard for clause in CLAUSES for guard in clause.guard})
OURS = sorted(
    name for name, one in QUERIES.items() if one.ask.__module__ in {"changecontrol.evidence", "changecontrol.design"}
)


def asked(name: str):
    with db.read_session() as session:
        return QUERIES[name].ask(session, clock.now())


def write(url: str, statement: str, *values: object) -> None:
    """Bend a row as nobody in the house could: past walls and triggers."""
    with db.connect("none", url) as conn:
        conn.execute("set session_replication_role = replica")
        conn.execute("select set_config('app.action_id', gen_random_uuid()::text, false)")
        for table in (
            "change",
            "change_test",
            "file_content",
            "change_work",
            "system",
            "patch",
            "approval_vote",
            "change_revision",
        ):
            conn.execute(f"alter table {table} disable trigger user")
        try:
            conn.execute(statement, values)
        finally:
            for table, in conn.execute("select relname from pg_class c where relkind = 'r' and relname in ('change', 'change_test', 'file_content', 'change_work', 'system', 'patch', 'approval_vote', 'change_revision')").fetchall():  # fmt: skip
                for trigger, in conn.execute("select tgname from pg_trigger where tgrelid = %s::regclass and not tgisinternal", [table]).fetchall():  # fmt: skip
                    conn.execute(f"alter table {table} enable always trigger {trigger}")


def test_the_clauses_of_change_control_are_in_force() -> None:
    ids = {clause.id for clause in CLAUSES}
    assert ids >= {f"CC-{n}" for n in range(1, 12)} | {f"SW-{n}" for n in (4, 5, 6, 7, 8, 9, 10, 12)}


@pytest.mark.parametrize("guard", [guard for guard in GUARDS if guard in PROBES])
def test_every_guard_refuses_when_it_is_tried(house: House, guard: str) -> None:
    assert run_probe(guard)


@pytest.mark.parametrize("guard", [guard for guard in GUARDS if guard not in PROBES and "." in guard])
def test_every_door_refuses_a_nobody(house: House, guard: str) -> None:
    assert run_probe(guard)


def test_a_house_that_does_it_right_breaks_nothing(house: House) -> None:
    switch = house.system()
    change = house.asked(switch, kind="maintenance")
    house.vote(house.director, change)
    house.vote(house.operations, change, "change.consent")
    house.into(change)
    changecontrol.start_change(fresh(house.second), change.id)
    changecontrol.work_on(fresh(house.second), switch.id, change_id=change.id, what="fan changed")
    changecontrol.finish_change(fresh(house.second), change.id, report="It went as planned.")
    emergency = begun(house, switch)
    changecontrol.document_emergency(fresh(house.engineer), emergency.id, documentation=PAPERS)
    answers = {name: asked(name) for name in OURS}
    assert {name: one.violations for name, one in answers.items() if one.violations} == {}
    looked = {"changes-were-authorised", "changes-were-tested", "changes-are-documented", "maintenance-was-agreed", "maintenance-is-on-record",
              "emergencies-were-authorised", "emergencies-are-documented", "persons-began-changes", "test-results-are-kept", "environments-are-apart"}  # fmt: skip
    assert {name for name in looked if not answers[name].population} == set()


@pytest.mark.parametrize(("query", "statement"), [
    ("changes-were-authorised", "update approval_vote set voided_at = now()"),
    ("changes-were-authorised", "update change set revision = revision + 1"),
    ("changes-were-tested", "delete from change_test"),
    ("changes-are-documented", "update change_revision set content = content || '{\"documentation\": \"\"}'"),
    ("maintenance-was-agreed", "update approval_vote set yes = false where role = 'customer-operations-director'"),
    ("maintenance-is-on-record", "delete from change_work"),
    ("persons-began-changes", "update change set started_by = gen_random_uuid()"),
    ("test-results-are-kept", "update file_content set content = 'bent'"),
    ("tests-stayed-out-of-production", "update system set environment = 'production'"),
    ("components-have-one-function", "update system set function = ''"),
])  # fmt: skip
def test_what_breaks_a_clause_is_seen(house: House, database: str, query: str, statement: str) -> None:
    switch = house.system()
    change = house.asked(switch, kind="maintenance")
    house.vote(house.director, change)
    house.vote(house.operations, change, "change.consent")
    house.into(change)
    changecontrol.start_change(fresh(house.second), change.id)
    changecontrol.work_on(fresh(house.second), switch.id, change_id=change.id, what="fan changed")
    changecontrol.finish_change(fresh(house.second), change.id, report="It went as planned.")
    assert not asked(query).violations
    write(database, statement)
    assert asked(query).violations


def test_late_papers_and_mixed_environments_are_seen(house: House, database: str) -> None:
    emergency = begun(house)
    assert asked("emergencies-are-documented").left_out == [emergency.ref]
    house.hands.forward(hours=25)
    assert asked("emergencies-are-documented").violations == [emergency.ref]
    above, below = house.system(), house.system()
    systems.rest_on(fresh(house.engineer), above.id, on=below.slug)
    assert asked("environments-are-apart").violations == []
    write(database, "update system set environment = 'test' where id = %s", below.id)
    assert asked("environments-are-apart").violations == [above.ref]


def test_an_emergency_on_a_word_that_nobody_confirmed_is_seen(house: House) -> None:
    from tests.changecontrol.test_emergencies import by_word

    change = by_word(house)
    changecontrol.start_change(fresh(house.second), change.id)
    assert asked("emergencies-were-authorised").violations == []
    house.hands.forward(hours=5)
    assert asked("emergencies-were-authorised").violations == [change.ref]
