"""Customers: found or made by the way a channel knows them, and what is remembered of them. [OC-1, OC-5]"""

import re
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session
from sqlmodel import col, select

from contactcenter.models import Client, Contact, ContactIdentity
from kernel.action import Work

DOTS = "••"


def known(
    work: Work,
    client_id: UUID,
    channel: str,
    external_id: str,
    *,
    phone: str | None = None,
    name: str | None = None,
    language: str | None = None,
) -> Contact:
    """Return the contact whom a channel knows by this id, made at the first time; two at once make one."""
    work.session.execute(
        text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"),
        {"key": f"contact {client_id} {channel} {external_id}"},
    )
    found = _found(work.session, client_id, channel, external_id)
    if found is None:
        client = work.get(Client, client_id)
        found = work.add(
            Contact(
                client_id=client.id,
                scope=client.scope,
                name=name,
                phone=phone,
                language=language,
                first_seen=work.now,
            )
        )
        work.session.flush()
        work.add(ContactIdentity(contact_id=found.id, client_id=client.id, channel=channel, external_id=external_id))
    return found


def language_of(session: Session, client_id: UUID, channel: str, external_id: str) -> str | None:
    """Return the language a contact chose before, None for a stranger. [OC-5]"""
    found = _found(session, client_id, channel, external_id)
    return found.language if found else None


def remember_language(contact: Contact, language: str) -> None:
    """Remember the language a contact chose; it wins over any guess. [OC-5]"""
    if contact.language != language:
        contact.language = language


def _found(session: Session, client_id: UUID, channel: str, external_id: str) -> Contact | None:
    return session.scalars(
        select(Contact)
        .join(ContactIdentity, col(ContactIdentity.contact_id) == col(Contact.id))
        .where(
            ContactIdentity.client_id == client_id,
            ContactIdentity.channel == channel,
            ContactIdentity.external_id == external_id,
        )
    ).first()


def masked_phone(number: str | None) -> str:
    """Return a telephone number with its middle hidden, nothing for none: `+229 •• •• 42`."""
    digits = re.sub(r"\D", "", number or "")
    if not digits:
        return ""
    sign = "+" if (number or "").strip().startswith("+") else ""
    return f"{sign}{digits[:3]} {DOTS} {DOTS} {digits[-2:]}" if len(digits) > 6 else f"{DOTS} {digits[-2:]}"  # noqa: PLR2004 - short numbers show two digits


def masked_email(address: str | None) -> str:
    """Return a mail address with its name hidden: `a••@example.com`."""
    name, _, domain = (address or "").partition("@")
    return f"{name[:1]}{DOTS}@{domain}" if domain else ""
