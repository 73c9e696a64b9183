"""Twelve kinds of drift, each made behind our back in a real directory of either kind."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import select

from iam.credentials.models import Totp
from iam.directory.connection import ADD, REPLACE, Link
from iam.directory.entries import ACTIVE_DIRECTORY, LOCKED_FOR_GOOD
from iam.people.models import Account
from kernel import clock, db
from kernel.actor import person as acting
from tests import world
from tests.iam.directory.changes import change
from tests.iam.directory.house import Governed

PEOPLE_WITH_ACCOUNTS = (
    "afi.extra", "ama.lacking", "kofi.left", "zoe.factorless", "odd_name", "yao.reused", "abla.stopped", "edem.named",
    "efua.moved", "koku.quiet",
)  # fmt: skip
TWELVE = {
    "unknown-account": "sam.stranger",
    "extra-right": "afi.extra",
    "missing-right": "ama.lacking",
    "re-enabled-leaver": "kofi.left",
    "shared-id": "support",
    "no-otp": "zoe.factorless",
    "old-secret": "zoe.factorless",
    "bad-name": "odd_name",
    "reused-id": "yao.reused",
    "disabled-elsewhere": "abla.stopped",
    "renamed": "edem.other",
    "attributes-differ": "efua.moved",
}


@dataclass
class Behind:
    """Somebody with power over the directory, who does not ask us."""

    link: Link

    @property
    def is_ad(self) -> bool:
        return self.link.door.kind == ACTIVE_DIRECTORY

    def dn(self, name: str) -> str:
        return f"{'CN' if self.is_ad else 'uid'}={name},{self.link.door.people}"

    def add(self, name: str, given: str = "", family: str = "", mail: str = "") -> None:
        """Add a user who can sign in."""
        told: dict[str, Any] = {
            "givenName": given or "Sam",
            "sn": family or "Stranger",
            "mail": mail or f"{name}@example.com",
        }
        if self.is_ad:
            secret = '"Violet-Tractor9"'.encode("utf-16-le")
            more = {"sAMAccountName": name, "unicodePwd": secret, "userAccountControl": 512}
            self.link.add(self.dn(name), ["top", "person", "organizationalPerson", "user"], told | more)
        else:
            self.link.add(
                self.dn(name), ["inetOrgPerson"], told | {"uid": name, "cn": name, "userPassword": "Violet-Tractor9"}
            )

    def add_group(self, name: str) -> None:
        if self.is_ad:
            self.link.add(f"CN={name},{self.link.door.groups}", ["top", "group"], {"sAMAccountName": name})
        else:
            told = {"cn": name, "member": self.link.door.bind_dn}
            self.link.add(f"cn={name},{self.link.door.groups}", ["groupOfNames"], told)

    def remove(self, name: str) -> None:
        self.link._bounded(self.link._connection.delete, self.dn(name))

    def lock(self, name: str, locked: bool = True) -> None:
        if self.is_ad:
            self.link.modify(self.dn(name), {"userAccountControl": [(REPLACE, ["514" if locked else "512"])]})
        else:
            self.link.modify(self.dn(name), {"pwdAccountLockedTime": [(REPLACE, [LOCKED_FOR_GOOD] if locked else [])]})

    def join(self, name: str, group: str) -> None:
        self.link.modify(f"cn={group},{self.link.door.groups}", {"member": [(ADD, [self.dn(name)])]})

    def write(self, name: str, attribute: str, value: str) -> None:
        self.link.modify(self.dn(name), {attribute: [(REPLACE, [value])]})

    def rename(self, name: str, new: str) -> None:
        if self.is_ad:
            self.write(name, "sAMAccountName", new)
        else:
            self.link.rename(self.dn(name), f"uid={new}")


def furnish(house: Governed, behind: Behind, groups: Callable[[], dict[str, str]]) -> dict[str, world.Somebody]:
    """Have everything in order: entries, accounts bound to them, second factors, two groups that are rights."""
    for name in ("supervisors", "trainers"):
        behind.add_group(name)
    house.group("supervisors", "supervisor", groups())
    house.group("trainers", "trainer", groups())
    people = {}
    for name in PEOPLE_WITH_ACCOUNTS:
        who = people[name] = world.person(given_name=name.partition(".")[0].title(), family_name="Mensah")
        behind.add(name, name.partition(".")[0].title(), "Mensah", who.email)
        strong(who.account_id)
        house.account(who, name)
    house.look(whole=True)
    from iam.directory.bindings import import_entries

    import_entries(house.admin.actor, house.directory.id)
    house.look(whole=True)
    return people


def strong(account_id: UUID) -> None:
    """Pair an authenticator, as the registry keeps it."""
    change(
        lambda work: work.add(
            Totp(
                account_id=account_id,
                person_id=work.get(Account, account_id).person_id,
                sealed=b"x",
                made_at=work.now,
                confirmed_at=work.now,
            )
        )
    )


def weak(account_id: UUID) -> None:
    def end(work: Any) -> None:
        work.session.query(Totp).filter_by(account_id=account_id).one().ended_at = work.now

    change(end)


def inject(house: Governed, behind: Behind, people: dict[str, world.Somebody]) -> None:
    """Make eleven kinds at once; the twelfth, a secret too old, comes by time alone."""
    import iam

    iam.leave_person(again(house.admin).actor, people["kofi.left"].id)
    iam.leave_person(again(house.admin).actor, people["yao.reused"].id)
    iam.give_role(world.SETUP, person_id=people["ama.lacking"].id, role="trainer", reason="for the test")
    weak(people["zoe.factorless"].account_id)
    behind.remove("yao.reused")
    behind.add("yao.reused")
    behind.add("sam.stranger")
    behind.add("support")
    behind.join("afi.extra", "supervisors")
    behind.lock("abla.stopped")
    behind.rename("edem.named", "edem.other")
    behind.write("efua.moved", "mail", "elsewhere@example.org")
    behind.lock("kofi.left")
    behind.lock("kofi.left", locked=False)


def put_all_right(house: Governed) -> list[str]:
    """Have every case put right that a write to the directory can; return the kinds that were."""
    from iam.directory import corrections
    from iam.directory.models import Deviation

    with db.read_session() as session:
        cases = list(session.scalars(select(Deviation).where(Deviation.state == "open")))
    done = [case for case in cases if corrections.can_correct(case)]
    for case in done:
        corrections.correct_deviation(again(house.admin).actor, case.id)
        corrections.put_right(deviation_id=str(case.id))
    return sorted({case.kind for case in done})


def again(admin: world.Somebody) -> world.Somebody:
    """The administrator, who has just shown the second factor again."""
    admin.actor = acting(admin.id, admin.name, factor_at=clock.now())
    return admin
