"""`omniwarden alarm test`: a test of the whole way, from a line in a device's spool to whoever is on call. [FW-6]"""

from enum import IntEnum
from typing import Annotated

import typer
from rich.console import Console

app = typer.Typer(no_args_is_help=True, help="Alarms of firewalls and other network devices.")
out = Console()
LOOK_SECONDS = 0.2


class Exit(IntEnum):
    """What the exit code tells."""

    raised = 0
    silent = 1


@app.callback()
def alarm() -> None:
    """Alarms of firewalls and other network devices."""


@app.command("test")
def ring(
    device: Annotated[str, typer.Option(help="The device's short name on the register.")],
    wait: Annotated[int, typer.Option(min=1, max=600, help="Seconds to wait for the alarm.")] = 30,
) -> None:
    """Ring the test alarm; whoever is on call is told as of any other, and acknowledges it in the console.

    Exit code 0: the alarm was raised. 1: it was not within the time.
    """
    import threading  # noqa: PLC0415 - a command loads what it needs

    from api import fields  # noqa: F401, PLC0415
    from firewall_audit.alarms import testing  # noqa: PLC0415
    from firewall_audit.alarms.telling import CLERK  # noqa: PLC0415
    from firewall_audit.intake.taking import device_by_slug  # noqa: PLC0415
    from kernel import clock, frame, fresh  # noqa: PLC0415

    fresh.refresh(force=True)
    begun, pause, took = clock.monotonic(), threading.Event(), None
    try:
        asked = testing.ring(CLERK, device_by_slug(device).id)
        while took is None and clock.monotonic() - begun < wait:
            pause.wait(LOOK_SECONDS)
            took = testing.seconds_until_raised(asked)
    finally:
        frame.close_writer()
    if took is None:
        out.print(f"No alarm within {wait} s. Does the evaluator run (omniwarden syslog)?", highlight=False)
        raise typer.Exit(Exit.silent)
    out.print(f"The alarm was raised after {took:.1f} s. It waits for an answer in the console.", highlight=False)
