"""What people of the house hold in their hands: a user id, a password, and the telephone that shows codes."""

import time
from dataclasses import dataclass, field

import pyotp

STEP = 30


@dataclass
class Authenticator:
    """An account's user id and password, and its authenticator. A code is good once, so each is shown once."""

    role: str
    id: str
    name: str
    user_name: str
    email: str = ""
    phone: str = ""
    password: str = ""
    secret: str = ""
    _next: int = field(default_factory=lambda: int(time.time()) // STEP + 1)

    def code(self) -> str:
        """A code that was not shown before. The house takes one step of drift, so at most half a minute is waited."""
        self._next = max(self._next, int(time.time()) // STEP)
        while self._next > int(time.time()) // STEP + 1:
            time.sleep(0.2)
        shown = self.at(self._next)
        self._next += 1
        return shown

    def at(self, step: int) -> str:
        """What is shown in a time step."""
        return pyotp.TOTP(self.secret).at(step * STEP)
