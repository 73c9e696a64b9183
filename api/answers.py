"""What each use case answers at the JSON door, as the OpenAPI document tells it: from the answer's model or the type it returns.

This is the other half of `api.door.shown`, which makes the answers; a test compares what is sent with what is told here.
"""

import inspect
from dataclasses import is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel, TypeAdapter

from api.door import Case
from kernel.db import Record

PLACE = "#/components/schemas/Answer.{model}"
"""Apart from what is sent: a model may be another thing in an answer than in a question."""
_REFERENCE: dict[str, Any] = {
    "type": "object",
    "required": ["id", "ref", "version"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "ref": {"type": "string"},
        "version": {"type": "integer"},
    },
}
_PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    None: {"type": "null"},
    NoneType: {"type": "null"},
    UUID: {"type": "string", "format": "uuid"},
}
Key = tuple[Any, Literal["serialization"]]


class Answers:
    """The answers of the use cases: the schema of each, and the definitions they share."""

    def __init__(self, cases: list[Case]) -> None:
        self._models: dict[Any, TypeAdapter[Any]] = {}
        told = {case.name: returned(case) for case in cases}
        for case in cases:
            self._collect(case, told[case.name])
        made, defined = TypeAdapter.json_schemas(
            [(model, "serialization", adapter) for model, adapter in self._models.items()], ref_template=PLACE
        )
        self._made: dict[Key, dict[str, Any]] = made  # type: ignore[assignment]
        self.definitions = {f"Answer.{name}": schema for name, schema in defined.get("$defs", {}).items()}
        self._schemas = {case.name: self._schema(case, told[case.name]) for case in cases}

    def of(self, case: Case) -> dict[str, Any]:
        """Return the schema of what a use case answers; an empty one where anything may be."""
        return self._schemas[case.name]

    def _collect(self, case: Case, kind: Any) -> None:
        model = _model(case, kind)
        if model is not None:
            self._models.setdefault(model, TypeAdapter(model))
        for part in get_args(kind):
            self._collect(case, part)

    def _schema(self, case: Case, kind: Any) -> dict[str, Any]:
        model, origin = _model(case, kind), get_origin(kind)
        if kind in _PLAIN:
            return _PLAIN[kind]
        if model is not None:
            return self._made[model, "serialization"]
        if isinstance(kind, type) and issubclass(kind, Record):
            return _REFERENCE
        if origin in {list, tuple}:
            return {"type": "array", "items": self._schema(case, get_args(kind)[0])}
        if origin in {Union, UnionType}:
            return {"anyOf": [self._schema(case, part) for part in get_args(kind)]}
        return {"type": "object"} if origin is dict or kind is dict else {}


def returned(case: Case) -> Any:
    """Return the type that a use case's function tells it returns."""
    return inspect.signature(case.body, eval_str=True).return_annotation


def _model(case: Case, kind: Any) -> Any:
    """Return the model a value of this type is shown as, or None where it is shown in another way."""
    if get_origin(kind) is not None or not isinstance(kind, type) or kind in _PLAIN:
        return None
    if case.answer is not None and getattr(case.answer, "of", None) is not None:
        return case.answer
    if issubclass(kind, Record):
        return None
    return kind if issubclass(kind, BaseModel) or is_dataclass(kind) else None
