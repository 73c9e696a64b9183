"""From the YAML files under policy/book to one book, with faults told by file, clause and field."""

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from policy.reading import TRAINED, ActionRule, Book, HouseRule, Role, WaiverRule

try:
    from yaml import CSafeLoader as SafeLoader  # the same language, read ten times as fast
except ImportError:  # a PyYAML built without libyaml
    from yaml import SafeLoader  # type: ignore[assignment]

SHIPPED = Path(__file__).parent / "book"


class BookError(ValueError):
    """A fault in the book, in one sentence that names file, place and field."""


class _Loader(SafeLoader):
    """YAML without its surprises: no key twice, only `true` and `false` are booleans, dates stay text."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Build a mapping; raises BookError on a key written twice."""
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise BookError(f'line {key_node.start_mark.line + 1}: "{key}" is written twice')
            seen.add(key)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in {"tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:merge"}
    ]
    for first, resolvers in SafeLoader.yaml_implicit_resolvers.items()
}


def _boolean(loader: SafeLoader, node: yaml.ScalarNode) -> bool:
    return loader.construct_scalar(node) == "true"


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), ["t", "f"])
_Loader.add_constructor("tag:yaml.org,2002:bool", _boolean)


def read_file(path: Path) -> Book:
    """Read one file of the book; raises BookError naming the file, the clause or entry, and the field."""
    return read_text(path.name, path.read_text(encoding="utf-8"))


def read_text(name: str, text: str) -> Book:
    """Read the text of one file; `name` is told in faults."""
    content = plain(name, text)
    if not isinstance(content, dict):
        raise BookError(f"{name}: the file must hold clauses, roles, actions, approvals, duties or toxic pairs")
    try:
        return Book.model_validate(content)
    except ValidationError as faults:
        raise BookError("\n".join(_faults(name, content, faults))) from faults


def plain(name: str, text: str) -> Any:
    """Read YAML without its surprises, for every file the house ships; raises BookError naming the file."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  (a SafeLoader, made stricter)
    except yaml.YAMLError as fault:
        raise BookError(f"{name}: not readable as YAML: {fault}") from fault
    except BookError as fault:
        raise BookError(f"{name}: {fault}") from fault


def _faults(name: str, content: Mapping[str, Any], faults: ValidationError) -> Iterable[str]:
    for fault in faults.errors(include_url=False):
        place, field = _place(content, fault["loc"])
        written = fault.get("input")
        shown = f" (written: {written!r})" if isinstance(written, str | int | bool) else ""
        yield f"{name}, {place}{f', field {field}' if field else ''}: {fault['msg']}{shown}"


def _place(content: Mapping[str, Any], loc: tuple[int | str, ...]) -> tuple[str, str]:
    part, rest = str(loc[0]), loc[1:]
    if not rest:
        return part, ""
    key, field = rest[0], ".".join(str(step) for step in rest[1:])
    if part == "clauses" and isinstance(key, int):
        entry = content["clauses"][key]
        told = entry.get("id") if isinstance(entry, dict) else None
        return f"clause {told or f'number {key + 1}'}", field
    return f"{part} {key}", field


def merge(books: Mapping[str, Book]) -> Book:
    """Make one book of several files: roles join by id, everything else stands once.

    Raises BookError naming both files when two of them say the same thing twice.
    """
    files = sorted(books.items())
    _once(files)
    roles: dict[str, Role] = {}
    for file, book in files:
        for role_id, role in book.roles.items():
            roles[role_id] = _joined(file, role_id, roles.get(role_id), role)
    unnamed = sorted(role_id for role_id, role in roles.items() if role.label is None)
    if unnamed:
        raise BookError(f"roles {', '.join(unnamed)}: no file gives a label")
    own = {role_id.removeprefix("clerk-"): [role_id] for role_id in roles if role_id.startswith("clerk-")}
    return Book(
        clauses=sorted((c for _, book in files for c in book.clauses), key=lambda c: (c.id[:2], int(c.id[3:]))),
        roles=roles,
        actions=_gated(files),
        approvals={k: v for _, book in files for k, v in book.approvals.items()},
        duties={k: v for _, book in files for k, v in book.duties.items()},
        training={k: v for _, book in files for k, v in book.training.items()},
        toxic=[pair for _, book in files for pair in book.toxic],
        waivers=next((book.waivers for _, book in files if book.waivers != WaiverRule()), WaiverRule()),
        house=next((book.house for _, book in files if book.house != HouseRule()), HouseRule()),
        clerks=own | {k: v for _, book in files for k, v in book.clerks.items()},
    )


def _gated(files: Sequence[tuple[str, Book]]) -> dict[str, ActionRule]:
    """Join the needs of all actions, with the one that rules of training add to what they gate."""
    actions = {k: v for _, book in files for k, v in book.actions.items()}
    for _, book in files:
        for rule in book.training.values():
            for name in rule.gates:
                own = actions.get(name, ActionRule(needs=[TRAINED], clause=rule.clause))
                if TRAINED not in own.needs:
                    own = own.model_copy(update={"needs": [*own.needs, TRAINED]})
                actions[name] = own
    return actions


def _once(files: Sequence[tuple[str, Book]]) -> None:
    """Refuse what two files say."""
    home: dict[str, str] = {}
    for file, book in files:
        for told in _told(book):
            if told in home:
                raise BookError(f"{file}: {told} is already written in {home[told]}")
            home[told] = file


def _told(book: Book) -> Iterator[str]:
    yield from (f"clause {clause.id}" for clause in book.clauses)
    yield from (f"action {name}" for name in book.actions)
    yield from (f"approval {name}" for name in book.approvals)
    yield from (f"duty {name}" for name in book.duties)
    yield from (f"clerk {name}" for name in book.clerks)
    yield from (f"training {name}" for name in book.training)
    yield from (f"toxic pair {' and '.join(sorted(pair.roles))}" for pair in book.toxic)
    if book.waivers != WaiverRule():
        yield "part waivers"
    if book.house != HouseRule():
        yield "part house"


def _joined(file: str, role_id: str, old: Role | None, new: Role) -> Role:
    if old is None:
        return new
    if old.label and new.label and old.label != new.label:
        raise BookError(f'{file}, roles {role_id}, field label: "{new.label}" here, "{old.label}" elsewhere')
    joined = {
        "is_": [*old.is_, *(role for role in new.is_ if role not in old.is_)],
        "may": [*old.may, *(rule for rule in new.may if rule not in old.may)],
        "never": [*old.never, *(rule for rule in new.never if rule not in old.never)],
    }
    return old.model_copy(update={"label": old.label or new.label, **joined})


def read_folder(folder: Path = SHIPPED) -> Book:
    """Read and merge every *.yaml file of a folder; raises BookError."""
    return merge({path.name: read_file(path) for path in sorted(folder.glob("*.yaml"))})
