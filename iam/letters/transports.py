"""How letters leave: a mail relay (SMTP), an SMS gateway (HTTP) or an operator (SMPP), and the demonstration house's own spool. [ID-5]"""

import json
import os
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import httpx

from iam.letters import receipts
from iam.letters.envelope import Envelope
from iam.letters.models import MAIL, SMS
from iam.letters.smpp import pdu
from iam.letters.smpp.operator import Operator
from iam.letters.smpp.session import Line
from kernel.errors import Unavailable
from kernel.settings import settings

TIMEOUT = 15.0
_LOCAL = ("127.0.0.1", "::1", "localhost")


class Transport(Protocol):
    """Something that takes a letter away."""

    def send(self, envelope: Envelope) -> str:
        """Send it and return what the carrier answered. Raises Unavailable where it did not take it."""
        ...


@dataclass(frozen=True, slots=True)
class Relay:
    """A mail relay: smtps:// speaks TLS at once, smtp:// asks for it and only on this machine goes without."""

    url: str
    sender: str

    def send(self, envelope: Envelope) -> str:
        """Send a mail; its Message-ID is the letter's id, so a repetition can be told."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, envelope.address, envelope.subject
        message["Message-ID"] = f"<{envelope.id}@{self.sender.rpartition('@')[2] or 'localhost'}>"
        message.set_content(envelope.body.get_secret_value())
        try:
            with self._connected() as relay:
                refused = relay.send_message(message)
        except (smtplib.SMTPException, OSError) as lost:
            raise Unavailable(f"The mail relay did not take the letter ({type(lost).__name__}).") from lost
        return "accepted" if not refused else "refused"

    def _connected(self) -> smtplib.SMTP:
        at = urlsplit(self.url)
        host, context = at.hostname or "localhost", ssl.create_default_context()
        if at.scheme == "smtps":
            relay: smtplib.SMTP = smtplib.SMTP_SSL(host, at.port or 465, timeout=TIMEOUT, context=context)
        else:
            relay = smtplib.SMTP(host, at.port or 587, timeout=TIMEOUT)
            relay.ehlo()
            if relay.has_extn("starttls"):
                relay.starttls(context=context)
            elif host not in _LOCAL:
                relay.close()
                raise Unavailable("The mail relay offers no encryption, so nothing is sent to it.")
        if at.username:
            relay.login(unquote(at.username), unquote(at.password or ""))
        return relay


@dataclass(frozen=True, slots=True)
class Gateway:
    """An SMS gateway: POST {"to", "text", "reference"} as JSON with a bearer token; any 2xx means taken."""

    url: str
    token: str

    def send(self, envelope: Envelope) -> str:
        """Send a text message; the reference is the letter's id, so a repetition can be told."""
        at = urlsplit(self.url)
        if at.scheme != "https" and at.hostname not in _LOCAL:
            raise Unavailable("The SMS gateway's address is not https, so nothing is sent to it.")
        content = {
            "to": envelope.address,
            "text": envelope.body.get_secret_value(),
            "reference": str(envelope.id),
        }
        try:
            answer = httpx.post(
                self.url, json=content, headers={"Authorization": f"Bearer {self.token}"}, timeout=TIMEOUT
            )
            answer.raise_for_status()
        except httpx.HTTPError as lost:
            raise Unavailable(f"The SMS gateway did not take the letter ({type(lost).__name__}).") from lost
        return f"HTTP {answer.status_code}"


@dataclass(frozen=True, slots=True)
class Spool:
    """The demonstration house's folder of letters, shown on its own page; never used by a real one."""

    folder: Path

    def send(self, envelope: Envelope) -> str:
        """Lay the letter down in a file only we can read; whoever looks sees it whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        begun = self.folder / f"{envelope.id}.part"
        with os.fdopen(os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(
                {
                    "channel": envelope.channel,
                    "address": envelope.address,
                    "subject": envelope.subject,
                    "body": envelope.body.get_secret_value(),
                },
                file,
            )
        begun.replace(self.folder / f"{envelope.id}.json")
        return "spool"

    def letters(self) -> list[dict[str, str]]:
        """Return the letters laid down, newest first."""
        found = sorted(self.folder.glob("*.json"), reverse=True) if self.folder.is_dir() else []
        return [json.loads(path.read_text(encoding="utf-8")) for path in found]


def spool() -> Spool:
    """Return the demonstration house's spool."""
    return Spool(settings.state_folder / "spool")


@cache
def operator(url: str, sender: str, bind: str, rate: int, *, private: bool) -> Operator:
    """Return this process's one session with the operator at an address like smpps://system_id:password@host:port/system_type.

    Raises Unavailable for a line that nothing encrypts beyond this machine. [PW-4]
    """
    at = urlsplit(url)
    secure = at.scheme == "smpps"
    if not secure and not private and at.hostname not in _LOCAL:
        raise Unavailable("The way to the SMS operator is not encrypted, so nothing is sent to it.")
    line = Line(
        at.hostname or "localhost",
        at.port or (3550 if secure else 2775),
        unquote(at.username or ""),
        unquote(at.password or ""),
        unquote(at.path.lstrip("/")),
        ssl.create_default_context() if secure else None,
        pdu.TRANSMITTER if bind == "transmitter" else pdu.TRANSCEIVER,
    )
    return Operator(line, sender, rate, receipts.heard)


def transport_for(channel: str) -> Transport | None:
    """Return how a channel's letters leave, or None where nothing is set up for it."""
    if settings.demo:
        return spool()
    if channel == MAIL:
        return Relay(settings.smtp_url, settings.mail_from) if settings.smtp_url else None
    if settings.sms_url.startswith(("smpp://", "smpps://")):
        chosen = settings
        return operator(chosen.sms_url, chosen.sms_sender, chosen.sms_bind, chosen.sms_rate, private=chosen.sms_private)
    return Gateway(settings.sms_url, settings.sms_token) if settings.sms_url else None


def hear_operator() -> None:
    """Bind to the operator where one is set, so that receipts that wait there can come. Raises Unavailable where it is not there."""
    transport = transport_for(SMS)
    if isinstance(transport, Operator):
        transport.bound()
