"""The demonstration house's people move in by the same letters and steps as everyone; only its spool shows the code."""

import re

import pyotp
from sqlmodel import col, select

from iam.entry import activations
from iam.entry.entering import Source
from iam.letters import delivery
from iam.letters.models import SMS, Letter
from iam.letters.transports import spool
from kernel import clock
from kernel.db import read_session
from kernel.errors import Denied, NotFound
from kernel.settings import settings

HERE = Source(address="127.0.0.1", agent="")


def move_in(user_name: str, phone: str, password: str) -> str:
    """Activate an account of the demonstration house; returns the authenticator's secret for its page of codes.

    Raises:
        Denied: in a real house. NotFound: when no code waits for this telephone. Refused: as any activation.

    """
    if not settings.demo:
        raise Denied("Only the demonstration house shows its codes.", "PW-4")
    with read_session() as session:
        waiting = select(col(Letter.id), col(Letter.channel)).where(Letter.state == "waiting", Letter.address == phone)
        letters = [tuple(row) for row in session.execute(waiting)]
    for letter_id, channel in letters:
        if channel == SMS:
            delivery.send_sms(letter_id=str(letter_id))
    codes = [
        found[0] for letter in spool().letters() if letter["address"] == phone and (found := _code(letter["body"]))
    ]
    if not codes:
        raise NotFound("No code waits for this telephone.")
    opened = activations.open_code(user_name, codes[0], source=HERE)
    activations.choose_password(opened.ticket, password)
    enrolment = activations.begin_enrolment(opened.ticket)
    activations.finish(opened.ticket, pyotp.TOTP(enrolment.secret).at(clock.now()), source=HERE)
    return enrolment.secret


def _code(text: str) -> "re.Match[str] | None":
    return re.search(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b", text)
