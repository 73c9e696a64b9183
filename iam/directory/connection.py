"""The way to a directory: LDAPS or StartTLS with checked certificates, simple bind, and an end to all waiting. [AC-7, PW-4]

The only file that speaks LDAP (escaping.py writes names and filters). What the library would do by itself is turned off: certificates unchecked, schema read at each bind,
referrals followed to wherever a server sends us. What a directory answers is a stranger's word: every fault of it becomes one of
four states, with a sentence, and never an exception of the library.
"""

import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, NoReturn
from urllib.parse import urlsplit

import ldap3
from ldap3.core.exceptions import LDAPException, LDAPSessionTerminatedByServerError, LDAPSocketReceiveError
from ldap3.protocol.microsoft import dir_sync_control
from ldap3.strategy.base import RESPONSE_COMPLETE, SESSION_TERMINATED_BY_SERVER
from ldap3.utils.asn1 import decode_message_fast
from pydantic import SecretStr

from iam.directory.messages import Answer, Found, entry_in

State = Literal["current", "slow", "down", "untrusted", "refused"]
CONNECT_SECONDS = 5
ANSWER_SECONDS = 20
PAGE = 500
PAGED = "1.2.840.113556.1.4.319"
DIRSYNC = "1.2.840.113556.1.4.841"
ADD, DELETE, REPLACE = ldap3.MODIFY_ADD, ldap3.MODIFY_DELETE, ldap3.MODIFY_REPLACE
SUCCESS, SIZE_LIMIT, REFERRAL, NO_ATTRIBUTE, EXISTS_VALUE, NO_OBJECT, EXISTS = 0, 4, 10, 16, 20, 32, 68
_MORE_FOLLOWS = {"searchResEntry", "searchResRef", "intermediateResponse"}
_SLOW = {3, 11, 51, 52}


class DirectoryFault(Exception):
    """A directory does not do what was asked; `state` says in which way, `why` in a sentence without content."""

    def __init__(self, state: State, why: str) -> None:
        super().__init__(why)
        self.state = state
        self.why = why


class NoEntry(Exception):
    """The entry that was asked for or was to be changed is not there."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where a directory answers and as whom we come; `authority` is the PEM of who signed its certificate."""

    kind: str
    url: str
    authority: str
    bind_dn: str
    password: SecretStr
    people: str
    groups: str
    answer_seconds: float = ANSWER_SECONDS


class _CheckedTls(ldap3.Tls):  # type: ignore[misc]  # the library has no types
    """TLS 1.2 and later, the certificate and the name it is for checked before a byte is sent."""

    def __init__(self, authority: str) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self.context = ssl.create_default_context(cadata=authority or None)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.distrust: str | None = None

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:  # noqa: ARG002 - the library's form
        """Put TLS around the connection's socket."""
        try:
            connection.socket = self.context.wrap_socket(connection.socket, server_hostname=connection.server.host)
        except ssl.SSLCertVerificationError as wrong:
            self.distrust = wrong.verify_message
            raise
        except ssl.SSLError as wrong:
            self.distrust = wrong.reason or "no TLS"
            raise


def _reader(strategy: Any) -> Callable[[int, Any], Any]:
    """Return how answers are read: entries as bytes, quickly, all else by the library. Raises what the library raises."""

    def read(asked: int, _timeout: Any) -> Any:
        found: list[Any] = []
        while True:
            for raw in strategy.receiving() or [b""]:
                if not raw:
                    return SESSION_TERMINATED_BY_SERVER
                number, answer = entry_in(raw) or _other(strategy, raw)
                if number == 0:
                    return SESSION_TERMINATED_BY_SERVER  # unasked for: a notice that it ends (RFC 4511 section 4.4)
                if number != asked:
                    raise LDAPSocketReceiveError("invalid messageId received")
                found.append(answer)
                if answer["type"] not in _MORE_FOLLOWS:
                    return [*found, RESPONSE_COMPLETE]

    return read


def _other(strategy: Any, raw: bytes) -> tuple[int, Answer]:
    message = decode_message_fast(raw)
    return int(message["messageID"]), strategy.decode_response_fast(message)


