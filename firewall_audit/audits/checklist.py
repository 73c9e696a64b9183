"""The checklist of a method: concrete points by area, how each is checked, and which tool of the machine speaks of it. [FW-5]"""

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

AREAS: Final = (
    "rules",
    "services",
    "administration",
    "firmware",
    "logging",
    "time",
    "redundancy",
    "vpn",
    "passwords",
    "backup",
    "physical",
    "documentation",
)
TOOLS: Final = ("configuration", "analysis", "changes", "reviews", "alarms", "acceptances", "silence")
Area = Literal[
    "rules", "services", "administration", "firmware", "logging", "time", "redundancy", "vpn", "passwords", "backup", "physical", "documentation",
]  # fmt: skip
Tool = Literal[
    "", "configuration", "analysis", "changes", "reviews", "alarms", "acceptances", "silence", "scan", "sample"
]
Danger = Literal["low", "medium", "high"]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=500)]
FOLDER: Final = Path(__file__).parent


class Point(BaseModel):
    """One point: what is asked such that yes is good, how it is checked, and how much it matters when it is not so."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: Annotated[str, StringConstraints(pattern=r"^[a-z]+-[1-9][0-9]?$")]
    area: Area
    ask: Sentence
    how: Sentence
    tool: Tool = ""
    """Which tool of the machine speaks of it; the auditor answers nevertheless."""
    danger: Danger = "medium"


class Shipped(BaseModel):
    """The method as it comes with this release, in one language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Annotated[str, Field(min_length=50)]
    tools: list[Sentence]
    points: list[Point]


@lru_cache(maxsize=4)
def shipped(language: str) -> Shipped:
    """Give the method that is shipped, in `en` or `fr`."""
    told = yaml.safe_load((FOLDER / f"method.{language}.yaml").read_text(encoding="utf-8"))
    return Shipped.model_validate(told)
