"""From two letters to a first session: each step once, in order, in time, by nobody else. [ID-5, PW-1, PW-4, PW-5]"""

from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest

import iam
from iam.entry import activations
from iam.entry.entering import Entered
from iam.entry.signin import FactorNeeded
from kernel import db
from kernel.errors import Busy, Conflict, Denied, NotFound, OmniError, Refused
from tests import world
from tests.iam.conftest import Hands

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def ama(database: str, hands: Hands) -> world.Somebody:
    return world.person()


def code_of(somebody: world.Somebody) -> str:
    return world.code_in(world.deliver().last_to(somebody.phone))


def opened(somebody: world.Somebody) -> activations.Opened:
    return iam.open_code(somebody.user_name, code_of(somebody), source=world.HERE)


def test_user_id_by_mail_code_by_text_message_and_never_together(ama: world.Somebody) -> None:
    carrier = world.deliver()
    mail, text = carrier.last_to(ama.email), carrier.last_to(ama.phone)
    code = world.code_in(text)
    assert ama.user_name in mail
    assert code not in mail
    assert ama.user_name not in text
    with pytest.raises(AssertionError):
        world.code_in(mail)


def test_both_deliveries_are_on_record_and_the_text_is_gone(ama: world.Somebody, database: str) -> None:
    code = code_of(ama)
    with db.connect(db.APP, database) as conn:
        receipts = conn.execute("select purpose, channel, address, carrier from receipt order by channel").fetchall()
        letters = conn.execute("select state, sealed from letter").fetchall()
    assert receipts == [("user-id", "mail", ama.email, "kept"), ("code", "sms", ama.phone, "kept")]
    assert letters == [("sent", None), ("sent", None)]
    assert iam.open_code(ama.user_name, code, source=world.HERE).needs == ("password", "otp")


def test_nobody_inside_can_read_a_waiting_code(ama: world.Somebody, database: str, hands: Hands) -> None:
    """Not in the tables, not on the ledger, not through any action of an administrator."""
    admin = world.person(role="it-admin")
    with db.connect("none", database) as conn:
        tables = [
            r[0] for r in conn.execute("select tablename from pg_tables where schemaname in ('public', 'ledger')")
        ]
        schema = {r[0]: r[1] for r in conn.execute("select tablename, schemaname from pg_tables")}
        everything = "".join(repr(conn.execute(f'select * from "{schema[t]}"."{t}"').fetchall()) for t in tables)
    code = code_of(ama)
    assert code not in everything
    assert code.replace("-", "") not in everything
    letters = iam.waiting_letters(admin.actor)
    assert all(not {"sealed", "address", "body"} & set(letter.model_dump()) for letter in letters)
    with db.read_session() as session:
        from sqlmodel import select

        from iam.letters.models import Letter

        letter = session.scalars(select(Letter)).first()
    assert letter is not None
    with pytest.raises(Denied):
        iam.open_letter(admin.actor, letter.id)


def test_the_whole_way_in(ama: world.Somebody, hands: Hands) -> None:
    step = opened(ama)
    assert (step.name, step.user_name) == (ama.name, ama.user_name)
    assert iam.choose_password(step.ticket, world.PASSWORD) is True
    enrolment = iam.begin_enrolment(step.ticket)
    finished = iam.finish(step.ticket, pyotp.TOTP(enrolment.secret).at(hands.time), source=world.HERE)
    assert len(finished.codes) == 10
    signed = iam.who(finished.entered.token)
    assert signed is not None
    assert iam.my_account(signed.actor).person.status == "active"
    hands.forward(seconds=31)
    ama.password, ama.otp = world.PASSWORD, enrolment.secret
    assert ama.sign_in().person_id == ama.id


def test_a_code_is_good_once(ama: world.Somebody) -> None:
    code = code_of(ama)
    iam.open_code(ama.user_name, code, source=world.HERE)
    with pytest.raises(Refused):
        iam.open_code(ama.user_name, code, source=world.HERE)


def test_of_two_who_use_a_code_at_once_one_gets_in(ama: world.Somebody) -> None:
    code = code_of(ama)

    def use(number: int) -> object:
        try:
            return iam.open_code(ama.user_name, code, source=iam.Source(address=f"192.0.2.{number}"))
        except (Refused, Conflict) as error:
            return error

    with ThreadPoolExecutor(3) as pool:
        outcomes = [type(o).__name__ for o in pool.map(use, range(3))]
    assert sorted(outcomes) == ["Opened", "Refused", "Refused"]


def test_a_code_runs_out(ama: world.Somebody, hands: Hands) -> None:
    code = code_of(ama)
    hands.forward(hours=24)
    with pytest.raises(Refused):
        iam.open_code(ama.user_name, code, source=world.HERE)


def test_a_new_code_voids_the_former_one(ama: world.Somebody, hands: Hands) -> None:
    admin = world.person(role="it-admin")
    former = code_of(ama)
    iam.issue_again(admin.actor, ama.account_id, purpose="join")
    with pytest.raises(Refused):
        iam.open_code(ama.user_name, former, source=world.HERE)
    assert opened(ama).user_name == ama.user_name


