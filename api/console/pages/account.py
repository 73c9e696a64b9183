"""My account: password, second factors, sessions, looks."""

from dataclasses import dataclass
from datetime import datetime

from api.console.pages.frame import Form, HistoryRow


@dataclass(frozen=True)
class Passkey:
    """A passkey of mine."""

    id: str
    name: str
    added: datetime
    used: datetime | None


@dataclass(frozen=True)
class Session:
    """A session of mine, by the browser it runs in."""

    id: str
    browser: str
    address: str
    began: datetime
    seen: datetime
    current: bool
    locked: bool = False


@dataclass(frozen=True)
class Account:
    """Everything of mine on one page."""

    name: str
    user_name: str
    email: str
    roles: tuple[str, ...]
    password_changed: datetime | None
    has_otp: bool
    recovery_left: int
    passkeys: tuple[Passkey, ...]
    sessions: tuple[Session, ...]
    history: tuple[HistoryRow, ...]
    language: str
    theme: str
    density: str
    change_due: datetime | None = None
    is_near: bool = False
    programs: tuple[tuple[str, str], ...] = ()
    directories: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class ChangePassword:
    """Old password, new password, and the rules that hold."""

    form: Form
    user_name: str
    rules: tuple[str, ...]
