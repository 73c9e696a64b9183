"""Whatever the OpenAPI document allows, and much that it does not, is sent to every route: no route breaks, every no is told."""

import contextlib
import json
import random
import warnings
from functools import cache
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from api import fields, programs  # noqa: F401
from api.app import build
from api.routes import openapi
from kernel import db, fresh
from tests.api.conftest import TestClient, entered, is_problem, token_of
from tests.contactcenter.house import House, arrives

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis import GenerationMode

EXAMPLES = 4
LONGEST = 5000
"""Our client's own bound for an address is not far above it."""
UNAVAILABLE = 503
"""Told in words: in the tests' house no Asterisk is connected."""
ROLES = ("nobody", "member", "agent", "it-admin")
WHEN_IT_IS_SO = frozenset({"401", "403", "404", "409", "422", "429", "503"})


@cache
def operations() -> dict[str, Any]:
    """Every operation that the document tells of, by its label."""
    schema = schemathesis.openapi.from_dict(openapi())
    return {found.ok().label: found.ok() for found in schema.get_all_operations()}


class Program:
    """Somebody's program. It signs in anew where what it sent has ended its own session."""

    def __init__(self, client: TestClient, role: str) -> None:
        self.client, self.role, self.headers = client, role, {}
        self.come_in()

    def come_in(self) -> None:
        if self.role != "nobody":
            self.headers = token_of(entered(None if self.role == "member" else self.role))

    def still_in(self) -> bool:
        return self.role == "nobody" or self.client.get("/api/v1/account/mine", headers=self.headers).status_code == 200

    def send(self, case: Any, ids: list[str]) -> Any:
        """Send a case as it is, its id in the path at times that of a thing which is there."""
        path = case.operation.path
        for name, value in (case.path_parameters or {}).items():
            chosen = random.choice(ids) if ids and random.random() < 0.5 else quote(str(value), safe="%")  # noqa: S311
            path = path.replace("{" + name + "}", chosen)
        headers = {"content-type": "application/json", **self.headers}
        return self.client.request(
            case.method, path, params=as_text(case.query), content=body_of(case), headers=headers
        )


def as_text(query: Any) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in (query or {}).items():
        pairs += [(name, str(v)) for v in (value if isinstance(value, list) else [value])]
    return [tuple(part.encode(errors="replace").decode()[:LONGEST] for part in pair) for pair in pairs]  # type: ignore[misc]


def body_of(case: Any) -> bytes:
    if isinstance(case.body, bytes):
        return case.body
    if type(case.body).__name__ == "NotSet":
        return b""
    try:
        return orjson.dumps(case.body)
    except TypeError:  # a number beyond 64 bits, a lone surrogate: what the other side's writer would make of it
        return json.dumps(case.body).encode()


def things(url: str) -> dict[str, list[str]]:
    """The ids of what is there, by table."""
    with db.connect("none", url) as conn:
        names = [
            row[0]
            for row in conn.execute(
                "select table_name from information_schema.columns where table_schema = 'public' and column_name = 'id' and udt_name = 'uuid'"
            )
        ]
        return {name: [str(r[0]) for r in conn.execute(f'select id from "{name}" limit 20')] for name in names}


@pytest.fixture
def furnished(database: str) -> dict[str, list[str]]:
    """A house with people, lines and a conversation that waits."""
    house = House()
    queue = house.queue()
    house.agent()
    arrives(house.widget(queue))
    return things(database)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("mode", ["as-told", "otherwise"])
