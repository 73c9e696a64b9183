"""Service accounts: owner, purpose, scope, keys that rotate with overlap, an end; never an interactive sign-in. [AC-4]"""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

import iam
from iam.people.models import Account
from iam.services import accounts as service_accounts
from iam.services import keys as service_keys
from iam.services import program_entry
from iam.services import upkeep as service_upkeep
from kernel import clock, db
from kernel.errors import Conflict, Denied, Malformed, NotFound, Refused, StepUpNeeded
from policy.evidence import QUERIES
from policy.models import Duty
from tests import world
from tests.iam.conftest import Hands

pytestmark = pytest.mark.usefixtures("database")
PURPOSE = "Watches duties and letters for the wall"


@pytest.fixture
def admin(database: str, hands: Hands) -> world.Somebody:
    return world.person(role="it-admin")


@pytest.fixture
def owner(database: str, hands: Hands) -> world.Somebody:
    return world.activated()


@pytest.fixture
def account(admin: world.Somebody, owner: world.Somebody, hands: Hands) -> Account:
    return opened(admin, owner, hands)


def opened(
    admin: world.Somebody, owner: world.Somebody, hands: Hands, name: str = "svc-monitor", **more: Any
) -> Account:
    until = more.pop("ends_at", hands.time + timedelta(days=300))
    return service_accounts.open_service(
        admin.actor, name=name, purpose=PURPOSE, owner_id=owner.id, ends_at=until, **more
    )


def token_of(owner: world.Somebody, account: Account, label: str = "first") -> str:
    issued = service_keys.issue_key(owner.actor, account.id, label=label)
    assert issued.token is not None
    return issued.token


def fresh(somebody: world.Somebody) -> None:
    from dataclasses import replace

    somebody.actor = replace(somebody.actor, factor_at=clock.now())


def status(account: Account) -> str:
    with db.read_session() as session:
        return session.get_one(Account, account.id).status


def duty(rule: str, account: Account) -> list[tuple[str, Any]]:
    with db.read_session() as session:
        found = session.scalars(select(Duty).where(Duty.rule == rule, Duty.about_ref == account.ref))
        return [(one.state, one.holder_id) for one in found]


def broken() -> list[str]:
    with db.read_session() as session:
        return QUERIES["service-accounts-are-kept"].ask(session, clock.now()).violations


def test_a_program_does_what_its_role_allows_and_no_more(
    admin: world.Somebody, owner: world.Somebody, account: Account, auditor: Any
) -> None:
    token = token_of(owner, account)
    program = program_entry.actor_of(token)
    assert program is not None
    assert (program.kind, program.ref, program.factor_at) == ("service", f"account:{account.id}", None)
    with pytest.raises(Denied):
        iam.waiting_letters(program)
    service_accounts.give_service_role(admin.actor, account.id, role="program-monitor", reason="for the wall")
    assert iam.waiting_letters(program) == []
    for call in (
        lambda: iam.my_account(program),
        lambda: iam.list_people(program),
        lambda: iam.join_person(program, given_name="A", family_name="B", email="a@b.example", phone="+22997000000"),
    ):
        with pytest.raises(Denied):
            call()


def test_what_needs_a_second_factor_is_closed_to_programs(admin: world.Somebody, account: Account) -> None:
    from kernel import gate
    from kernel.actor import service

    with pytest.raises(Refused, match="for people"):
        service_accounts.give_service_role(admin.actor, account.id, role="it-admin", reason="because I can")
    ask = gate.Ask(service(account.id, account.name), "person.join", None, clock.now())
    assert gate.CONDITIONS["step-up"].check(ask) is not None


def test_the_token_is_shown_once_and_kept_by_nobody(
    owner: world.Somebody, account: Account, database: str, auditor: Any
) -> None:
    token = token_of(owner, account)
    with db.connect(db.APP, database) as conn:
        kept = repr(conn.execute("select * from service_key").fetchall())
    assert token not in kept + repr(auditor("service.issue-key"))
    assert token.removeprefix("ows.") not in kept


def test_only_the_owner_sees_a_token(admin: world.Somebody, owner: world.Somebody, account: Account) -> None:
    with pytest.raises(Denied):
        service_keys.issue_key(admin.actor, account.id, label="mine")
    with pytest.raises(Denied):
        service_keys.issue_key(world.person().actor, account.id, label="mine")


