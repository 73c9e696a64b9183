"""Tables of change control, and the pure rules that need no session."""

from changecontrol.models.changes import (
    Change,
    ChangeAuthorisation,
    ChangeImplementer,
    ChangeRevision,
    ChangeSystem,
    ChangeTemplate,
    ChangeWork,
)
from changecontrol.models.feeds import CalendarFeed
from changecontrol.models.papers import Attachment, FileContent, TestResult
from changecontrol.models.register import Dependency, Freeze, System, SystemUse
from changecontrol.models.urgent import Patch, SpokenAuthorisation

__all__ = [
    "Attachment",
    "CalendarFeed",
    "Change",
    "ChangeAuthorisation",
    "ChangeImplementer",
    "ChangeRevision",
    "ChangeSystem",
    "ChangeTemplate",
    "ChangeWork",
    "Dependency",
    "FileContent",
    "Freeze",
    "Patch",
    "SpokenAuthorisation",
    "System",
    "SystemUse",
    "TestResult",
]
