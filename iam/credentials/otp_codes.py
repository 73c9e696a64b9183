"""Time-based one-time passwords (RFC 6238): secrets, enrolment pictures, and which time step a code belongs to. Pure. [ID-1]

A code is good once: the step it belonged to is used up (see `iam.throttle`), and only a later one passes (OWASP ASVS 6.5.1).
One step of drift either way.
"""

import hmac
import re
from datetime import datetime
from io import BytesIO

import pyotp
import segno

from kernel.db import Answer

STEP = 30
DRIFT = 1
SECRET_LENGTH = 32
"""Base32 signs: 160 bits, as RFC 4226 section 4 recommends."""


class Enrolment(Answer):
    """What the person's authenticator needs: the secret to type, its address, and the same as a picture (inline SVG)."""

    secret: str
    address: str
    picture: str


def new_secret() -> str:
    """Return a fresh secret in base32."""
    return pyotp.random_base32(SECRET_LENGTH)


def enrolment(secret: str, account: str, issuer: str) -> Enrolment:
    """Return what to show once; never log it."""
    address = pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=account, issuer_name=issuer)
    out = BytesIO()
    segno.make(address, error="m").save(out, kind="svg", scale=4, border=2, xmldecl=False, svgns=True, nl=False)
    return Enrolment(secret=secret, address=address, picture=out.getvalue().decode())


def step_at(now: datetime) -> int:
    """Return the number of the time step a moment lies in."""
    return int(now.timestamp()) // STEP


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the step a code belongs to, or None where it is wrong or out of the window.

    Every step of the window is computed and compared in constant time, whatever the code.
    """
    typed = re.sub(r"[\s-]", "", code)
    well_formed = re.fullmatch(r"[0-9]{6}", typed) is not None
    totp, here, found = pyotp.TOTP(secret, interval=STEP), step_at(now), None
    for step in range(here - DRIFT, here + DRIFT + 1):
        same = hmac.compare_digest(totp.generate_otp(max(step, 0)).encode(), typed.encode())
        if same and well_formed:
            found = step
    return found
