"""The drawn workflows are those of the code."""

from tools import diagrams


def test_diagrams_are_those_of_the_code() -> None:
    assert diagrams.DOCUMENT.read_text(encoding="utf-8") == diagrams.drawn(), "run python tools/diagrams.py"
