"""The YAML of imported rules: bounded, without aliases, and each document told apart. Pure. [FW-3]"""

from collections.abc import Iterator
from typing import Any, Final

import yaml

from kernel.errors import Fault, Malformed

MOST_BYTES: Final = 262_144
MOST_DOCUMENTS: Final = 50
DEEPEST: Final = 12
MOST_NODES: Final = 20_000


def split(text: str) -> list[str]:
    """Return the documents of a text as they are written, comments left with the document they stand in. Raises Malformed."""
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise fault(f"Rules have {MOST_BYTES // 1024} KiB at most.")
    if not text.strip() or "\0" in text:
        raise fault("The text is empty, or no text.")
    try:
        spans = list(_spans(text))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise fault(f"This is no YAML: {_where(error)}.") from None
    if not spans:
        raise fault("The text holds no rule.")
    if len(spans) > MOST_DOCUMENTS:
        raise fault(f"Not more than {MOST_DOCUMENTS} documents are taken at once.")
    return [text[start:end].strip("\n") + "\n" for start, end in spans]


def load(document: str) -> dict[str, Any]:
    """Return what one document says. Raises Malformed for what is no mapping, and for a key that stands twice."""
    try:
        found = yaml.load(document, Loader=_Loader)  # noqa: S506 - a SafeLoader of our own
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise fault(f"This is no YAML: {_where(error)}.") from None
    if not isinstance(found, dict):
        raise fault("A rule is a mapping of its fields.")
    return {str(name): value for name, value in found.items()}


class _Loader(yaml.SafeLoader):
    """YAML as a rule may use it: no key twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return a mapping, each of its keys once."""
        names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for name in names:
            if names.count(name) > 1:
                raise yaml.YAMLError(f"the key {name[:60]} stands twice")
        return super().construct_mapping(node, deep)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each document begins and ends; refuse what grows when it is read: aliases, anchors, tags, depth."""
    start, depth, said = 0, 0, False
    for nodes, event in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
        if nodes > MOST_NODES:
            raise fault("The text has too many values.")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise fault("Anchors and aliases are not taken in rules.")
        if isinstance(event, yaml.DocumentStartEvent):
            start, said = _place(event.end_mark) if event.explicit else 0, False
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth, said = depth + 1, True
            if depth > DEEPEST:
                raise fault("The text is nested too deeply.")
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1
        elif isinstance(event, yaml.ScalarEvent):
            said = said or bool(event.value)
        elif isinstance(event, yaml.DocumentEndEvent) and said:
            yield start, _place(event.start_mark)


def _place(mark: Any) -> int:
    return int(mark.index)


def _where(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    told = getattr(error, "problem", None) or str(error) or "it cannot be read"
    return f"line {mark.line + 1}: {told}" if mark else told[:200]


def fault(why: str) -> Malformed:
    """Say what is wrong with a text of rules."""
    return Malformed(why, [Fault("text", why)])
