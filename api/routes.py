"""The whole JSON surface: method and path follow from the action's own name, so nothing unregistered can be routed.

conversation.reply  on a conversation   POST /api/v1/conversation/{id}/reply
conversation.list   a reading           GET  /api/v1/conversation/list
"""

from typing import Any

from starlette.routing import Route

from api import programs
from api.answers import Answers
from api.door import Case, route_of
from api.errors import problem
from kernel.action import ACTIONS, Action
from kernel.errors import NotFound
from kernel.reading import READINGS

PREFIX = "/api/v1"
HIDDEN: dict[str, str] = {
    "house.found": "the founding needs a whole book, by the command line",
    "house.upgrade": "the upgrade needs a whole book, by the command line",
    "log-batch.take": "the counts of a batch come from whoever read its lines, never from a caller",
    "log-batch.read-again": "the counts of a batch come from whoever read its lines, never from a caller",
}
"""Use cases that have no JSON door, each with its reason."""


def path_of(case: Case) -> str:
    """Return the path of a use case."""
    noun, _, verb = case.name.rpartition(".")
    return f"{PREFIX}/{noun.replace('.', '/')}" + ("/{id}" if case.on else "") + f"/{verb}"


def cases() -> list[Case]:
    """Return every use case with a JSON door, by name."""
    found: dict[str, Case] = {**ACTIONS, **READINGS}
    return [found[name] for name in sorted(found) if name not in HIDDEN]


def routes() -> list[Route]:
    """Return the routes of the JSON surface."""
    return [route_of(case, path_of(case)) for case in cases()]


def openapi(title: str = "Omniwarden", version: str = "1") -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the JSON surface."""
    paths: dict[str, Any] = {}
    definitions: dict[str, Any] = {
        "Problem": {
            "type": "object",
            "required": ["type", "title", "status", "detail"],
            "properties": {
                name: {"type": "integer" if name == "status" else "string"} for name in problem(NotFound("x"))
            }
            | {"clause": {"type": "string"}, "faults": {"type": "array", "items": {"type": "object"}}},
        }
    }
    answers = Answers(cases())
    definitions.update(answers.definitions)
    for case in cases():
        schema = case.fields.model_json_schema(ref_template="#/components/schemas/{model}")
        definitions.update(schema.pop("$defs", {}))
        paths[path_of(case)] = _operation(case, schema, answers.of(case))
    paths[programs.PATH] = {"post": programs.operation(_refusals())}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": paths,
        "components": {
            "schemas": definitions,
            "securitySchemes": {
                "session": {"type": "http", "scheme": "bearer", "description": "A session's opaque token."}
            },
        },
        "security": [{"session": []}],
    }


def _refusals() -> dict[str, Any]:
    told = {
        "description": "a refusal, told in words",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    return {str(status): told for status in (401, 403, 404, 409, 422, 429, 503)}


def _operation(case: Case, schema: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = []
    if case.on:
        parameters.append(
            {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
        )
    operation: dict[str, Any] = {
        "operationId": case.name,
        "summary": case.doc.splitlines()[0],
        "description": case.doc,
        "parameters": parameters,
        "responses": {"200": {"description": "done", "content": {"application/json": {"schema": answer}}}}
        | _refusals(),
    }
    if isinstance(case, Action):
        required = bool(schema.get("required"))
        operation["requestBody"] = {"required": required, "content": {"application/json": {"schema": schema}}}
        return {"post": operation}
    needed = set(schema.get("required", ()))
    parameters += [
        {"name": n, "in": "query", "required": n in needed, "schema": p}
        for n, p in schema.get("properties", {}).items()
    ]
    return {"get": operation}
