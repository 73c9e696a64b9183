"""What the tests of directories share: a platform with its directory, accounts bound to entries, and what a look found."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import select

import iam
from iam.directory import bindings, cycle, registry
from iam.directory.models import Deviation, Directory, DirectoryEntry
from iam.people.models import Account, Platform
from kernel import clock, db
from tests import world
from tests.iam.directory.changes import change


@dataclass
class Governed:
    """A directory that the house governs, and who administers it."""

    admin: world.Somebody
    directory: Directory
    platform: str

    def look(self, **more: Any) -> cycle.Outcome:
        done = cycle.look(self.directory.id, clock.now(), **more)
        assert done is not None
        return done

    def group(self, name: str, role: str | None, groups: dict[str, str]) -> UUID:
        """Make a group of the directory a right of a role."""
        made = registry.govern_group(
            self.admin.actor, self.directory.id, external_id=groups[name], name=name, role=role
        )
        return made.id

    def account(self, who: world.Somebody, name: str, **more: Any) -> UUID:
        """Someone's account on this platform, as the registry has it."""
        told = {"person_id": who.id, "platform": self.platform, "name": name, "status": "active", **more}
        return change(lambda work: work.add(Account(made_at=work.now, **told))).id

    def bind(self, account_id: UUID, name: str) -> str:
        """Bind an account to the entry of a name, as the directory last showed it."""
        with db.read_session() as session:
            asked = select(DirectoryEntry).where(
                DirectoryEntry.directory_id == self.directory.id, DirectoryEntry.name == name
            )
            key = session.scalars(asked).one().external_id
        bindings.bind_account(self.admin.actor, account_id, external_id=key)
        return key

    def open_cases(self) -> list[tuple[str, str]]:
        """What is open, as kind and the name that was found."""
        with db.read_session() as session:
            asked = select(Deviation).where(Deviation.platform == self.platform, Deviation.state == "open")
            return sorted((one.kind, one.detail.get("name", "")) for one in session.scalars(asked))

    def case(self, kind: str, state: str = "open") -> Deviation:
        with db.read_session() as session:
            asked = select(Deviation).where(
                Deviation.platform == self.platform, Deviation.kind == kind, Deviation.state == state
            )
            return session.scalars(asked.order_by(Deviation.found_at.desc())).first()


def governed(
    kind: str, url: str, authority: str, bind: tuple[str, str], people: str, groups: str, **more: Any
) -> Governed:
    """Add a platform and its directory by the real actions."""
    admin = world.person(role="it-admin")
    slug = {"ldap": "openldap", "active-directory": "ad"}[kind]
    platform: Platform = iam.add_platform(
        admin.actor, slug=slug, label=slug, kind=kind, pattern=r"[a-z]+(\.[a-z]+)?[0-9]*",
        forms=["{given}.{family}"], **more,
    )  # fmt: skip
    directory = registry.add_directory(
        admin.actor, platform=platform.slug, url=url, bind_dn=bind[0], password=bind[1], people=people, groups=groups,
        authority=authority,
    )  # fmt: skip
    return Governed(admin, directory, slug)