@pytest.mark.parametrize("role", ROLES)
def test_every_route_answers_whatever_is_sent(
    database: str, furnished: dict[str, list[str]], role: str, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet_hashing(monkeypatch)
    faults: list[str] = []
    every = [one for ids in furnished.values() for one in ids]
    generated = GenerationMode.POSITIVE if mode == "as-told" else GenerationMode.NEGATIVE
    with TestClient(build(), raise_server_exceptions=False) as client:
        program = Program(client, role)
        for label in operations():
            if not program.still_in():
                program.come_in()
            nouns = label.split("/")[3].replace("-", "_")
            ids = furnished.get(nouns) or every
            for case in made(label, generated):
                check(program, case, ids, faults)
    fresh.refresh(force=True)
    assert not faults, "\n".join(faults)


@cache
def made(label: str, mode: GenerationMode) -> list[Any]:
    """The requests that are sent to an operation, the same to all who send them."""
    found: list[Any] = []

    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operations()[label].as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        found.append(case)

    with contextlib.suppress(schemathesis.errors.SchemathesisError):  # what takes nothing cannot be called wrongly
        run()
    return found


def check(program: Program, case: Any, ids: list[str], faults: list[str]) -> None:
    answer = program.send(case, ids)
    label, told = case.operation.label, case.operation.definition.raw["responses"]
    sent = f"{label} as {program.role}, {answer.request.url}, {answer.request.content[:300]!r}: {answer.status_code} {answer.text[:200]}"
    routed = (
        "/" not in str((case.path_parameters or {}).get("id", "")).replace("%2F", "/") and answer.status_code != 405
    )
    if answer.status_code >= 500 and answer.status_code != UNAVAILABLE:
        faults.append(f"broke: {sent}")
    elif answer.status_code == 200:
        if answer.headers["content-type"] != "application/json":
            faults.append(f"not JSON: {sent}")
        faults.extend(f"answered otherwise than told, {fault}: {sent}" for fault in faults_of(label, answer.content))
    elif not is_problem(answer):
        faults.append(f"no problem document: {sent}")
    elif routed and str(answer.status_code) not in told:
        faults.append(f"a status the document does not tell of: {sent}")
    if (
        program.role == "nobody"
        and routed
        and case.operation.path != programs.PATH
        and answer.status_code not in {401, 404, 422}
    ):
        faults.append(f"a nobody was not asked to sign in: {sent}")


@cache
def validator(label: str) -> Any:
    """Judges an answer by what the document tells of it."""
    told = operations()[label].definition.raw["responses"]["200"]["content"]["application/json"]["schema"]
    return jsonschema_rs.validator_for({**told, "components": openapi()["components"]}, validate_formats=True)


def faults_of(label: str, answer: bytes) -> list[str]:
    return [
        f"{fault.instance_path}: {fault.message[:200]}" for fault in validator(label).iter_errors(json.loads(answer))
    ]


def quiet_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are not what is tried here; their hashing takes its time on purpose."""
    from iam.credentials import hashing

    monkeypatch.setattr(hashing, "verify", lambda *_: False)


def test_the_document_tells_of_every_use_case_and_its_refusals() -> None:
    from api.routes import cases

    told = {o.definition.raw["operationId"] for o in operations().values()}
    assert told == {case.name for case in cases()} | {"program-pass"}
    for operation in operations().values():
        assert set(operation.definition.raw["responses"]) >= WHEN_IT_IS_SO


def test_the_document_tells_what_each_use_case_answers() -> None:
    untold = [
        label
        for label, one in operations().items()
        if not one.definition.raw["responses"]["200"]["content"]["application/json"]["schema"]
    ]
    assert untold == []


@pytest.mark.parametrize(
    ("use_case", "names"),
    [
        ("POST /api/v1/sign-in/password", {"account_id", "password_id", "factors", "entered"}),
        ("POST /api/v1/sign-in/{id}/change", {"token", "session_id", "person_id", "account_id", "ends_at", "device"}),
        ("POST /api/v1/otp/{id}/enrol", {"secret", "address", "picture"}),
        ("POST /api/v1/activation/{id}/finish", {"codes", "entered"}),
        ("POST /api/v1/program-pass", {"token", "ends_at"}),
    ],
)
def test_the_way_in_is_told_field_by_field(use_case: str, names: set[str]) -> None:
    found = [label for label in operations() if label == use_case]
    assert found, sorted(operations())
    told = operations()[use_case].definition.raw["responses"]["200"]["content"]["application/json"]["schema"]
    if "$ref" in told:
        told = openapi()["components"]["schemas"][told["$ref"].rpartition("/")[2]]
    assert set(told["properties"]) == names


def test_the_document_and_the_doors_answer_agree_on_what_a_session_is() -> None:
    """What a door would hand out of a dataclass is what the document tells of it."""
    from datetime import UTC, datetime

    from api.door import shown
    from iam.entry.entering import Entered
    from kernel.action import ACTIONS
    from kernel.db import uuid7

    entered = Entered("t", uuid7(), uuid7(), uuid7(), datetime.now(UTC), None)
    answer = json.dumps(shown(ACTIONS["sign-in.change"], entered)).encode()
    assert faults_of("POST /api/v1/sign-in/{id}/change", answer) == []
    assert faults_of("POST /api/v1/sign-in/{id}/change", b'{"token": 1}') != []
