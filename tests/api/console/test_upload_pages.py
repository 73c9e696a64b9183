"""Log files sent by the browser: shown before they are sent, sent in parts, gone on with, taken in; refused to who may not."""

import gzip
import hashlib
from pathlib import Path

import pytest

from firewall_audit import devices, place
from firewall_audit.intake import uploading
from tests import world
from tests.firewall_audit.intake.test_files import week

pytestmark = pytest.mark.needs("frontend")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "settings", place.settings.model_copy(update={"state_folder": tmp_path}))


def edge(who: world.Somebody) -> str:
    made = devices.add_device(
        who.actor, slug="edge-1", name="Edge <1>", kind="firewall", vendor="netfilter", owner_id=who.id, formats=["netfilter"],
    )  # fmt: skip
    return f"/firewalls/{made.id}/uploads"


def test_a_file_is_previewed_sent_in_parts_gone_on_with_and_taken_in(browser_of):
    who = world.activated(role="network-engineer")
    browser = browser_of(who)
    path = edge(who)
    raw = gzip.compress(b"\n".join(week(100)) + b"\n")
    assert "Edge &lt;1&gt;" in browser.get(path).text
    told = browser.post(
        f"{path}/preview", data={"zone": "", "modified": "1772900000000"}, files={"head": ("head", raw)}
    )
    assert "reads 100 of the first 100 lines" in told.text
    assert "198.51.100.7" in told.text
    wrong = browser.post(f"{path}/preview", data={"zone": "Mars/Base"}, files={"head": ("head", raw)})
    assert "time zone" in wrong.text
    assert browser.post(path, data={"name": "a", "size": "0"}).status_code == 422
    begun = browser.post(path, data={"name": "w.gz", "size": str(len(raw)), "modified": "1772900000000"}).json()
    here = f"/firewalls/uploads/{begun['id']}"
    sum_ = hashlib.sha256(raw).hexdigest()
    binary = {"content-type": "application/octet-stream"}
    spoilt = browser.post(f"{here}/parts/0?sha256={sum_}", content=raw[:-1] + b"x", headers=binary)
    assert spoilt.status_code == 422
    assert "send it again" in spoilt.json()["why"]
    assert browser.get(f"{here}/parts").json()["held"] == []
    assert "Go on sending" in browser.get(here).text
    assert browser.post(f"{here}/finish").status_code == 409
    assert browser.post(f"{here}/parts/0?sha256={sum_}", content=raw, headers=binary).json() == {"held": 1}
    assert browser.get(f"{here}/parts").json()["held"] == [[0, sum_]]
    assert browser.post(f"{here}/finish").status_code == 303
    assert "every 2s" in browser.get(f"{here}/standing").text
    assert browser.post(f"{here}/parts/0?sha256={sum_}", content=raw, headers=binary).status_code == 409
    uploading.take_waiting()
    assert "Taken in" in browser.get(here).text
    assert "every 2s" not in browser.get(f"{here}/standing").text
    assert browser.post(f"{here}/drop").status_code == 409


def test_whoever_may_not_send_sees_at_most_what_was_sent(browser_of):
    path = edge(world.person(role="network-engineer"))
    browser = browser_of(world.activated(role="auditor"))
    page = browser.get(path)
    assert page.status_code == 200
    assert "upload-form" not in page.text
    assert browser.post(path, data={"name": "w.gz", "size": "9"}).status_code == 422
    assert browser.post(f"{path}/preview", files={"head": ("head", b"x")}).status_code == 403


def test_a_part_of_nobody_and_one_that_is_too_large_are_not_listened_to(browser_of, visitor):
    assert visitor.post("/firewalls/uploads/x/parts/0", content=b"x" * 9_000_000).status_code in {303, 401}
    who = world.activated(role="network-engineer")
    browser, path = browser_of(who), edge(who)
    begun = browser.post(path, data={"name": "w", "size": "9000000"}).json()
    binary = {"content-type": "application/octet-stream"}
    told = browser.post(f"/firewalls/uploads/{begun['id']}/parts/0?sha256=0", content=b"x" * 5_000_000, headers=binary)
    assert told.status_code in {400, 413, 422}
