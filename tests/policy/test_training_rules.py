"""Rules of training in the book: what they gate needs the condition, and a book that forgets it is not published."""

import pytest

from policy.lint import lint
from policy.loading import BookError, merge, read_text
from policy.reading import Book

TEXT = """
clauses:
  - {id: TR-1, text: Users master the tools they use., kind: duty, owner: agent}
roles:
  agent: {label: Agent, may: [call.take]}
actions:
  call.take: {needs: [step-up], clause: TR-1}
duties:
  take-course:
    {clause: TR-1, title: Take the course, holder: subject, about: thing, opened_by: never, within: 1 day, escalates_to: agent}
training:
  agents:
    clause: TR-1
    title: What an agent has learnt
    courses: [tools]
    duty: take-course
    roles: [agent]
    gates: [call.take, call.end]
"""


def told(book: Book) -> list[str]:
    return [fault for fault in lint(book) if "training" in fault or "trained" in fault]


def test_what_a_rule_gates_needs_the_condition_beside_its_own_needs() -> None:
    book = merge({"a.yaml": read_text("a.yaml", TEXT)})
    assert book.actions["call.take"].needs == ["step-up", "trained"]
    assert (book.actions["call.end"].needs, book.actions["call.end"].clause) == (["trained"], "TR-1")
    assert told(book) == []
    assert Book.model_validate(book.document()) == book


def test_a_later_edition_cannot_forget_the_condition_nor_the_rule() -> None:
    book = merge({"a.yaml": read_text("a.yaml", TEXT)})
    without = {name: rule for name, rule in book.actions.items() if name != "call.end"}
    assert any("nothing would sleep" in fault for fault in told(book.model_copy(update={"actions": without})))
    assert any("says by which course" in fault for fault in told(book.model_copy(update={"training": {}})))


@pytest.mark.parametrize(
    ("bend", "said"),
    [
        (("roles: [agent]\n    gates", "roles: [ghost]\n    gates"), '"ghost" is not a role'),
        (("clause: TR-1\n    title", "clause: TR-2\n    title"), '"TR-2" is not in the book'),
        (("duty: take-course", "duty: other"), "no duty of a subject by TR-1"),
        (("roles: [agent]\n    gates", "asked_by: [x.y]\n    gates"), "gates by the rule"),
    ],
)
def test_lint_tells_what_is_wrong(bend: tuple[str, str], said: str) -> None:
    assert any(said in fault for fault in told(merge({"a.yaml": read_text("a.yaml", TEXT.replace(*bend))})))


def test_a_rule_without_courses_is_refused_and_one_name_stands_once() -> None:
    with pytest.raises(BookError, match="courses"):
        read_text("a.yaml", TEXT.replace("[tools]", "[]"))
    second = "training:\n" + TEXT.partition("training:\n")[2]
    with pytest.raises(BookError, match="training agents is already written"):
        merge({"a.yaml": read_text("a.yaml", TEXT), "b.yaml": read_text("b.yaml", second)})
