"""Configurations that are a tree of words, whether written as `set` lines, with braces or in XML: Junos and PAN-OS. Pure. [FW-2]

All three ways give the same tree: `set a b c`, `a { b c; }` and `<a><entry name="b"><c/></entry></a>`.
"""

import re
from collections.abc import Iterator

from firewall_audit.rulesets.model import Unreadable
from firewall_audit.rulesets.parsers.markup import Element
from firewall_audit.rulesets.parsers.words import words_of

DEEPEST = 100
_TOKEN = re.compile(r"/\*.*?\*/|#[^\n]*|\"(?:[^\"\\]|\\.)*\"|[{};\[\]]|[^\s{};\[\]\"]+|\"", re.DOTALL)


class Node:
    """A word of the tree with what stands under it, in order; `line` is where it was first said."""

    __slots__ = ("children", "inactive", "line", "name")

    def __init__(self, name: str, line: int) -> None:
        self.name = name
        self.line = line
        self.children: dict[str, Node] = {}
        self.inactive = False

    def child(self, name: str, line: int) -> "Node":
        """Give the child of this name, made where there is none."""
        found = self.children.get(name)
        if found is None:
            found = self.children[name] = Node(name, line)
        return found

    def at(self, *path: str) -> "Node | None":
        """Give what lies at a path, or None; what is switched off is not there."""
        found: Node | None = self
        for name in path:
            found = found.children.get(name) if found is not None else None
            if found is not None and found.inactive:
                return None
        return found

    def under(self, *path: str) -> Iterator["Node"]:
        """Yield what stands under a path and is not switched off."""
        found = self.at(*path)
        if found is not None:
            yield from (one for one in found.children.values() if not one.inactive)

    def values(self, *path: str) -> list[str]:
        """Give the words under a path."""
        return [one.name for one in self.under(*path)]

    def value(self, *path: str) -> str:
        """Give the first word under a path; empty where there is none."""
        return next(iter(self.values(*path)), "")

    def anywhere(self, name: str) -> list[str]:
        """Give the words under this name wherever it stands below, as where several attributes stand on one line."""
        told = []
        for one in self.children.values():
            if not one.inactive:
                told += one.values() if one.name == name else []
                told += one.anywhere(name)
        return list(dict.fromkeys(told))

    def written(self) -> str:
        """Write what stands below on one line."""
        parts = []
        for one in self.children.values():
            below = one.written()
            mark = "inactive: " if one.inactive else ""
            parts.append(
                f"{mark}{one.name} {{ {below} }}" if len(one.children) > 1 else f"{mark}{one.name} {below}".strip()
            )
        return "; ".join(parts)


def read_words(text: str) -> Node:
    """Read `set` lines, with `delete`, `deactivate` and `move`, or braces; both may stand in one text. Raises Unreadable."""
    root = Node("", 0)
    if re.search(r"^\s*(?:set|delete|deactivate) ", text, re.MULTILINE):
        for number, line in enumerate(text.splitlines(), 1):
            bare = line.strip()
            if bare.startswith(("set ", "delete ", "deactivate ", "activate ", "move ")):
                _statement(root, number, _listed(bare))
        braces = _without_statements(text)
        if "{" not in braces:
            return root
        text = braces
    _read_braces(root, text)
    return root


def _without_statements(text: str) -> str:
    return re.sub(r"^\s*(?:set|delete|deactivate|activate|move) .*$", "", text, flags=re.MULTILINE)


def _listed(line: str) -> list[str]:
    """Give the words of a line, a list in brackets as it stands."""
    return (
        [word for raw in words_of(line) for word in ([raw] if '"' in raw else re.findall(r"[\[\]]|[^\[\]]+", raw))]
        if "[" in line
        else words_of(line)
    )