def test_a_letter_that_has_not_left_is_taken_back(ama: world.Somebody, hands: Hands, database: str) -> None:
    admin = world.person(role="it-admin")
    iam.issue_again(admin.actor, ama.account_id, purpose="join")
    texts = [e for e in world.deliver().sent if e.address == ama.phone]
    assert len(texts) == 1
    with db.connect(db.APP, database) as conn:
        assert conn.execute("select count(*) from letter where state = 'void' and sealed is null").fetchone() == (2,)


@pytest.mark.parametrize("name", ["ama", "nobody.here", "ADMIN", ""])
def test_a_wrong_name_or_code_gets_the_one_answer(ama: world.Somebody, name: str) -> None:
    code = code_of(ama)
    with pytest.raises(Refused) as wrong_name:
        iam.open_code(name, code, source=world.THERE)
    with pytest.raises(Refused) as wrong_code:
        iam.open_code(ama.user_name, "ZZZZZ-ZZZZZ", source=world.HERE)
    assert wrong_name.value.why == wrong_code.value.why == activations.NO


def test_guessing_codes_is_held_back(ama: world.Somebody) -> None:
    code_of(ama)
    outcomes: list[OmniError] = []
    for n in range(10):
        with pytest.raises((Refused, Busy)) as caught:
            iam.open_code(ama.user_name, f"ZZZZZ-ZZZZ{n % 8 + 2}", source=world.THERE)
        outcomes.append(caught.value)
    assert sum(isinstance(o, Refused) for o in outcomes) == 6


@pytest.mark.parametrize("password", ["sh0Rt!x", "Passw0rd", "alllowercase but long 1"])
def test_the_rules_hold_at_the_first_password(ama: world.Somebody, password: str, auditor) -> None:
    step = opened(ama)
    with pytest.raises(Refused) as caught:
        iam.choose_password(step.ticket, password)
    assert caught.value.clause in {"PW-1", "PW-2"}
    entry = auditor("activation.password")[-1]
    assert entry["outcome"] == "refused"
    assert password not in repr(entry)
    assert iam.choose_password(step.ticket, world.PASSWORD) is True


def test_a_password_tied_to_the_person_is_refused(database: str, hands: Hands) -> None:
    afi = world.person(given_name="Akossiwa", family_name="Agbodjan")
    step = opened(afi)
    for password in (
        "Xy7-Akossiwa-kq",
        "najdobgA-77-Xyz",
        f"Qz-{afi.phone[-8:]}-Tx!",
        "Person.Tx-kq" + afi.email.split("@")[0],
    ):
        with pytest.raises(Refused, match="tied"):
            iam.choose_password(step.ticket, password)


def test_steps_cannot_be_skipped(ama: world.Somebody, hands: Hands) -> None:
    step = opened(ama)
    with pytest.raises(Refused):
        iam.begin_enrolment(step.ticket)
    with pytest.raises(Refused):
        iam.finish(step.ticket, "123456", source=world.HERE)
    iam.choose_password(step.ticket, world.PASSWORD)
    with pytest.raises(Refused):
        iam.finish(step.ticket, "123456", source=world.HERE)
    with pytest.raises(Refused):
        iam.sign_in(ama.user_name, world.PASSWORD, source=world.HERE)


def test_a_wrong_first_code_may_be_tried_again(ama: world.Somebody, hands: Hands) -> None:
    step = opened(ama)
    iam.choose_password(step.ticket, world.PASSWORD)
    secret = iam.begin_enrolment(step.ticket).secret
    with pytest.raises(Refused):
        iam.finish(step.ticket, "000000", source=world.HERE)
    assert iam.finish(step.ticket, pyotp.TOTP(secret).at(hands.time), source=world.HERE).entered.person_id == ama.id
    with pytest.raises(Refused):
        iam.finish(step.ticket, pyotp.TOTP(secret).at(hands.forward(seconds=31)), source=world.HERE)


def test_half_an_hour_is_enough_or_it_is_over(ama: world.Somebody, hands: Hands) -> None:
    step = opened(ama)
    hands.forward(minutes=31)
    with pytest.raises(Refused):
        iam.choose_password(step.ticket, world.PASSWORD)


def test_someone_suspended_half_way_gets_no_further(ama: world.Somebody, hands: Hands) -> None:
    admin, step = world.person(role="it-admin"), opened(ama)
    iam.suspend_person(admin.actor, ama.id)
    with pytest.raises((Refused, NotFound)):
        iam.choose_password(step.ticket, world.PASSWORD)


