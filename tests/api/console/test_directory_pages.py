"""Directories set up through their pages, against a real OpenLDAP: tried, added, governed, bound, amended. [AC-7, ID-2, PW-1, PW-4]"""

import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlmodel import select

from changecontrol.systems import add_system
from iam.directory import cycle, registry
from iam.directory.connection import opened
from iam.directory.models import Directory, DirectoryEntry, DirectoryGroup
from iam.directory.registry import door_of
from iam.people.models import Account
from kernel import clock, db, frame
from kernel.actor import person as acting
from tests import world
from tests.iam.directory import slapd
from tests.iam.directory.certificates import signed
from tests.iam.directory.changes import change
from tests.iam.directory.slapd import GROUPS, PEOPLE, Slapd

pytestmark = [pytest.mark.needs("slapd"), pytest.mark.needs("frontend"), pytest.mark.usefixtures("database")]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Slapd]:
    ldif = slapd.user(1, "afi.mensah", givenName="Afi", sn="Mensah") + slapd.user(2, "kofi.adjovi")
    made = slapd.made(tmp_path / "slapd", ldif + slapd.group("supervisors", "afi.mensah"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def admin() -> world.Somebody:
    return world.activated(role="it-admin")


def settings(server: Slapd, **more: str) -> dict[str, str]:
    return {
        "platform": "", "label": "Call floor", "slug": "floor", "kind": "ldap", "host": "127.0.0.1",
        "port": str(server.ldaps_port), "security": "ldaps", "authority": server.own.pem, "bind_dn": slapd.ROOT,
        "password": slapd.PASSWORD, "people": PEOPLE, "groups": GROUPS, "pattern": r"[a-z]+(\.[a-z]+)?[0-9]*",
        "forms": "{given}.{family}", **more,
    }  # fmt: skip


def added(browser: Any, server: Slapd, **more: str) -> UUID:
    done = browser.post("/directories/new", data=settings(server, **more))
    assert done.status_code == 303, done.text
    return UUID(re.search(r"/directories/([0-9a-f-]{36})", done.headers["location"])[1])


def looked(directory_id: UUID, **more: Any) -> cycle.Outcome:
    done = cycle.look(directory_id, clock.now(), **more)
    assert done is not None
    return done


def keys(directory_id: UUID) -> dict[str, str]:
    with db.read_session() as session:
        rows = session.scalars(select(DirectoryEntry).where(DirectoryEntry.directory_id == directory_id))
        return {row.name: row.external_id for row in rows}


def one(model: Any) -> Any:
    with db.read_session() as session:
        return session.scalars(select(model)).one()


def test_a_directory_is_tried_added_looked_at_and_left_alone(browser_of, admin, server) -> None:
    page = browser_of(admin)
    assert "No directory yet" in page.get("/directories").text
    tried = page.post("/directories/try", data=settings(server))
    assert tried.status_code == 200
    assert "2 users, 1 group" in tried.text
    assert slapd.PASSWORD not in tried.text, "the secret is typed again, never shown"
    assert "No directory yet" in page.get("/directories").text, "a trial keeps nothing"
    directory = added(page, server)
    assert "No look yet" in page.get(f"/directories/{directory}").text
    assert looked(directory).compared == 2
    shown = page.get(f"/directories/{directory}").text
    assert "2 entries compared" in shown
    assert "Unknown account" in shown
    assert PEOPLE in shown
    assert 'href="/directories/' in page.get("/directories").text
    assert page.post(f"/directories/{directory}/switch", data={"active": "0"}).status_code == 303
    assert "Left alone" in page.get("/directories").text
    assert page.post(f"/directories/{directory}/look").status_code == 422
    assert page.post(f"/directories/{directory}/switch", data={"active": "1"}).status_code == 303
    assert page.post(f"/directories/{directory}/look").status_code == 303
    assert looked(directory).whole, "asked for, the next round looks at everything"


WRONG = {
    "another authority": ({"authority": "other"}, "certificate is not accepted"),
    "no authority": ({"authority": ""}, "certificate is not accepted"),
    "wrong password": ({"password": "Wrong-Tractor9"}, "does not let us in"),
    "wrong name": ({"bind_dn": "cn=nobody,dc=house,dc=test"}, "does not let us in"),
    "users elsewhere": ({"people": "ou=menschen,dc=house,dc=test"}, "The place of the users is not there"),
    "groups elsewhere": ({"groups": "ou=Gruppen Köln,dc=house,dc=test"}, "The place of the groups is not there"),
    "no users": ({"people": GROUPS}, "shows no user there"),
    "closed port": ({"port": "1"}, "cannot be reached"),
    "plain port as TLS": ({"port": "plain"}, "certificate is not accepted"),
}


@pytest.mark.parametrize("case", WRONG, ids=str)
def test_a_trial_says_what_is_wrong(browser_of, admin, server, tmp_path, case) -> None:
    more, why = WRONG[case]
    told = dict(more)
    if told.get("authority") == "other":
        told["authority"] = signed(tmp_path / "other", "127.0.0.1").pem
    if told.get("port") == "plain":
        told["port"] = str(server.ldap_port)
    answer = browser_of(admin).post("/directories/try", data=settings(server, **told), headers={"hx-request": "true"})
    assert answer.status_code == 200
    assert why in answer.text, answer.text
    assert told.get("password", slapd.PASSWORD) not in answer.text
    assert "<html" not in answer.text


REFUSED = {
    "no certificate": {"authority": "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----"},
    "an essay": {"authority": "Dear directory, please trust us."},
    "a private key": {"authority": "key"},
    "no name": {"people": "people"},
    "a filter": {"people": "*)(uid=*"},
    "half a name": {"groups": "ou=groups,,dc=test"},
    "no machine": {"host": ""},
    "a machine that is an address": {"host": "evil.example/x?"},
    "no port": {"port": "70000"},
    "port zero": {"port": "0"},
    "words as port": {"port": "80; drop table"},
    "no password": {"password": ""},
    "a long password": {"password": "x" * 300},
    "no bind name": {"bind_dn": "   "},
    "another kind": {"kind": "pbx"},
    "a platform of no directory": {"platform": "omniwarden"},
    "no pattern": {"pattern": "(("},
    "a slug of signs": {"slug": "Étage 2"},
}


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_what_no_directory_can_be_asked_by_is_refused_with_what_was_typed_kept(browser_of, admin, server, case) -> None:
    told = dict(REFUSED[case])
    if told.get("authority") == "key":
        told["authority"] = server.own.key.read_text()
    page = browser_of(admin)
    answer = page.post("/directories/new", data=settings(server, **told))
    assert answer.status_code == 422, answer.status_code
    assert "Something needs your attention" in answer.text
    assert "Call floor" in answer.text, "what was typed is kept"
    assert 'name="password" type="password" value=""' in answer.text
    assert "PRIVATE KEY" not in answer.text
    assert registry.list_directories(admin.actor) == []


def test_a_certificate_comes_as_a_file_and_ten_megabytes_do_not(browser_of, admin, server) -> None:
    page, told = browser_of(admin), settings(server, authority="")
    big = page.post("/directories/new", data=told, files={"authority_file": ("ca.pem", b"x" * 10_000_000)})
    assert big.status_code in {413, 422}
    noise = page.post("/directories/new", data=told, files={"authority_file": ("ca.pem", bytes(range(256)) * 40)})
    assert noise.status_code == 422
    good = page.post(
        "/directories/new", data=told, files={"authority_file": ("ca.pem", server.own.authority.read_bytes())}
    )
    assert good.status_code == 303, good.text
    assert one(Directory).authority.startswith("-----BEGIN CERTIFICATE-----")


def test_a_group_becomes_a_right_and_ends_again(browser_of, admin, server) -> None:
    page = browser_of(admin)
    directory = added(page, server)
    form = page.get(f"/directories/{directory}/groups").text
    key = re.search(r'<option value="([0-9a-f-]{36})">supervisors', form)[1]
    for wrong in ({"group": "nobody"}, {"group": key, "role": "no-such"}, {"group": key, "scope": "site:nowhere"}):
        sent = {"role": "supervisor", "scope": "house", **wrong}
        assert page.post(f"/directories/{directory}/groups", data=sent).status_code == 422
    sent = {"group": key, "role": "supervisor", "scope": "house"}
    assert page.post(f"/directories/{directory}/groups", data=sent).status_code == 303
    looked(directory)
    assert "Right nobody gave" in page.get(f"/directories/{directory}").text, "Afi is in it, and nobody gave it to her"
    group = one(DirectoryGroup)
    assert page.post(f"/directories/{directory}/groups/{group.id}/end").status_code == 303
    looked(directory)
    assert "Right nobody gave" not in page.get(f"/directories/{directory}").text
    assert page.post(f"/directories/{directory}/groups/{group.id}/end").status_code == 404


def test_an_entry_is_bound_by_one_click_and_an_unknown_one_by_name(browser_of, admin, server) -> None:
    page = browser_of(admin)
    directory = added(page, server)
    looked(directory)
    afi = world.activated(given_name="Afi", family_name="Mensah")
    shown = page.get(f"/directories/{directory}/entries").text
    assert "agrees in names" in shown
    assert str(afi.id) in shown
    found = keys(directory)
    own = page.post(f"/directories/{directory}/entries", data={"entry": found["kofi.adjovi"], "person": str(admin.id)})
    assert own.status_code == 422
    assert "Nobody binds an entry to himself" in own.text
    done = page.post(f"/directories/{directory}/entries", data={"entry": found["afi.mensah"], "person": str(afi.id)})
    assert done.status_code == 303
    with db.read_session() as session:
        account = session.scalars(select(Account).where(Account.platform == "floor")).one()
    assert (account.person_id, account.name, account.status) == (afi.id, "afi.mensah", "active")
    again = page.post(f"/directories/{directory}/entries", data={"entry": found["afi.mensah"], "person": str(afi.id)})
    assert again.status_code == 422, "twice is once"
    nobody = page.post(f"/directories/{directory}/entries", data={"entry": found["kofi.adjovi"], "person": "*)(uid=*"})
    assert nobody.status_code == 422
    other = world.person(given_name="Xerxes", family_name="Quiroga")
    other_done = page.post(
        f"/directories/{directory}/entries", data={"entry": found["kofi.adjovi"], "person": other.user_name}
    )
    assert other_done.status_code == 303, other_done.text
    assert "Every entry has its person" in page.get(f"/directories/{directory}/entries").text


def test_accounts_that_were_there_are_bound_together(browser_of, admin, server) -> None:
    page = browser_of(admin)
    directory = added(page, server)
    looked(directory)
    afi = world.person(given_name="Afi", family_name="Mensah")
    told = {"person_id": afi.id, "platform": "floor", "name": "afi.mensah", "status": "active"}
    change(lambda work: work.add(Account(made_at=work.now, **told)))
    assert "agrees in names, user id" in page.get(f"/directories/{directory}/entries").text
    assert page.post(f"/directories/{directory}/import").status_code == 303
    assert f"entry-{keys(directory)['afi.mensah']}" not in page.get(f"/directories/{directory}/entries").text


def test_the_kept_password_goes_to_no_other_place(browser_of, admin, server) -> None:
    page = browser_of(admin)
    directory = added(page, server)
    for more in ({"url": "ldaps://thief.example:636"}, {"bind_dn": "cn=other,dc=house,dc=test"}):
        refused = page.post(f"/directories/{directory}/amend", data=more)
        assert refused.status_code == 422
        assert "password again" in refused.text
    kept = one(Directory)
    assert kept.url == server.ldaps
    done = page.post(f"/directories/{directory}/amend", data={"url": server.ldap, "password": slapd.PASSWORD})
    assert done.status_code == 303
    assert page.post(f"/directories/{directory}/try").status_code == 200
    assert looked(directory).state == "current", "by StartTLS now"


def test_a_directory_is_said_to_be_a_system_of_the_register_and_no_other(browser_of, admin, server) -> None:
    slug = f"head-{clock.milliseconds()}"
    add_system(
        acting(admin.id, admin.name, factor_at=clock.now()), slug=slug, label="Directory of the head office",
        environment="production", function="knows everybody", owner_id=admin.id,
    )  # fmt: skip
    page = browser_of(admin)
    directory = added(page, server)
    assert f'<option value="{slug}">Directory of the head office' in page.get(f"/directories/{directory}").text
    assert page.post(f"/directories/{directory}/system", data={"system": slug}).status_code == 303
    assert one(Directory).system == slug
    refused = page.post(f"/directories/{directory}/system", data={"system": "no-such-system"})
    assert refused.status_code == 422
    assert 'id="system-problem"' in refused.text
    assert page.post(f"/directories/{directory}/system", data={"system": ""}).status_code == 303
    assert one(Directory).system == ""


def test_a_directory_that_is_down_or_silent_leaves_its_pages_usable(browser_of, admin, server, monkeypatch) -> None:
    from iam.directory import trials

    monkeypatch.setattr(trials, "PATIENCE", 1.0)
    page = browser_of(admin)
    directory = added(page, server)
    looked(directory)
    server.stop()
    assert looked(directory).state == "down"
    assert "It cannot be reached" in page.get(f"/directories/{directory}").text
    assert "does not tell its groups now" in page.get(f"/directories/{directory}/groups").text
    assert "cannot be reached" in page.post(f"/directories/{directory}/try").text
    assert page.get(f"/directories/{directory}/entries").status_code == 200, "what was last seen is still there"
    with socket.create_server(("127.0.0.1", server.ldaps_port)) as silent:
        met: list[Any] = []
        threading.Thread(target=lambda: met.append(silent.accept()), daemon=True).start()
        begun = clock.monotonic()
        assert "did not answer in time" in page.post(f"/directories/{directory}/try").text
        assert clock.monotonic() - begun < 20


def test_ones_own_password_is_set_from_ones_account(browser_of, admin, server) -> None:
    page = browser_of(admin)
    directory = added(page, server)
    looked(directory)
    afi = world.activated(given_name="Afi", family_name="Mensah")
    sent = {"entry": keys(directory)["afi.mensah"], "person": str(afi.id)}
    assert page.post(f"/directories/{directory}/entries", data=sent).status_code == 303
    with db.read_session() as session:
        account = session.scalars(select(Account).where(Account.platform == "floor")).one()
    address = f"/account/directories/{account.id}"
    assert page.get(address).status_code == 404, "nobody sets another's"
    mine = browser_of(afi)
    assert address in mine.get("/account").text
    assert mine.post(address, data={"password": "short1A", "again": "short1A"}).status_code == 422
    assert mine.post(address, data={"password": "Mumble-Tractor7-Violet", "again": "other"}).status_code == 422
    good = {"password": "Mumble-Tractor7-Violet", "again": "Mumble-Tractor7-Violet"}
    assert mine.post(address, data=good).status_code == 303
    own = replace(
        door_of(one(Directory)), bind_dn=f"uid=afi.mensah,{PEOPLE}", password=SecretStr("Mumble-Tractor7-Violet")
    )
    with opened(own):
        pass
    server.stop()
    down = mine.post(address, data=good)
    assert down.status_code == 503
    assert "does not answer" in down.text


def test_the_secret_is_in_no_page_ledger_or_log(browser_of, admin, server, database, caplog) -> None:
    page = browser_of(admin)
    directory = added(page, server)
    looked(directory)
    texts = [
        page.get(path).text
        for path in ("/directories", f"/directories/{directory}", f"/directories/{directory}/groups")
    ]
    texts.append(page.post(f"/directories/{directory}/try").text)
    page.post("/directories/new", data=settings(server, slug="twice"))
    frame.close_writer()
    with db.connect(db.AUDITOR, database) as conn:
        texts += [bytes(row[0]).decode() for row in conn.execute("select body from ledger.entry")]
        texts += [str(row) for row in conn.execute("select row_to_json(d)::text from directory d")]
    texts.append(caplog.text)
    assert not any(slapd.PASSWORD in text for text in texts)


def test_who_is_not_elevated_sees_and_changes_nothing(browser_of, admin, server) -> None:
    directory = added(browser_of(admin), server)
    standing = browser_of(world.activated(role="it-admin", elevated=False))
    shown = standing.get(f"/directories/{directory}").text
    assert "needs an elevation" in shown
    assert "Try the connection" not in shown
    for path in ("/directories/new", f"/directories/{directory}/amend", f"/directories/{directory}/switch",
                 f"/directories/{directory}/entries", f"/directories/{directory}/groups", f"/directories/{directory}/import"):  # fmt: skip
        assert standing.post(path, data=settings(server, slug="x")).status_code in {403, 404, 422}, path
    assert standing.get(f"/directories/{directory}/entries").status_code == 403
    assert standing.get("/directories/new").status_code == 403
    agent = browser_of(world.activated(role="agent"))
    assert agent.get("/directories").status_code in {403, 404}
    assert agent.get(f"/directories/{directory}").status_code in {403, 404}
    assert 'href="/directories"' not in agent.get("/account").text