def _statement(root: Node, number: int, words: list[str]) -> None:
    verb, path = words[0], words[1:]
    if verb == "set":
        _set(root, number, path)
    elif verb == "move":
        _move(root, path)
    elif path:
        parent = root
        for name in path[:-1]:
            found = parent.children.get(name)
            if found is None:
                return
            parent = found
        if verb == "delete":
            parent.children.pop(path[-1], None)
        elif path[-1] in parent.children:
            parent.children[path[-1]].inactive = verb == "deactivate"


def _set(root: Node, number: int, path: list[str]) -> None:
    node = root
    for place, name in enumerate(path):
        if name == "[":
            for one in path[place + 1 :]:
                if one != "]":
                    node.child(one, number)
            return
        if place > DEEPEST:
            raise Unreadable(number, f"more than {DEEPEST} words lie in one another")
        node = node.child(name, number)


def _move(root: Node, path: list[str]) -> None:
    """Move one of several: `… NAME top | bottom | before X | after X`."""
    where = path[-1] if path and path[-1] in {"top", "bottom"} else path[-2] if len(path) > 1 else ""
    other = "" if where in {"top", "bottom"} else path[-1]
    path = path[:-1] if not other else path[:-2]
    parent = root.at(*path[:-1]) if path else None
    if (
        parent is None
        or where not in {"top", "bottom", "before", "after"}
        or path[-1] not in parent.children
        or path[-1] == other
    ):
        return
    moved = parent.children.pop(path[-1])
    order = list(parent.children.values())
    place = {"top": 0, "bottom": len(order)}.get(where)
    if place is None:
        at = next((i for i, one in enumerate(order) if one.name == other), len(order))
        place = at if where == "before" else at + 1
    order.insert(place, moved)
    parent.children = {one.name: one for one in order}


def _read_braces(root: Node, text: str) -> None:
    """Read `a { b c; d [ e f ]; }`. Raises Unreadable where the braces do not close."""
    stack, said = [root], list[str]()
    line, at = 1, 0
    for found in _TOKEN.finditer(text):
        line += text.count("\n", at, found.start())
        at = found.start()
        piece = found[0]
        if piece.startswith(("/*", "#")) or piece == '"':
            continue
        if piece == "{":
            stack.append(_down(stack[-1], said, line))
            said = []
            if len(stack) > DEEPEST:
                raise Unreadable(line, f"braces lie more than {DEEPEST} deep in one another")
        elif piece == "}":
            _leaf(stack[-1], said, line)
            said = []
            if len(stack) == 1:
                raise Unreadable(line, "a brace closes that was never opened")
            stack.pop()
        elif piece == ";":
            _leaf(stack[-1], said, line)
            said = []
        else:
            said.append(piece[1:-1] if len(piece) > 1 and piece[0] == '"' else piece)
    if len(stack) > 1:
        raise Unreadable(line, f"{len(stack) - 1} braces are not closed: is the text cut?")


def _down(node: Node, said: list[str], line: int) -> Node:
    inactive = "inactive:" in said
    for name in said[:DEEPEST]:
        if not name.endswith(":"):
            node = node.child(name, line)
    node.inactive = inactive
    return node


def _leaf(node: Node, said: list[str], line: int) -> None:
    if said and said[0] != "delete:":
        inactive = said[0] == "inactive:"
        words = [
            word
            for word in said
            if not (word.endswith(":") and word[:-1] in {"inactive", "replace", "protect", "active"})
        ]
        if inactive and words:
            found = node
            for word in words:
                found = found.child(word, line)
            found.inactive = True
        else:
            _set(node, line, words)


def read_elements(root: Element) -> Node:
    """Give the tree that XML says: entries by their name, members and texts as words."""
    top = Node("", 0)
    _elements(top, root)
    return top


def _elements(node: Node, element: Element) -> None:
    for one in element.children:
        name = one.attributes.get("name")
        if one.tag == "entry" and name is not None:
            _elements(node.child(name, one.line), one)
        elif one.tag == "member":
            node.child(one.text.strip(), one.line)
        else:
            made = node.child(one.tag, one.line)
            if one.text.strip() and not one.children:
                made.child(one.text.strip(), one.line)
            _elements(made, one)
