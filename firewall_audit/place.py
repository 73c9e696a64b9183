"""Where the house keeps what its firewalls wrote. [FW-3]"""

from pathlib import Path

from firewall_audit.store import Store
from kernel.settings import settings


def folder() -> Path:
    """Return the folder of the firewalls' lines, in the folder that operators name."""
    return settings.state_folder / "firewall"


def store() -> Store:
    """Return the store of log lines."""
    return Store(folder())
