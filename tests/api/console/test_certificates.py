"""Certificates as the world outside sees them: a code proves a pass, and tells nothing else of anybody. [TR-1]"""

import html
import re

import pytest

from api.console import certificates
from api.throttles import Throttle
from iam.entry.rates import Rate
from tests import world
from tests.rows import Worlds
from tests.training.conftest import School, hands, school  # noqa: F401 - fixtures
from training.learning import passes

pytestmark = pytest.mark.needs("frontend")


def text_of(answer) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


@pytest.fixture(autouse=True)
def fresh_throttle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "throttle", Throttle("certificates", Rate(burst=100, per_second=1)))


@pytest.fixture
def ama(worlds: Worlds) -> world.Somebody:
    return worlds.stand(lambda: world.activated(role="agent"))


@pytest.fixture
def code(school: School, ama) -> str:  # noqa: F811
    school.take(ama, school.publish("passwords"), wrong=1)
    (certificate,) = passes.my_certificates(ama.actor)
    return certificate.code


def test_anybody_verifies_a_certificate_without_signing_in(visitor, ama, code: str) -> None:
    answer = visitor.get(f"/certificates/{code}")
    told = text_of(answer)
    assert answer.status_code == 200
    assert "This certificate is valid" in told
    assert ama.name in told
    assert "About passwords" in told
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"


def test_it_tells_nothing_but_name_course_and_date(visitor, ama, code: str) -> None:
    page = visitor.get(f"/certificates/{code}").text
    assert str(ama.id) not in page
    assert ama.email not in page
    assert "75 %" not in page


def test_a_lapsed_certificate_says_so(visitor, school: School, code: str) -> None:  # noqa: F811
    school.hands.forward(days=366)
    told = text_of(visitor.get(f"/certificates/{code}"))
    assert "This certificate has lapsed" in told
    assert "is valid" not in told


@pytest.mark.parametrize(
    "odd", ["AAAA-BBBB-CCCC-DDDD", "x", "%27--", "a" * 5000, "%00", "%F0%9F%98%80", "..%2F..", "٣٣٣٣"]
)
def test_a_code_that_nobody_has_proves_nothing(visitor, code: str, odd: str) -> None:
    answer = visitor.get(f"/certificates/{odd}")
    assert answer.status_code == 404
    assert "About passwords" not in answer.text


def test_a_code_is_found_however_it_is_typed(visitor, code: str) -> None:
    typed = f" {code.lower().replace('-', ' ')} "
    sent = visitor.get("/certificates", params={"code": typed})
    assert sent.headers["location"] == f"/certificates/{code}"
    assert visitor.get("/certificates").status_code == 200
    assert "No certificate has this code" not in visitor.get("/certificates").text
    away = visitor.get("/certificates", params={"code": "//evil.example/\r\nX: y"})
    assert away.headers["location"] == "/certificates/EVIL-EXAM-PLEX-Y"


def test_one_address_tries_few_codes(visitor, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "throttle", Throttle("certificates", Rate(burst=3, per_second=0.0001)))
    tried = [visitor.get(f"/certificates/AAAA-AAAA-AAAA-AAA{n}").status_code for n in range(3)]
    assert tried == [404, 404, 404]
    barred = visitor.get(f"/certificates/{code}")
    assert barred.status_code == 429
    assert barred.headers["retry-after"]
    assert "About passwords" not in barred.text


def test_a_learner_prints_their_own_certificate_and_nobody_else_s(browser_of, ama, code: str) -> None:
    client = browser_of(ama)
    assert 'href="/training/passwords/certificate"' in client.get("/training/passwords").text
    made = client.get("/training/passwords/certificate")
    assert made.headers["content-type"] == "application/pdf"
    assert f'filename="passwords-{code}.pdf"' in made.headers["content-disposition"]
    assert made.content.startswith(b"%PDF-")
    other = browser_of(world.activated(role="agent"))
    assert other.get("/training/passwords/certificate").status_code == 404
    assert 'href="/training/passwords/certificate"' not in other.get("/training/passwords").text


def test_nobody_prints_a_certificate_without_signing_in(visitor, code: str) -> None:
    assert visitor.get("/training/passwords/certificate").headers["location"].startswith("/signin?next=")
