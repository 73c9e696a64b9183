"""Where the house keeps what its firewalls wrote. [FW-3]"""

from pathlib import Path
from typing import TYPE_CHECKING

from kernel.settings import settings

if TYPE_CHECKING:  # the columns of the store are a large library: only who asks for lines loads it
    from firewall_audit.store import Store


def folder() -> Path:
    """Return the folder of the firewalls' lines, in the folder that operators name."""
    return settings.state_folder / "firewall"


def store() -> "Store":
    """Return the house's store of log lines."""
    from firewall_audit.store import Store  # noqa: PLC0415

    return Store(folder())
