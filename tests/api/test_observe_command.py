"""`omniwarden observe`: exit codes for machines, sentences for people. [CC-4]"""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from changecontrol import systems
from kernel.errors import Malformed, NotFound
from tests import world

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def system() -> str:
    admin = world.person(role="it-admin")
    slug = f"host-{admin.id.hex[-12:]}"
    systems.add_system(
        admin.actor, slug=slug, label="A host", environment="production", function="answers calls", owner_id=admin.id
    )
    return slug


def observe(*words: str, piped: bytes | None = None) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["observe", *words], input=piped)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def test_a_host_is_looked_at_and_what_nobody_authorised_has_an_owner(system: str, tmp_path: Path) -> None:
    report = tmp_path / "packages"
    report.write_text("bash\t5.2\n")
    assert observe(system, "packages", str(report)) == (0, "First look: kept, nothing to compare it with yet.\n")
    assert observe(system, "packages", piped=b"bash\t5.2\n")[0] == 0
    assert observe(system, "packages", piped=b"bash\t5.3\n") == (1, "1 differences, 0 authorised, 1 not.\n")


def test_bad_input_is_named_and_keeps_nothing(system: str) -> None:
    with pytest.raises(Malformed, match="byte 4 is 0xff"):
        observe(system, "packages", piped=b"bash\xff\n")
    with pytest.raises(NotFound, match="no-such-host"):
        observe("no-such-host", "packages", piped=b"bash\t5.2\n")
    assert observe(system, "packages", piped=b"bash\t5.2\n")[1].startswith("First look")
