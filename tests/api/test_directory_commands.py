"""`omniwarden directory`, against a real OpenLDAP: tables to read, exit codes for machines. [AC-7]"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from tests.iam.directory import slapd
from tests.iam.directory.house import Governed, governed
from tests.iam.directory.slapd import GROUPS, PEOPLE, Slapd

pytestmark = [pytest.mark.needs("slapd"), pytest.mark.usefixtures("database")]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Slapd]:
    made = slapd.made(tmp_path / "slapd", slapd.user(1, "afi.mensah") + slapd.group("supervisors", "afi.mensah"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def house(server: Slapd) -> Governed:
    return governed("ldap", server.ldaps, server.own.pem, (slapd.ROOT, slapd.PASSWORD), PEOPLE, GROUPS)


def omniwarden(*words: str) -> tuple[int, str]:
    done = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["directory", *words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert slapd.PASSWORD not in done.output
    return done.exit_code, done.output


def test_a_directory_is_listed_tried_and_looked_at(house: Governed, server: Slapd) -> None:
    code, text = omniwarden("list")
    assert (code, "openldap" in text, "never" in text) == (0, True, True)
    code, text = omniwarden("test", "openldap")
    assert code == 0, text
    assert "1 users, 1 groups" in text
    code, text = omniwarden("look", "openldap")
    assert code == 1, "an account nobody asked for is there"
    assert "everything" in text
    assert house.open_cases() == [("unknown-account", "afi.mensah")]
    server.stop()
    assert omniwarden("look", "openldap", "--whole")[0] == 2
    code, text = omniwarden("test", "openldap")
    assert code == 2
    assert "cannot be reached" in text
    code, text = omniwarden("list")
    assert (code, "down" in text) == (2, True)


def test_while_somebody_looks_another_look_says_so(house: Governed) -> None:
    from iam.directory import mirror

    with mirror.alone(house.directory.id):
        assert omniwarden("look", "openldap")[0] == 3


def test_without_a_directory_the_list_says_how_to_begin() -> None:
    code, text = omniwarden("list")
    assert code == 0
    assert "/directories" in text
    done = CliRunner().invoke(app, ["directory", "look", "nowhere"])
    assert done.exit_code == 1
