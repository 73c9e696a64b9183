"""Programs with key pairs: a signature for this house, this second, once, is a pass for minutes. [AC-4, ID-1]"""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from iam.people.models import Account
from iam.services import accounts as service_accounts
from iam.services import keys as service_keys
from iam.services import program_entry
from kernel import clock, db
from kernel.errors import OmniError, Refused
from tests import world
from tests.iam.conftest import Hands
from tests.iam.entry.test_passkey_entry import held_back
from tests.iam.services.test_service_accounts import opened

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def admin(database: str, hands: Hands) -> world.Somebody:
    return world.person(role="it-admin")


@pytest.fixture
def owner(database: str, hands: Hands) -> world.Somebody:
    return world.activated()


@pytest.fixture
def account(admin: world.Somebody, owner: world.Somebody, hands: Hands) -> Account:
    return opened(admin, owner, hands)


class Pair:
    """A program that holds a private key, and signs as it should unless told otherwise."""

    def __init__(self, owner: world.Somebody, account: Account) -> None:
        self.key = Ed25519PrivateKey.generate()
        public = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        issued = service_keys.issue_key(owner.actor, account.id, label="pair", public_key=public)
        assert issued.token is None
        self.id = issued.id
        self.count = 0

    def enter(
        self, *, stamp: int | None = None, nonce: str | None = None, message: bytes | None = None
    ) -> program_entry.Pass:
        self.count += 1
        at = stamp if stamp is not None else int(clock.now().timestamp())
        once = nonce or f"nonce-number-{self.count:08d}"
        signed = self.key.sign(message or program_entry.message(self.id, at, once))
        return program_entry.check_signature(
            program_entry.CLERK, key_id=self.id, stamp=at, nonce=once,
            signature=base64.urlsafe_b64encode(signed).decode().rstrip("="), source=world.THERE,
        )  # fmt: skip


@pytest.fixture
def pair(owner: world.Somebody, account: Account) -> Pair:
    return Pair(owner, account)


def test_who_signs_gets_a_pass_for_minutes(pair: Pair, account: Account, hands: Hands) -> None:
    made = pair.enter()
    program = program_entry.actor_of(made.token)
    assert program is not None
    assert program.ref == f"account:{account.id}"
    hands.forward(minutes=15)
    assert program_entry.actor_of(made.token) is None


def test_a_pass_ends_with_its_key(pair: Pair, admin: world.Somebody) -> None:
    made = pair.enter()
    service_keys.end_key(admin.actor, pair.id)
    assert program_entry.actor_of(made.token) is None
    with pytest.raises(Refused, match="opens nothing"):
        pair.enter()


def test_the_poll_reads_only_the_keys_that_changed(
    pair: Pair, owner: world.Somebody, account: Account, admin: world.Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Pair(owner, account)
    passes = [one.enter().token for one in (pair, other)]
    known, read = program_entry.LIVE, []
    usual = known._read
    monkeypatch.setattr(known, "_read", lambda conn, handles: read.extend(handles) or usual(conn, handles))
    for _first_noted_then_known in range(2):
        assert all(program_entry.actor_of(one) for one in passes)
    before = dict(known._known)
    service_keys.end_key(admin.actor, pair.id)
    known._known.update(before)  # as another process has them in memory
    read.clear()
    with db.connection() as conn:
        known.confirm(conn)
        assert len(read) == 1, "the ended key alone"
        read.clear()
        known.confirm(conn)
    assert read == [], "nothing changed since"
    assert [program_entry.actor_of(one) is None for one in passes] == [True, False]
    service_accounts.close_service(admin.actor, account.id)
    known._known.update(before)
    with db.connection() as conn:
        known.confirm(conn)
    assert program_entry.actor_of(passes[1]) is None, "its account is closed"


def test_a_signature_is_good_once(pair: Pair) -> None:
    pair.enter(nonce="the-very-same-nonce")
    with pytest.raises(Refused, match="opens nothing"):
        pair.enter(nonce="the-very-same-nonce")


@pytest.mark.parametrize("seconds", [-61, 61, 86_400, -(10**9), 2**62])
def test_a_signature_of_another_time_is_refused(pair: Pair, hands: Hands, seconds: int) -> None:
    with pytest.raises(Refused, match="opens nothing"):
        pair.enter(stamp=int(hands.time.timestamp()) + seconds)


def test_another_houses_signature_is_refused(pair: Pair, hands: Hands) -> None:
    stamp = int(hands.time.timestamp())
    other = f"omniwarden-service-v1\nhttps://other.example\n{pair.id}\n{stamp}\nnonce-number-1234".encode()
    with pytest.raises(Refused, match="opens nothing"):
        pair.enter(nonce="nonce-number-1234", message=other)


def test_a_public_key_is_no_token(pair: Pair) -> None:
    raw = pair.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    assert program_entry.actor_of("ows." + raw.hex()) is None
    assert program_entry.actor_of(raw.hex()) is None


def test_only_public_ed25519_keys_are_taken(owner: world.Somebody, account: Account) -> None:
    private = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    for text in (private, "A" * 44, "x" * 50, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "é" * 44):
        with pytest.raises(Refused) as caught:
            service_keys.issue_key(owner.actor, account.id, label="bad", public_key=text)
        assert text[30:60] not in caught.value.why


def test_one_public_key_serves_one_account(
    pair: Pair, owner: world.Somebody, admin: world.Somebody, hands: Hands
) -> None:
    other = opened(admin, owner, hands, "svc-other")
    public = pair.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    with pytest.raises(OmniError):
        service_keys.issue_key(owner.actor, other.id, label="again", public_key=public)


def test_a_flood_of_wrong_signatures_is_held_back(pair: Pair) -> None:
    assert held_back(lambda: pair.enter(message=b"something else"), 30)
