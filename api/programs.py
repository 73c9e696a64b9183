"""The door where a program exchanges what it signed with its service account's private key for a pass of minutes. [AC-4]

POST /api/v1/program-pass {"key_id": ..., "stamp": unix seconds, "nonce": 16 to 64 signs, "signature": base64url}. What is signed
(Ed25519): five lines, `omniwarden-service-v1`, the house's address, the key's id, the stamp and the nonce, without a line break at the end.
"""

from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from api import errors
from api.caller import source_of
from api.door import body_of, in_thread
from iam.entry.entering import Source
from iam.services import program_entry
from kernel.errors import OmniError

PATH = "/api/v1/program-pass"
FIELDS = ("key_id", "stamp", "nonce", "signature")


async def give_pass(request: Request) -> Response:
    """Give a program its pass."""
    try:
        body = await body_of(request)
        made = await in_thread(_enter, body, Source(address=source_of(request)[:64]))
    except OmniError as error:
        return errors.answer(error)
    except ClientDisconnect:
        return Response(status_code=499)
    return Response(orjson.dumps(made.model_dump(mode="json")), media_type="application/json")


def _enter(body: dict[str, Any], source: Source) -> program_entry.Pass:
    sent: dict[str, Any] = {name: body.get(name) for name in FIELDS}
    return program_entry.check_signature(program_entry.CLERK, **sent, source=source)


def operation(refusals: dict[str, Any]) -> dict[str, Any]:
    """Return this door as the OpenAPI document tells it: open to who has no session, because its answer begins one."""
    taken = program_entry.check_signature.fields.model_json_schema()
    schema = {
        "type": "object",
        "required": list(FIELDS),
        "properties": {name: taken["properties"][name] for name in FIELDS},
    }
    made = program_entry.Pass.model_json_schema(mode="serialization")
    return {
        "operationId": "program-pass",
        "summary": give_pass.__doc__,
        "description": __doc__,
        "security": [],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {"200": {"description": "done", "content": {"application/json": {"schema": made}}}} | refusals,
    }


ROUTES = [Route(PATH, give_pass, methods=["POST"], name="program-pass")]