def test_disclosure_ends_sessions_and_the_secret_and_leads_to_a_new_one(database: str, hands: Hands, auditor) -> None:
    ama = world.activated()
    assert ama.entered is not None
    iam.report_disclosure(ama.actor, ama.account_id, disclosure="suspected")
    assert iam.who(ama.entered.token) is None
    entry = auditor("disclosure.report")[-1]
    assert entry["notes"]["sessions_ended"] == 1
    assert {"session.ended", "password.voided"} <= set(entry["facts"])
    hands.forward(seconds=31)
    with pytest.raises(Refused):
        iam.sign_in(ama.user_name, ama.password, source=world.HERE, proof=ama.proof())
    step = opened(ama)
    assert step.needs == ("password", "otp")
    with pytest.raises(Refused, match="before"):
        iam.choose_password(step.ticket, ama.password)
    assert iam.choose_password(step.ticket, "Orange-Kettle4-Drizzle") is True
    secret = iam.begin_enrolment(step.ticket).secret
    iam.finish(step.ticket, pyotp.TOTP(secret).at(hands.time), source=world.HERE)
    ama.password, former, ama.otp = "Orange-Kettle4-Drizzle", ama.otp, secret
    hands.forward(seconds=31)
    with pytest.raises(Refused):
        iam.sign_in(
            ama.user_name, ama.password, source=world.HERE, proof=iam.Proof(code=pyotp.TOTP(former).at(hands.time))
        )
    assert ama.sign_in().person_id == ama.id


def test_a_lost_password_takes_the_code_and_still_asks_for_the_second_factor(database: str, hands: Hands) -> None:
    admin, ama = world.person(role="it-admin"), world.activated()
    assert ama.entered is not None
    iam.issue_again(admin.actor, ama.account_id, purpose="password")
    assert iam.who(ama.entered.token) is not None, "asking changes nothing: a stranger could ask"
    step = opened(ama)
    assert step.needs == ("password",)
    assert iam.choose_password(step.ticket, "Orange-Kettle4-Drizzle") is False
    assert iam.who(ama.entered.token) is None
    with pytest.raises(Refused):
        iam.begin_enrolment(step.ticket)
    hands.forward(seconds=31)
    ama.password = "Orange-Kettle4-Drizzle"
    found = iam.sign_in(ama.user_name, ama.password, source=world.HERE)
    assert isinstance(found, FactorNeeded), "a new password never stands in for the second factor"
    assert isinstance(iam.give_factor(found.ticket, ama.proof(), source=world.HERE), Entered)


def test_a_lost_authenticator_takes_the_code_and_the_password(database: str, hands: Hands) -> None:
    admin, ama = world.person(role="it-admin"), world.activated()
    iam.issue_again(admin.actor, ama.account_id, purpose="factor")
    code = code_of(ama)
    for password in (None, "Wrong-Tractor9-Mumble"):
        with pytest.raises(Refused):
            iam.open_code(ama.user_name, code, source=world.HERE, password=password)
    step = iam.open_code(ama.user_name, code, source=world.HERE, password=ama.password)
    assert step.needs == ("otp",)
    with pytest.raises(Refused):
        iam.choose_password(step.ticket, "Orange-Kettle4-Drizzle")
    secret = iam.begin_enrolment(step.ticket).secret
    finished = iam.finish(step.ticket, pyotp.TOTP(secret).at(hands.time), source=world.HERE)
    hands.forward(seconds=31)
    with pytest.raises(Refused):
        iam.sign_in(ama.user_name, ama.password, source=world.HERE, proof=ama.proof())
    with pytest.raises(Refused):
        iam.sign_in(ama.user_name, ama.password, source=world.HERE, proof=iam.Proof(recovery=ama.codes[0]))
    ama.otp = secret
    assert ama.sign_in().person_id == ama.id
    assert iam.who(finished.entered.token) is not None


def test_changing_a_password_ends_the_other_sessions(database: str, hands: Hands) -> None:
    ama = world.activated()
    assert ama.entered is not None
    hands.forward(seconds=31)
    other = ama.sign_in()
    with pytest.raises(Refused, match="present password"):
        iam.change(
            ama.actor, ama.account_id, current_password="Wrong-Tractor9-Mumble", password="Orange-Kettle4-Drizzle"
        )
    with pytest.raises(Refused, match="before"):
        iam.change(ama.actor, ama.account_id, current_password=ama.password, password=ama.password)
    iam.change(ama.actor, ama.account_id, current_password=ama.password, password="Orange-Kettle4-Drizzle")
    assert iam.who(other.token) is None
    assert iam.who(ama.entered.token) is not None
    kofi = world.person()
    with pytest.raises(Denied):
        iam.change(kofi.actor, ama.account_id, current_password="x", password="Green-Kettle4-Drizzle")


def test_the_last_four_passwords_do_not_return(database: str, hands: Hands) -> None:
    ama = world.activated()
    words = ["Orange-Kettle4-Drizzle", "Purple-Ladder5-Whistle", "Yellow-Basket6-Thunder", "Silver-Button7-Gallop"]
    for word in words:
        iam.change(ama.actor, ama.account_id, current_password=ama.password, password=word)
        ama.password = word
        hands.forward(minutes=1)
    for word in words:
        with pytest.raises(Refused, match="before"):
            iam.change(ama.actor, ama.account_id, current_password=ama.password, password=word)
    iam.change(ama.actor, ama.account_id, current_password=ama.password, password=world.PASSWORD)
