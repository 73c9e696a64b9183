"""Standard changes and patches: a template authorised once, until a day and so often; a patch in by its day. [CC-1, CC-9]"""

from datetime import timedelta

import psycopg
import pytest

import changecontrol
from changecontrol import patches, templates
from changecontrol.models import ChangeTemplate, Patch
from kernel import clock, db
from kernel.errors import Conflict, Denied, Refused
from policy import deadlines, inbox
from policy.models import Approval, Duty
from tests.changecontrol.builders import House, fresh


def written(house: House, *on, most: int = 2, days: int = 30) -> ChangeTemplate:
    return templates.write_template(
        fresh(house.engineer), slug=f"t-{clock.milliseconds()}", content=house.content(*on),
        ends_at=clock.now() + timedelta(days=days), most=most,
    )  # fmt: skip


def in_force(house: House, *on, **how) -> ChangeTemplate:
    template = written(house, *on, **how)
    templates.ask_template(fresh(house.engineer), template.id)
    vote(house, template)
    return now(template)


def vote(house: House, template: ChangeTemplate, *, yes: bool = True) -> None:
    with db.read_session() as session:
        approval = session.query(Approval).filter_by(subject_ref=template.ref).one()
    inbox.cast(fresh(house.director), approval.id, yes=yes, digest=approval.digest)


def now(template: ChangeTemplate) -> ChangeTemplate:
    with db.read_session() as session:
        return session.get(ChangeTemplate, template.id)


def use(house: House, template: ChangeTemplate, *on, **fields):
    at = clock.now()
    content = {
        "title": "The certificate of this month", "summary": "a new certificate", "systems": [one.id for one in on],
        "implementers": [house.second.id], "starts_at": at + timedelta(hours=1), "ends_at": at + timedelta(hours=2),
    } | fields  # fmt: skip
    change = changecontrol.draft_change(fresh(house.engineer), content=content, template_id=template.id)
    return changecontrol.ask_authorisation(fresh(house.engineer), change.id)


def test_a_standard_change_is_scheduled_by_its_template_and_counted(house: House) -> None:
    switch, other = house.system(), house.system()
    template = in_force(house, switch, other)
    change = use(house, template, switch)
    assert (change.model, change.state) == ("standard", "scheduled")
    assert now(template).used == 1
    house.into(change)
    assert changecontrol.start_change(fresh(house.second), change.id).state == "implementing"


def test_it_ends_with_its_count_and_with_its_day(house: House) -> None:
    switch = house.system()
    template = in_force(house, switch, most=1)
    use(house, template, switch)
    with pytest.raises(Refused, match="as often"):
        use(
            house,
            template,
            switch,
            starts_at=clock.now() + timedelta(hours=5),
            ends_at=clock.now() + timedelta(hours=6),
        )
    short = in_force(house, house.system(), days=2)
    house.hands.forward(days=2)
    with pytest.raises(Refused, match="not in force"):
        use(house, short)


def test_a_window_after_the_templates_end_is_not_authorised(house: House) -> None:
    switch = house.system()
    template = in_force(house, switch, days=1)
    late = clock.now() + timedelta(hours=23)
    assert use(house, template, switch, starts_at=late, ends_at=late + timedelta(hours=3)).state == "authorise"


def test_anything_else_than_the_template_says_is_a_normal_change(house: House) -> None:
    switch = house.system()
    template = in_force(house, switch)
    with pytest.raises(Refused, match="other systems"):
        use(house, template, house.system())
    change = changecontrol.draft_change(
        fresh(house.engineer), template_id=template.id,
        content={"title": "The certificate", "summary": "new", "systems": [switch.id], "plan": "my own way"},
    )  # fmt: skip
    assert changecontrol.readings.read_change(fresh(house.officer), change.id).content["plan"] != "my own way"
    with pytest.raises(Refused, match="as its template says"):
        changecontrol.revise_change(fresh(house.engineer), change.id, fields={"plan": "my own way"})


