"""Whose a line is: by the certificate its connection showed, by the address it came from, by the host it names, in this order. [FW-3]"""

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import col, select

from firewall_audit.formats.envelope import frame
from firewall_audit.intake.segments import UNKNOWN
from firewall_audit.models import DeviceSender, NetworkDevice
from kernel.db import read_session
from kernel.errors import OmniError

log = logging.getLogger("omniwarden.intake")
FILE: Final = "senders.json"
MOST_REMEMBERED: Final = 10_000


class Directory:
    """The senders of the register, kept beside the spool, so that a receiver knows them when the database is away."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._known: Mapping[str, str] = {}
        self._named = False
        if self._file.exists():
            self._use(json.loads(self._file.read_text("utf-8")))

    def refresh(self) -> None:
        """Ask the register; what was known holds while the database does not answer."""
        try:
            with read_session() as session:
                rows = session.execute(
                    select(col(DeviceSender.sender), col(NetworkDevice.slug)).join(
                        NetworkDevice, col(NetworkDevice.id) == DeviceSender.device_id
                    )
                ).all()
        except (DBAPIError, PoolTimeout, OSError, OmniError) as fault:
            log.warning("the register could not be asked for senders: %s", type(fault).__name__)
            return
        fresh = {row[0]: row[1] for row in rows}
        if fresh != self._known:
            self._use(fresh)
            draft = self._file.with_suffix(f".{os.getpid()}")
            draft.write_text(json.dumps(fresh), "utf-8")
            draft.replace(self._file)

    def _use(self, known: Mapping[str, str]) -> None:
        self._known = known
        self._named = any(not _is_address(name) for name in known)

    def of_connection(self, address: str, certificate: str = "") -> str:
        """Return the device behind a certificate or an address; empty where neither tells."""
        return self._known.get(certificate) or self._known.get(address) or ""

    def of_line(self, text: bytes) -> str:
        """Return the device that a line of a stranger's address names, such as a relay's; else where strangers' lines lie."""
        if not self._named:
            return UNKNOWN
        return self._known.get(frame(text[:1000]).host.lower().rstrip("."), UNKNOWN)


def _is_address(name: str) -> bool:
    return ":" in name or name.replace(".", "").isdecimal()
