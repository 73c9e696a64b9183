"""A list of ten thousand people: its first page is quick, its pages leave out nobody, and its search finds the last of them."""

import re
import time
from html import unescape

import pytest

from kernel import db
from tests import world

PEOPLE = 10_000
ROW = re.compile(r'href="/people/([0-9a-f-]{36})"')
OLDER = re.compile(r'href="(/people\?after=[^"]+)"')
FILL = f"""
insert into person (id, version, scope, given_name, family_name, language, status, joined_at, kind, job)
select gen_random_uuid(), 1, 'house', case n % 3 when 0 then 'Jean Pierre' else 'Ama & ' || n end,
       case n % 3 when 0 then 'Dos Santos' else 'Zinsou' end, 'fr', 'active', now(), 'employee', ''
from generate_series(1, {PEOPLE}) n
"""


@pytest.fixture
def crowd(database: str) -> str:
    """Ten thousand people, every third of one and the same name; written past the walls, as no use case could so quickly."""
    with db.connect("none", database) as conn:
        asked = "select tgname, tgenabled from pg_trigger where tgrelid = 'person'::regclass and not tgisinternal"
        walls = conn.execute(asked).fetchall()
        off = "; ".join(f'alter table person disable trigger "{name}"' for name, _ in walls)
        on = "; ".join(
            f'alter table person enable {"always" if kind == "A" else ""} trigger "{name}"' for name, kind in walls
        )
        conn.execute(f"begin; {off}; {FILL}; {on}; commit")
    return database


@pytest.mark.slow
def test_a_list_of_ten_thousand(crowd: str, browser_of) -> None:
    page = browser_of(world.activated(role="it-admin"))
    page.get("/people")
    began = time.process_time()
    first = page.get("/people")
    assert time.process_time() - began < 0.5, "seconds of processor for one page, client and server together"
    assert len(first.content) < 200_000
    seen, answer = list(dict.fromkeys(ROW.findall(first.text))), first
    while found := OLDER.search(answer.text):
        answer = page.get(unescape(found[1]))
        seen += dict.fromkeys(ROW.findall(answer.text))
    assert len(seen) == len(set(seen)), "nobody stands on two pages"
    assert len(seen) >= PEOPLE, "nobody is between two pages"
    last = page.get("/people?q=Ama+%26+9998")
    assert len(dict.fromkeys(ROW.findall(last.text))) == 1
    for odd in ("/people?after_id=x", "/people?after=%00", "/people?after=zzzz&after_id=" + "0" * 36):
        assert page.get(odd).status_code < 500