def test_rotation_overlaps_and_then_the_former_key_is_over(
    owner: world.Somebody, account: Account, hands: Hands
) -> None:
    first = token_of(owner, account)
    hands.forward(minutes=1)
    second = token_of(owner, account, "second")
    assert program_entry.actor_of(first) is not None
    assert program_entry.actor_of(second) is not None
    hands.forward(hours=72)
    assert program_entry.actor_of(first) is None
    assert program_entry.actor_of(second) is not None


def test_of_three_keys_the_oldest_ends_at_once(owner: world.Somebody, account: Account, hands: Hands) -> None:
    tokens = []
    for label in ("first", "second", "third"):
        tokens.append(token_of(owner, account, label))
        hands.forward(seconds=5)
    assert [program_entry.actor_of(token) is not None for token in tokens] == [False, True, True]


def test_every_key_ends_by_itself_and_never_after_its_account(
    admin: world.Somebody, owner: world.Somebody, hands: Hands
) -> None:
    short = opened(admin, owner, hands, "svc-short", ends_at=hands.time + timedelta(days=10))
    assert (
        service_keys.issue_key(owner.actor, short.id, label="a").ends_at
        == (hands.time + timedelta(days=10)).isoformat()
    )
    token = token_of(owner, opened(admin, owner, hands, "svc-long"))
    hands.forward(days=89)
    assert program_entry.actor_of(token) is not None
    hands.forward(days=1)
    assert program_entry.actor_of(token) is None


def test_an_ended_key_stops_at_once_and_its_last_use_is_known(
    admin: world.Somebody, owner: world.Somebody, account: Account, hands: Hands
) -> None:
    token = token_of(owner, account)
    program_entry.actor_of(token)
    (seen,) = service_accounts.list_services(owner.actor)
    assert seen.used_at == hands.time
    (key,) = service_accounts.read_service(owner.actor, account.id).keys
    assert key.seen_at == hands.time
    service_keys.end_key(admin.actor, key.id)
    assert program_entry.actor_of(token) is None
    with pytest.raises(Refused):
        service_keys.end_key(owner.actor, key.id)


@pytest.mark.parametrize("token", ["ows.", "ows.nonsense", "owp.", "owp.AAAA", "owp.é", "ows." + "A" * 190, ""])
def test_nonsense_is_nobody(token: str) -> None:
    assert program_entry.actor_of(token) is None


def test_the_owner_leaves_a_case_runs_seven_days_and_then_it_is_off(
    admin: world.Somebody, owner: world.Somebody, account: Account, hands: Hands
) -> None:
    token = token_of(owner, account)
    iam.leave_person(admin.actor, owner.id)
    assert duty("service-transfer", account) == [("open", None)]
    hands.forward(days=6)
    service_upkeep.sweep_services(hands.time)
    assert program_entry.actor_of(token) is not None
    assert broken() == []
    hands.forward(days=1)
    assert program_entry.actor_of(token) is not None
    service_upkeep.sweep_services(hands.time)
    assert status(account) == "suspended"
    assert program_entry.actor_of(token) is None


def test_another_owner_ends_the_case_and_gives_new_keys(
    admin: world.Somebody, owner: world.Somebody, account: Account, hands: Hands
) -> None:
    token = token_of(owner, account)
    iam.leave_person(admin.actor, owner.id)
    hands.forward(days=8)
    service_upkeep.sweep_services(hands.time)
    fresh(admin)
    heir = world.activated()
    service_accounts.transfer_service(admin.actor, account.id, owner_id=heir.id)
    assert (status(account), duty("service-transfer", account)) == ("active", [("fulfilled", None)])
    assert program_entry.actor_of(token) is None, "its former owner may know it"
    assert program_entry.actor_of(token_of(heir, account)) is not None


def test_an_orphan_without_a_case_is_noticed(
    admin: world.Somebody, owner: world.Somebody, account: Account, hands: Hands, database: str
) -> None:
    assert broken() == []
    iam.leave_person(admin.actor, owner.id)
    assert broken() == []
    hands.forward(days=9)
    assert broken() == [account.ref]


@pytest.mark.parametrize("way", ["password", "otp", "recovery", "passkey", "activation", "sign-in"])
def test_nobody_ever_signs_in_with_one(
    admin: world.Somebody, owner: world.Somebody, account: Account, hands: Hands, way: str
) -> None:
    hands.forward(minutes=1)
    ways: dict[str, Any] = {
        "password": lambda: iam.change(owner.actor, account.id, current_password="", password="Orange-Kettle4-Drizzle"),
        "otp": lambda: iam.enrol_otp(owner.actor, account.id),
        "recovery": lambda: iam.renew_recovery(owner.actor, account.id),
        "passkey": lambda: iam.register_passkey(owner.actor, account.id, ticket="x" * 43, credential="{}", label="x"),
        "activation": lambda: iam.issue_again(admin.actor, account.id, purpose="password"),
        "sign-in": lambda: iam.sign_in(account.name, world.PASSWORD, source=world.HERE),
    }
    with pytest.raises(Refused):
        ways[way]()


