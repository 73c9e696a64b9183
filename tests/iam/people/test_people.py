"""Joiner and leaver, and who may see whom. [ID-1, ID-2, ID-3, AC-1, AC-3, AC-9]"""

from concurrent.futures import ThreadPoolExecutor

import pytest

import iam
from iam.people.models import Person
from kernel import db, gate
from kernel.actor import NOBODY
from kernel.errors import Conflict, Denied, NotSignedIn, Refused, StepUpNeeded
from tests import world
from tests.iam.conftest import Hands

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def admin(database: str, hands: Hands) -> world.Somebody:
    return world.person(role="it-admin")


def joined(actor: object, given: str = "Afi", family: str = "Mensah", **more: str) -> object:
    number = next(world._numbers)
    return iam.join_person(
        actor,
        given_name=given,
        family_name=family,
        email=f"p{number}@example.com",
        phone=f"+22901{70_000_000 + number}",
        **more,
    )


def name_of(person: object) -> str:
    with db.read_session() as session:
        return session.scalars(world._accounts_of(person.id)).one().name


def test_a_joiner_gets_the_id_the_convention_makes(admin: world.Somebody) -> None:
    names = [name_of(joined(admin.actor, "Edem", "Quaye")) for _ in range(3)]
    assert names == ["edem.quaye", "e.quaye", "edem.quaye2"]


def test_twins_who_join_at_the_same_moment_get_ids_of_their_own(admin: world.Somebody) -> None:
    def join(_: int) -> str | None:
        for _try in range(8):
            try:
                return name_of(joined(admin.actor, "Koffi", "Twin"))
            except Conflict:
                continue
        return None

    with ThreadPoolExecutor(4) as pool:
        names = list(pool.map(join, range(8)))
    assert None not in names
    assert len(set(names)) == 8


def test_an_id_of_ones_own_choice_is_refused_and_one_of_the_convention_passes(admin: world.Somebody) -> None:
    for name in ("superstar", "admin", "kofi.mensah", "AFI.MENSAH"):
        with pytest.raises(Refused) as caught:
            joined(admin.actor, user_name=name)
        assert caught.value.clause == "ID-3"
    assert name_of(joined(admin.actor, user_name="a.mensah")) == "a.mensah"
    with pytest.raises(Conflict):
        joined(admin.actor, user_name="a.mensah")


def test_an_id_is_never_given_again(admin: world.Somebody) -> None:
    first = joined(admin.actor)
    iam.leave_person(admin.actor, first.id)
    assert name_of(joined(admin.actor)) == "a.mensah"
    with pytest.raises(Conflict, match="never given again"):
        joined(admin.actor, user_name="afi.mensah")


def test_joining_is_told_as_a_fact_and_no_name_is_on_the_ledger(admin: world.Somebody, auditor) -> None:
    joined(admin.actor, "Akossiwa", "Agbodjan")
    entry = auditor("person.join")[-1]
    assert "person.joined" in entry["facts"]
    assert {"ID-1", "ID-3", "ID-5", "AC-3"} <= set(entry["clauses"])
    assert not any(word in repr(entry).lower() for word in ("akossiwa", "agbodjan", "example.com"))


def test_only_those_who_may_bring_people_in(admin: world.Somebody) -> None:
    agent = world.person(role="agent")
    with pytest.raises(Denied):
        joined(agent.actor)
    with pytest.raises(NotSignedIn):
        joined(NOBODY)
    with pytest.raises(Denied):
        joined(admin.actor, site="site:atlantis")


def test_an_administrator_of_one_site_stays_in_it(database: str, hands: Hands) -> None:
    here, there = world.site("cotonou"), world.site("lome")
    admin = world.person(role="it-admin", scope=here)
    assert joined(admin.actor, site=here).scope == here
    for elsewhere in (there, "house"):
        with pytest.raises(Denied):
            joined(admin.actor, site=elsewhere)
    other = world.person(site=there)
    with pytest.raises(Denied):
        iam.suspend_person(admin.actor, other.id)


def test_suspension_ends_sessions_at_once_and_reactivation_brings_the_person_back(
    admin: world.Somebody, hands: Hands
) -> None:
    ama = world.activated()
    assert ama.entered is not None
    iam.suspend_person(admin.actor, ama.id)
    assert iam.who(ama.entered.token) is None
    hands.forward(seconds=31)
    with pytest.raises(Refused):
        ama.sign_in()
    with pytest.raises(Refused):
        iam.suspend_person(admin.actor, ama.id)
    iam.reactivate_person(admin.actor, ama.id)
    hands.forward(seconds=31)
    assert ama.sign_in().person_id == ama.id


