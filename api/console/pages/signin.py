"""Pages on the way in: sign-in, second factor, activation, enrolment, locked screen, step-up."""

from dataclasses import dataclass

from api.console.pages.frame import Form


@dataclass(frozen=True)
class DemoPerson:
    """A person of the demonstration house, offered on its sign-in page."""

    user_name: str
    name: str
    role: str


@dataclass(frozen=True)
class SignIn:
    """User name and password. `ended` tells why an earlier session is over."""

    form: Form
    next: str
    ended: str = ""
    demo: tuple[DemoPerson, ...] = ()
    demo_password: str = ""


@dataclass(frozen=True)
class SecondFactor:
    """The six digits, or a recovery code."""

    form: Form
    next: str
    recovery: bool = False
    demo: bool = False


@dataclass(frozen=True)
class Activate:
    """First time: choose a password. `token` is the one-use part of the activation link."""

    form: Form
    token: str
    name: str
    user_name: str
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Enrol:
    """Second step: pair the authenticator application."""

    form: Form
    qr: str
    secret: str
    user_name: str
    first_time: bool = True


@dataclass(frozen=True)
class RecoveryCodes:
    """Third step: codes for the day the telephone is lost, shown once."""

    codes: tuple[str, ...]
    user_name: str
    next: str
    first_time: bool = True


@dataclass(frozen=True)
class Locked:
    """The screen after a pause: same person, password again."""

    form: Form
    name: str
    user_name: str
    next: str
    minutes: int


@dataclass(frozen=True)
class StepUp:
    """A dangerous action asks for the second factor again."""

    form: Form
    next: str
    why: str
    clause: str
    has_passkey: bool
    minutes: int
    demo: bool = False