def test_an_id_is_never_given_again_and_follows_its_form(
    admin: world.Somebody, owner: world.Somebody, account: Account, hands: Hands
) -> None:
    service_accounts.close_service(admin.actor, account.id)
    with pytest.raises(Conflict):
        opened(admin, owner, hands)
    for name in ("backup", "svc-", "svc-X1", "svc-a.b", "svc--", "ama.mensah"):
        with pytest.raises(Malformed):
            opened(admin, owner, hands, name)


def test_an_owner_is_somebody_who_is_here_and_not_oneself(admin: world.Somebody, hands: Hands) -> None:
    joining = world.person()
    with pytest.raises(Refused, match="who is here"):
        opened(admin, joining, hands, "svc-one")
    with pytest.raises(Refused, match="himself"):
        opened(admin, admin, hands, "svc-two")


def test_it_always_ends(admin: world.Somebody, owner: world.Somebody, account: Account, hands: Hands) -> None:
    for days in (0, -1, 400):
        with pytest.raises(Refused, match="ends"):
            opened(admin, owner, hands, f"svc-late{days + 2}", ends_at=hands.time + timedelta(days=days))
    token = token_of(owner, account)
    hands.forward(days=89)
    service_accounts_end = hands.time + timedelta(hours=1)
    fresh(admin)
    service_accounts.amend_service(admin.actor, account.id, ends_at=service_accounts_end)
    program_entry.LIVE.forget(program_entry.handle_of(token))
    hands.forward(hours=1)
    assert program_entry.actor_of(token) is None
    service_upkeep.sweep_services(hands.time)
    assert status(account) == "suspended"


def test_a_key_near_its_end_asks_its_owner_once(owner: world.Somebody, account: Account, hands: Hands) -> None:
    token_of(owner, account)
    hands.forward(days=77)
    for _ in range(2):
        service_upkeep.sweep_services(hands.time)
    assert duty("service-key-rotation", account) == [("open", owner.id)]
    fresh(owner)
    token_of(owner, account, "second")
    assert duty("service-key-rotation", account) == [("fulfilled", owner.id)]


def test_roles_stay_within_the_accounts_scope_and_time(
    admin: world.Somebody, owner: world.Somebody, hands: Hands
) -> None:
    site = world.site("cotonou")
    local = opened(admin, owner, hands, "svc-local", scope=site)
    with pytest.raises(Refused, match="stay within"):
        service_accounts.give_service_role(admin.actor, local.id, role="program-monitor", scope="house", reason="wider")
    held = service_accounts.give_service_role(admin.actor, local.id, role="program-monitor", reason="for the wall")
    assert (held.scope, held.ends_at) == (site, local.ends_at)
    with pytest.raises(Conflict):
        service_accounts.give_service_role(admin.actor, local.id, role="program-monitor", reason="again")


def test_a_closed_one_has_neither_keys_nor_roles(
    admin: world.Somebody, owner: world.Somebody, account: Account
) -> None:
    token = token_of(owner, account)
    service_accounts.give_service_role(admin.actor, account.id, role="program-monitor", reason="for the wall")
    service_accounts.close_service(admin.actor, account.id)
    assert program_entry.actor_of(token) is None
    view = service_accounts.read_service(admin.actor, account.id)
    assert (view.status, view.roles) == ("revoked", ())
    with pytest.raises(Refused, match="for good"):
        service_accounts.transfer_service(admin.actor, account.id, owner_id=world.activated().id)


def test_members_see_their_own_only(admin: world.Somebody, owner: world.Somebody, account: Account) -> None:
    other = world.activated()
    assert [one.name for one in service_accounts.list_services(owner.actor)] == ["svc-monitor"]
    assert service_accounts.list_services(other.actor) == []
    with pytest.raises((Denied, NotFound)):
        service_accounts.read_service(other.actor, account.id)


def test_opening_needs_a_fresh_factor(admin: world.Somebody, owner: world.Somebody, hands: Hands) -> None:
    hands.forward(minutes=11)
    with pytest.raises(StepUpNeeded):
        opened(admin, owner, hands, "svc-late")