def test_a_leaver_loses_sessions_secrets_and_roles_in_one_act(admin: world.Somebody, hands: Hands, auditor) -> None:
    ama = world.activated(role="supervisor")
    assert ama.entered is not None
    assert gate.may(ama.actor, "person.list").allowed
    iam.leave_person(admin.actor, ama.id)
    assert iam.who(ama.entered.token) is None
    assert not gate.may(ama.actor, "person.list").allowed
    assert iam.list_roles(admin.actor, ama.id) == []
    assert {"person.left", "session.ended"} <= set(auditor("person.leave")[-1]["facts"])
    hands.forward(seconds=31)
    with pytest.raises(Refused):
        ama.sign_in()
    for again in (iam.leave_person, iam.suspend_person, iam.reactivate_person):
        with pytest.raises(Refused):
            again(admin.actor, ama.id)


def test_a_joiner_who_leaves_before_coming_in_cannot_use_the_letters(admin: world.Somebody) -> None:
    ama = world.person()
    code = world.code_in(world.deliver().last_to(ama.phone))
    iam.leave_person(admin.actor, ama.id)
    with pytest.raises(Refused):
        iam.open_code(ama.user_name, code, source=world.HERE)


def test_nobody_administers_himself(admin: world.Somebody) -> None:
    for act in (iam.suspend_person, iam.reactivate_person, iam.leave_person):
        with pytest.raises(Denied):
            act(admin.actor, admin.id)
    with pytest.raises(Denied):
        iam.issue_again(admin.actor, admin.account_id, purpose="join")


def test_dangerous_acts_ask_for_the_factor_again(admin: world.Somebody, hands: Hands) -> None:
    ama = world.person()
    hands.forward(minutes=11)
    for act in (iam.suspend_person, iam.leave_person):
        with pytest.raises(StepUpNeeded):
            act(admin.actor, ama.id)
    with pytest.raises(StepUpNeeded):
        joined(admin.actor)


def test_a_record_is_corrected_and_the_id_stays(admin: world.Somebody) -> None:
    ama = world.person()
    iam.amend_person(admin.actor, ama.id, family_name="Newname", phone="+22901 99 99 99 99")
    seen = iam.read_person(admin.actor, ama.id)
    assert (seen.family_name, seen.phone) == ("Newname", "+2290199999999")
    assert [a.name for a in seen.accounts] == [ama.user_name]
    with pytest.raises(Refused):
        iam.amend_person(admin.actor, ama.id, email="0199999999@sms.example.com")


def test_reading_a_person_is_on_the_ledger_and_lists_hold_what_one_may_see(
    database: str, auditor, hands: Hands
) -> None:
    here, there = world.site("cotonou"), world.site("lome")
    boss = world.person(role="supervisor", scope=here)
    ama, kofi = world.person(site=here), world.person(site=there)
    assert iam.read_person(boss.actor, ama.id).email == ama.email
    assert auditor("person.read")[-1]["target"] == f"person:{ama.id}"
    with pytest.raises(Denied):
        iam.read_person(boss.actor, kofi.id)
    assert {line.id for line in iam.list_people(boss.actor)} == {ama.id, boss.id}, "those of the site, and oneself"


def test_who_may_list_people_and_read_none_sees_who_is_there_and_opens_no_record(database: str) -> None:
    here, there = world.site("cotonou"), world.site("lome")
    yao, ama, kofi = world.person(role="trainer", scope=here), world.person(site=here), world.person(site=there)
    seen = {line.id for line in iam.list_people(yao.actor)}
    assert ama.id in seen
    assert kofi.id not in seen
    with pytest.raises(Denied):
        iam.read_person(yao.actor, ama.id)


def test_a_long_list_comes_in_pages(admin: world.Somebody) -> None:
    for n in range(7):
        joined(admin.actor, f"Page{'abcdefg'[n]}", f"Zz{'abcdefg'[n]}")
    seen, after = [], "Zz"
    while page := iam.list_people(admin.actor, after=after, limit=3):
        seen += [line.name for line in page]
        with db.read_session() as session:
            last = session.get(Person, page[-1].id)
        after = f"{last.family_name} {last.given_name}"
    mine = [name for name in seen if name.startswith("Page")]  # the asking person's own name may sort behind
    assert mine == [f"Page{c} Zz{c}" for c in "abcdefg"]


def test_no_two_persons_share_an_account(admin: world.Somebody, database: str) -> None:
    joined(admin.actor)
    with db.connect(db.APP, database) as conn:
        rows = conn.execute("select platform, name, count(distinct person_id) from account group by 1, 2").fetchall()
    assert all(people == 1 for _, _, people in rows)


def test_a_name_without_a_letter_is_refused_in_a_sentence(admin: world.Somebody) -> None:
    with pytest.raises(Refused, match="at least one letter"):
        joined(admin.actor, "😀", "🎉🎉")