def test_a_template_taken_out_of_use_holds_what_it_scheduled(house: House) -> None:
    switch = house.system()
    template = in_force(house, switch)
    change = use(house, template, switch)
    templates.end_template(fresh(house.director), template.id, reason="the vendor changed the way")
    house.into(change)
    with pytest.raises(Refused, match="not in force"):
        changecontrol.start_change(fresh(house.second), change.id)


def test_a_template_is_authorised_by_another_and_never_changed(house: House, database: str) -> None:
    template = templates.write_template(
        fresh(house.director), slug=f"own-{clock.milliseconds()}", content=house.content(house.system()),
        ends_at=clock.now() + timedelta(days=9), most=3,
    )  # fmt: skip
    templates.ask_template(fresh(house.director), template.id)
    with pytest.raises((Refused, Denied)):
        vote(house, template)
    assert now(template).state == "asked"
    with db.connect(db.APP, database) as conn, conn.transaction():
        conn.execute("select set_config('app.action_id', gen_random_uuid()::text, true)")
        with pytest.raises(psycopg.errors.CheckViolation):
            conn.execute("update change_template set most = 1000")


def test_a_refused_template_serves_nobody(house: House) -> None:
    template = written(house, house.system())
    with pytest.raises(Refused, match="not in force"):
        use(house, template)
    templates.ask_template(fresh(house.engineer), template.id)
    vote(house, template, yes=False)
    assert now(template).state == "refused"


def patch_of(house: House, system, **fields) -> Patch:
    return patches.note_patch(
        fresh(house.engineer),
        **{"name": "ADV-2026-1", "severity": "critical", "on": system.slug, "released_at": clock.now()} | fields,
    )


def duties(state: str = "open") -> list[Duty]:
    with db.read_session() as session:
        return session.query(Duty).filter_by(rule="patch-due", state=state).all()


def test_a_critical_patch_is_due_in_thirty_days_and_late_is_seen(house: House) -> None:
    patch = patch_of(house, house.system())
    assert patch.due_at - patch.released_at == timedelta(days=30)
    assert [one.due_at for one in duties()] == [patch.due_at]
    with pytest.raises(Conflict):
        patch_of(house, type("S", (), {"slug": slug_of(patch)}))
    house.hands.forward(days=31)
    deadlines.sweep()
    assert duties()[0].fired_at is not None
    seen = changecontrol.evidence.patches_are_in_on_time
    with db.read_session() as session:
        assert seen(session, clock.now()).violations == [patch.ref]


def slug_of(patch: Patch) -> str:
    from changecontrol.models import System

    with db.read_session() as session:
        return session.get(System, patch.system_id).slug


def test_a_patch_comes_in_with_the_change_that_brings_it(house: House) -> None:
    switch = house.system()
    patch = patch_of(house, switch)
    with pytest.raises(Refused, match="own system"):
        patches.plan_patch(fresh(house.engineer), patch.id, change_id=house.draft().id)
    change = house.scheduled(switch, kind="patch")
    patches.plan_patch(fresh(house.engineer), patch.id, change_id=change.id)
    house.into(change)
    changecontrol.start_change(fresh(house.second), change.id)
    changecontrol.finish_change(fresh(house.second), change.id, report="The patch is in; version checked.")
    with db.read_session() as session:
        assert session.get(Patch, patch.id).state == "installed"
        assert changecontrol.evidence.patches_are_in_on_time(session, clock.now()).violations == []
    assert duties() == []


def test_a_patch_that_does_not_concern_the_system_is_dropped_with_its_reason(house: House) -> None:
    patch = patch_of(house, house.system(), severity="low", released_at=clock.now() - timedelta(days=300))
    assert patches.drop_patch(fresh(house.director), patch.id, reason="the module is not installed").state == "dropped"
    assert duties() == []
    with pytest.raises(Refused, match="released"):
        patch_of(house, house.system(), released_at=clock.now() + timedelta(days=1))
