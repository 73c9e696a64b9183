"""The only list of fields: importing this file registers every table, action, reading, condition and effect of the house."""

import importlib
import importlib.util

FIELDS = ("policy", "iam", "contactcenter")


def load() -> None:
    """Import every field."""
    for field in FIELDS:
        if importlib.util.find_spec(field):
            importlib.import_module(field)


load()