class Link:
    """An open, bound connection. Each call ends within the door's seconds, whatever the other side sends or does not send."""

    def __init__(self, door: Door) -> None:
        self.door = door
        parts = urlsplit(door.url)
        secure = parts.scheme == "ldaps"
        self._tls = _CheckedTls(door.authority)
        server = ldap3.Server(
            parts.hostname,
            port=parts.port or (636 if secure else 389),
            use_ssl=secure,
            tls=self._tls,
            get_info=ldap3.NONE,
            connect_timeout=CONNECT_SECONDS,
        )
        self._connection = ldap3.Connection(
            server,
            user=door.bind_dn,
            password=door.password.get_secret_value(),
            client_strategy=ldap3.SYNC,
            auto_referrals=False,
            check_names=False,
            receive_timeout=max(1, round(door.answer_seconds)),
            return_empty_attributes=False,
        )
        self._secure = secure
        self._connection.strategy._get_response = _reader(self._connection.strategy)  # noqa: SLF001

    def open(self) -> None:
        """Connect, speak TLS before anything else, and bind. Raises DirectoryFault."""
        self._bounded(self._connection.open, read_server_info=False)
        if not self._secure:
            self._bounded(self._connection.start_tls, read_server_info=False)
        if not self._bounded(self._connection.bind, read_server_info=False):
            raise DirectoryFault("refused", f"It does not let us in ({self._said()}).")

    def close(self) -> None:
        """Say good-bye, without waiting for an answer."""
        try:
            self._connection.unbind()
        except (LDAPException, OSError):
            self._drop()

    def search(
        self,
        base: str,
        wanted: str,
        attributes: Iterable[str],
        *,
        one: bool = False,
        size: int = 0,
        cookie: bytes | None = None,
        controls: list[Any] | None = None,
    ) -> tuple[list[Found], dict[str, Any]]:
        """Ask once; return the entries and the answer's controls. References elsewhere are left where they are.

        Raises NoEntry where the base is not there, DirectoryFault for every other no.
        """
        self._bounded(
            self._connection.search,
            base,
            wanted,
            search_scope=ldap3.BASE if one else ldap3.SUBTREE,
            attributes=list(attributes),
            time_limit=int(self.door.answer_seconds),
            paged_size=size or None,
            paged_cookie=cookie,
            controls=controls,
        )
        self._settle()
        found = [
            Found(item["dn"], item["raw_attributes"])
            for item in self._connection.response or ()
            if item["type"] == "searchResEntry"
        ]
        return found, self._connection.result.get("controls") or {}

    def pages(self, base: str, wanted: str, attributes: Iterable[str], size: int = PAGE) -> Iterator[list[Found]]:
        """Ask page by page; one page is held at a time. Raises DirectoryFault, also for a directory that pages in a ring."""
        cookie, names = None, list(attributes)
        while True:
            found, controls = self.search(base, wanted, names, size=size, cookie=cookie)
            if found:
                yield found
            following = controls.get(PAGED, {}).get("value", {}).get("cookie") or None
            if following is None:
                return
            if following == cookie and not found:
                raise DirectoryFault("untrusted", "Its pages have no end.")
            cookie = following

    def modify(self, dn: str, changes: Mapping[str, list[tuple[str, list[Any]]]]) -> None:
        """Change an entry; a value that is there (or gone) already is no fault. Raises NoEntry, DirectoryFault."""
        self._bounded(self._connection.modify, dn, dict(changes))
        self._settle(also=(EXISTS_VALUE, NO_ATTRIBUTE))

    def add(self, dn: str, classes: list[str], attributes: Mapping[str, Any]) -> None:
        """Make an entry. Raises DirectoryFault, also where it is there already."""
        self._bounded(self._connection.add, dn, classes, dict(attributes))
        self._settle()

    def rename(self, dn: str, relative: str) -> None:
        """Give an entry another name at the same place. Raises NoEntry, DirectoryFault."""
        self._bounded(self._connection.modify_dn, dn, relative)
        self._settle()

    def set_ad_password(self, dn: str, password: str) -> None:
        """Set a password in Active Directory. Raises NoEntry, DirectoryFault."""
        self._bounded(self._connection.extend.microsoft.modify_password, dn, password)
        self._settle()

    def set_ldap_password(self, dn: str, password: str) -> None:
        """Set a password by the directory's own operation (RFC 3062), so that it hashes it. Raises NoEntry, DirectoryFault."""
        self._bounded(self._connection.extend.standard.modify_password, dn, new_password=password)
        self._settle()

    def _bounded(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call the library; a server that drips its answer byte by byte is cut off when the time is over."""
        over = threading.Event()

        def cut() -> None:
            over.set()
            self._drop()

        watch = threading.Timer(self.door.answer_seconds + CONNECT_SECONDS, cut)
        watch.daemon = True
        watch.start()
        try:
            return call(*args, **kwargs)
        except Exception as lost:  # noqa: BLE001 - what decodes a stranger's bytes may raise anything
            self._fault(lost, is_over=over.is_set())
        finally:
            watch.cancel()

    def _fault(self, lost: Exception, *, is_over: bool) -> NoReturn:
        if self._tls.distrust is not None:
            raise DirectoryFault("untrusted", f"Its certificate is not accepted: {self._tls.distrust}.") from lost
        said = str(lost).lower()
        if is_over or "timed out" in said or "timeout" in said or "temporarily unavailable" in said:
            raise DirectoryFault("slow", "It did not answer in time.") from lost
        if "messageid" in said:
            raise DirectoryFault("untrusted", "It answers what was not asked.") from lost
        is_cut = isinstance(lost, OSError | LDAPSessionTerminatedByServerError)
        if is_cut or (isinstance(lost, LDAPException) and "socket" in f"{type(lost).__name__} {said}".lower()):
            raise DirectoryFault("down", "It cannot be reached, or ended the connection.") from lost
        if isinstance(lost, LDAPException):
            raise DirectoryFault("refused", f"It refused ({type(lost).__name__}).") from lost
        raise DirectoryFault("untrusted", "Its answer cannot be understood.") from lost

    def _settle(self, also: tuple[int, ...] = ()) -> None:
        code = self._connection.result["result"]
        if code == SUCCESS or code in also:
            return
        if code == NO_OBJECT:
            raise NoEntry(self._said())
        if code == REFERRAL:
            raise DirectoryFault("refused", "It sends us to another server, where we do not go.")
        raise DirectoryFault("slow" if code in _SLOW else "refused", f"It refused ({self._said()}).")

    def _said(self) -> str:
        return str((self._connection.result or {}).get("description", "no answer"))[:80]

    def _drop(self) -> None:
        socket = self._connection.socket
        if socket is not None:
            try:
                socket.shutdown(2)
            except OSError:
                socket.close()


@contextmanager
def opened(door: Door) -> Iterator[Link]:
    """Give an open connection and close it. Raises DirectoryFault."""
    link = Link(door)
    link.open()
    try:
        yield link
    finally:
        link.close()


def dirsync(cookie: bytes) -> Any:
    """Return the control that asks Active Directory for what changed since a cookie (MS-ADTS 3.1.1.3.4.1.3)."""
    return dir_sync_control(criticality=True, object_security=False, ancestors_first=False, public_data_only=False,
                            incremental_values=False, max_length=2**20, cookie=cookie)  # fmt: skip
