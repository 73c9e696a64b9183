"""Log lines and what was read of them, kept in columns; asked by SQL. No other place speaks duckdb or pyarrow. [FW-3]"""

from firewall_audit.store.columns import Reading
from firewall_audit.store.evidence import Shown, show, unparsed
from firewall_audit.store.layout import Manifest, Part, Piece
from firewall_audit.store.numbers import numbers
from firewall_audit.store.shelf import Store, Written
from firewall_audit.store.window import Line, Window

__all__ = [
    "Line",
    "Manifest",
    "Part",
    "Piece",
    "Reading",
    "Shown",
    "Store",
    "Window",
    "Written",
    "numbers",
    "show",
    "unparsed",
]
