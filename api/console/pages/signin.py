"""Pages on the way in: sign-in, second factor, activation, enrolment, locked screen, step-up."""

from dataclasses import dataclass

from markupsafe import Markup

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
    """The six digits, a passkey, or a recovery code. `factors`: what this account has, joined by points."""

    form: Form
    next: str
    recovery: bool = False
    demo: bool = False
    has_passkey: bool = False
    factors: str = ""


@dataclass(frozen=True)
class DuePassword:
    """The password is due: a new one comes before anything else. `days`: how long one holds without an authenticator."""

    form: Form
    next: str
    rules: tuple[str, ...]
    days: int


@dataclass(frozen=True)
class Activate:
    """First time: user name and code, which came by two ways."""

    form: Form


@dataclass(frozen=True)
class ChooseFirst:
    """The first password, and the rules that hold."""

    form: Form
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Enrol:
    """Pair the authenticator: an SVG picture to scan, the secret in groups of four."""

    form: Form
    qr: Markup
    secret: str
    action: str
    first_time: bool = True


@dataclass(frozen=True)
class RecoveryCodes:
    """Codes for the day the telephone is lost, shown once."""

    codes: tuple[str, ...]
    next: str
    first_time: bool = True


@dataclass(frozen=True)
class Locked:
    """The screen after a pause: same person, password or passkey again."""

    form: Form
    name: str
    next: str
    minutes: int
    has_passkey: bool = False


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
