"""More people for a journey's own use, and the moment from which what they had is refused to them."""

import json
import secrets
import sys
import time
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Self

import httpx

from tests.journeys.authenticator import Authenticator
from tests.journeys.browsing import Window
from tests.journeys.house import House, until

_numbers = count(secrets.randbelow(900_000))


@dataclass
class Arrival:
    """Somebody who is to come: their rights as `role` or `role@scope` with the days for which each has been held."""

    name: str
    roles: dict[str, int]
    manager: str = ""
    job: str = ""
    calls: bool = False
    comes_in: bool = True
    email: str = field(default="")
    phone: str = field(default="")

    def __post_init__(self) -> None:
        number = next(_numbers)
        self.email = self.email or f"arrival.{number}@people.example"
        self.phone = self.phone or f"+2290195{number:06d}"


def arrive(house: House, *people: Arrival) -> list[Authenticator]:
    """Have people join, be given their rights and come in; those who do not come in cannot sign in."""
    told = house.command(
        sys.executable, "-m", "tests.journeys.arrivals", json.dumps([asdict(one) for one in people]), seconds=150
    ).stdout
    return [Authenticator(**row) for row in json.loads(told)]


class Watch:
    """Asks for a page with somebody's cookies, again and again, until it is refused, or `offers` is in it no more."""

    def __init__(self, house: House, theirs: Window, path: str, offers: str = "") -> None:
        self.house, self.path, self.offers = house, path, offers
        cookies = {one["name"]: one["value"] for one in theirs.context.cookies()}
        self.door = httpx.Client(base_url=house.address, cookies=cookies, timeout=10)

    def __enter__(self) -> Self:
        assert self.served(), f"{self.path} is served before"
        return self

    def __exit__(self, *_: object) -> None:
        self.door.close()

    def served(self) -> bool:
        answer = self.door.get(self.path)
        return answer.status_code == 200 and self.offers in answer.text

    def sees_the_end(self, statement: str, *values: object) -> None:
        """From the moment at which the database shows the end: no request begun a second later is served."""
        until(lambda: self.house.rows(statement, *values) != [], "the end")
        ended = began = time.monotonic()
        while self.served():
            assert began - ended < 1.0, "it is served a second after its end"
            began = time.monotonic()
