"""The transport by SMPP: one bound session to an operator for each process that sends, made anew when it is lost. [ID-5]"""

import threading
from collections.abc import Callable

from iam.letters.carriers import accepted
from iam.letters.envelope import Envelope
from iam.letters.smpp import pdu
from iam.letters.smpp.alphabet import parts_of
from iam.letters.smpp.pdu import Notice
from iam.letters.smpp.session import Line, LineLost, NotBound, Session
from kernel import clock
from kernel.errors import Unavailable

PAUSES = (1.0, 2.0, 4.0)
"""Seconds to wait, each time, while an operator asks us to send more slowly."""
AWAY, TURNED_AWAY = 20.0, 300.0
"""Seconds until an operator that was not there, or one that refused our credentials, is tried again: the second locks accounts."""
SLOW = frozenset({pdu.THROTTLED, pdu.FULL})


class Operator:
    """An operator of a mobile network; takes letters from any thread."""

    def __init__(self, line: Line, sender: str, rate: int, heard: Callable[[Notice], int]) -> None:
        self._line, self._sender, self._heard = line, sender, heard
        self._gap, self._next = 1 / rate, 0.0
        self._session: Session | None = None
        self._binding, self._pacing = threading.Lock(), threading.Lock()
        self._not_before, self._why = 0.0, ""

    def send(self, envelope: Envelope) -> str:
        """Send a text message in as many parts as it needs; returns the operator's id of each part.

        Raises Unavailable, with what the operator said, where a part was not taken: the letter is sent whole once more, under the
        same reference, so that a telephone joins what has come twice.
        """
        try:
            parts = parts_of(envelope.body.get_secret_value(), envelope.id.int & 0xFF)
            bodies = [pdu.submit(self._sender, envelope.address, part) for part in parts]
        except ValueError as wrong:
            raise Unavailable(f"This text or number cannot leave by SMPP: {wrong}.") from None
        session = self.bound()
        return accepted([self._submit(session, body) for body in bodies])

    def bound(self) -> Session:
        """Return the session, bound; the one there is where it lives. Raises Unavailable with why it cannot be."""
        with self._binding:
            if self._session is not None and self._session.alive:
                return self._session
            if clock.monotonic() < self._not_before:
                raise Unavailable(self._why)
            try:
                self._session = Session(self._line, self._heard)
            except NotBound as refused:
                longer = refused.status in pdu.CREDENTIALS
                raise self._wait(TURNED_AWAY if longer else AWAY, said(refused.status)) from None
            except LineLost as lost:
                raise self._wait(AWAY, f"The SMS operator cannot be reached ({lost}).") from lost
            except ValueError:
                raise self._wait(
                    TURNED_AWAY, "The SMS operator's system id, password or system type is too long."
                ) from None
            return self._session

    def close(self) -> None:
        """Say goodbye to the operator."""
        with self._binding:
            if self._session is not None:
                self._session.close()

    def _wait(self, seconds: float, why: str) -> Unavailable:
        self._not_before, self._why = clock.monotonic() + seconds, why
        return Unavailable(why)

    def _submit(self, session: Session, body: bytes) -> str:
        for pause in (*PAUSES, None):
            self._pace()
            try:
                answer = session.ask(pdu.SUBMIT, body)
            except LineLost as lost:
                raise Unavailable(f"The SMS operator did not take the letter ({lost}).") from lost
            if answer.status == pdu.OK:
                return pdu.reference_of(answer.body)
            if answer.status not in SLOW or pause is None:
                break
            threading.Event().wait(pause)
        raise Unavailable(said(answer.status))

    def _pace(self) -> None:
        """Wait for this message's turn: no more of them a second than was agreed."""
        with self._pacing:
            now = clock.monotonic()
            self._next = max(now, self._next) + self._gap
            wait = self._next - self._gap - now
        if wait > 0:
            threading.Event().wait(wait)


def said(status: int) -> str:
    """Return an operator's refusal as a sentence, with its number for his hotline."""
    return f"The SMS operator {pdu.REFUSALS.get(status, 'did not take it')} (SMPP status {status:#04x})."
