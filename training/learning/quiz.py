"""The quiz itself: what is drawn and in which order, and what it scores. Pure rules, so that a recorded seed shows how it was. [TR-1]"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from training.courses.content import CourseContent


@dataclass(frozen=True, slots=True)
class Drawn:
    """A question of an attempt with its answers in the order they are shown."""

    question: str
    answers: tuple[str, ...]


def draw(content: CourseContent, seed: str) -> list[Drawn]:
    """Draw the questions of an attempt and shuffle them and their answers, all by the seed alone."""
    pool = {one.id: one for one in content.questions}
    chosen = _shuffled(pool, f"{seed}/questions")[: content.draws]
    return [Drawn(name, tuple(_shuffled((a.id for a in pool[name].answers), f"{seed}/{name}"))) for name in chosen]


def _shuffled(names: Iterable[str], seed: str) -> list[str]:
    """Order names by the SHA-256 of seed and name: the same on every machine and in every release."""
    return sorted(names, key=lambda name: hashlib.sha256(f"{seed}/{name}".encode()).digest())


def score(content: CourseContent, drawn: Iterable[str], answers: Mapping[str, str]) -> tuple[int, bool]:
    """Give the whole percent of drawn questions answered rightly, rounded down, and whether that reaches the pass mark."""
    names = list(drawn)
    right = sum(
        1 for name in names if (asked := content.question(name)) is not None and answers.get(name) == asked.right.id
    )
    return right * 100 // len(names), right * 100 >= content.pass_mark * len(names)
