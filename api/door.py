"""From an action to an endpoint: cookie check on the loop, body read with a bound, one hop to a thread, one answer.

The OpenAPI document is made from the same registry, so it cannot tell of a route that is not there.
"""

import asyncio
import hashlib
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import is_dataclass
from functools import cache, partial
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel, TypeAdapter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from api import bodies, errors
from api.caller import caller_of
from kernel.action import Action
from kernel.db import Record
from kernel.errors import Fault, Malformed, OmniError, Unavailable
from kernel.once import ONCE, Once, Repeated
from kernel.reading import Reading
from kernel.settings import settings

MAX_BODY = 262_144
BODY_SECONDS = 30.0
UUID_FORM = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
Case = Action[..., Any] | Reading[..., Any]
_pool: list[ThreadPoolExecutor] = []


def threads() -> ThreadPoolExecutor:
    """Return this process's few threads, one database connection each."""
    if not _pool:
        _pool.append(ThreadPoolExecutor(settings.threads, thread_name_prefix="door"))
    return _pool[0]


def close_threads() -> None:
    """Let running work end and close the threads."""
    while _pool:
        _pool.pop().shutdown(wait=True)


async def in_thread(call: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """Run a use case in a thread, so that the loop goes on."""
    return await asyncio.get_running_loop().run_in_executor(threads(), partial(call, *args, **kwargs))


async def body_of(request: Request) -> dict[str, Any]:
    """Return the JSON object a request carries; an empty body is an empty object.

    Raises:
        Malformed: too large, too slow, not JSON, or not an object.

    """
    try:
        async with asyncio.timeout(BODY_SECONDS):
            read = await _read(request)
    except TimeoutError:
        raise Malformed(f"The body did not arrive within {BODY_SECONDS:.0f} seconds.") from None
    if not read:
        return {}
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json":
        raise Malformed("Send application/json.", [Fault("body", "the content type is not application/json")])
    return bodies.parse(bytes(read))


async def _read(request: Request) -> bytearray:
    read = bytearray()
    async for part in request.stream():
        read += part
        if len(read) > MAX_BODY:
            raise Malformed(f"A body may have at most {MAX_BODY} bytes.")
    return read


def target_of(request: Request) -> UUID:
    """Return the id in the path.

    Raises:
        Malformed: not a UUID in its usual form.

    """
    given = request.path_params["id"]
    if UUID_FORM.fullmatch(given) is None:
        raise Malformed("The id is not a UUID.", [Fault("id", "not a UUID")])
    return UUID(given)


def query_of(request: Request, lists: frozenset[str]) -> dict[str, Any]:
    """Return the fields in the address; those in `lists` as lists, however often they are given.

    Raises:
        Malformed: the database could not keep what was sent.

    """
    fields: dict[str, Any] = {}
    for name in request.query_params:
        values = request.query_params.getlist(name)
        fields[name] = values if name in lists or len(values) > 1 else values[0]
        if not all(map(bodies.storable, (name, *values))):
            raise Malformed("The address holds the character NUL.", [Fault("query", "holds the character NUL")])
    return fields


def shown(case: Case, result: Any) -> Any:
    """Return what a door hands out of a result: the answer's model, never a table record."""
    of = getattr(case.answer, "of", None)
    if isinstance(result, list | tuple):
        return [shown(case, r) for r in result]
    if of is not None and result is not None:
        result = of(result)
    if isinstance(result, BaseModel) and not isinstance(result, Record):
        return result.model_dump(mode="json")
    if isinstance(result, Record):
        return {"id": str(result.id), "ref": result.ref, "version": result.version}
    if result is None or isinstance(result, str | int | bool | dict):
        return result
    if is_dataclass(result) and not isinstance(result, type):
        return _adapter(type(result)).dump_python(result, mode="json")
    return str(result)


@cache
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def endpoint(case: Case) -> Callable[[Request], Any]:
    """Return the ASGI endpoint of an action or a reading."""
    lists = _lists_of(case)

    async def door(request: Request) -> Response:
        try:
            result = await (_act(case, request) if isinstance(case, Action) else _tell(case, request, lists))
        except Repeated as again:
            return Response(
                orjson.dumps(again.answer), media_type="application/json", headers={"Idempotent-Replayed": "true"}
            )
        except OmniError as error:
            return errors.answer(error)
        except ClientDisconnect:
            return Response(status_code=499)
        return Response(orjson.dumps(shown(case, result)), media_type="application/json")

    return door


def _lists_of(case: Case) -> frozenset[str]:
    """Return the fields that hold lists: in an address, a list of one looks like the one."""
    told = case.fields.model_json_schema().get("properties", {})
    forms = {name: [form, *form.get("anyOf", ())] for name, form in told.items()}
    return frozenset(name for name, any_of in forms.items() if any(f.get("type") == "array" for f in any_of))


async def _tell(case: Reading[..., Any], request: Request, lists: frozenset[str]) -> Any:
    result, promise = await in_thread(_begin, case, request, lists)
    if promise is not None:
        try:
            await asyncio.wait_for(asyncio.wrap_future(promise), timeout=10)
        except Exception as lost:
            raise Unavailable("The ledger cannot be written, so this cannot be shown.") from lost
    return result


def _begin(case: Reading[..., Any], request: Request, lists: frozenset[str]) -> Any:
    actor = caller_of(request)
    try:
        target = (target_of(request),) if case.on else ()
        fields = query_of(request, lists)
    except Malformed as error:
        case.turn_away(actor, error)
    return case.begin(actor, *target, **fields)


async def _act(case: Action[..., Any], request: Request) -> Any:
    try:
        target = (target_of(request),) if case.on else ()
        fields = await body_of(request)
    except Malformed as error:
        await in_thread(_turn_away, case, request, error)
        raise
    key = request.headers.get("idempotency-key")
    if key is None:
        return await in_thread(lambda: case(caller_of(request), *target, **fields))
    sent = hashlib.sha256(orjson.dumps([str(target), fields], option=orjson.OPT_SORT_KEYS)).hexdigest()

    def act() -> Any:
        token = ONCE.set(Once(key, sent, partial(shown, case)))
        try:
            return case(caller_of(request), *target, **fields)
        finally:
            ONCE.reset(token)

    return await in_thread(act)


def _turn_away(case: Case, request: Request, error: Malformed) -> None:
    case.turn_away(caller_of(request), error)


def route_of(case: Case, path: str) -> Route:
    """Return the route of a use case: POST for an action, GET for a reading."""
    return Route(path, endpoint(case), methods=["POST" if isinstance(case, Action) else "GET"], name=case.name)
