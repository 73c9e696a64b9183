"""Run in the house's environment: a change of a network device, authorised and begun, so that its window is open; its number as JSON."""

import json
import sys
from datetime import timedelta
from uuid import UUID

import changecontrol
from api import fields  # noqa: F401 - registers every use case
from kernel import clock, frame, fresh
from tests.journeys.changes import LATER, REPORT, added, authorise, somebody


def main() -> None:
    fresh.refresh(force=True)
    told = json.loads(sys.argv[1])
    json.dump(
        begun(UUID(told["engineer"]), [UUID(one) for one in told["directors"]], told["thing"], told["rules"]),
        sys.stdout,
    )
    frame.close_writer()


def begun(engineer: UUID, directors: list[UUID], thing: str, rules: str) -> dict[str, str]:
    """Have a change of a device drafted, tested, handed in, authorised and begun."""
    system = added(engineer, "edge")
    fresh.refresh(force=True)
    start = clock.now()
    content = LATER | {
        "title": "The web site is let through", "summary": "A rule for the web site.", "kind": "change", "risk": "low",
        "systems": [system], "things": [thing], "rules": {thing: rules}, "implementers": [engineer], "starts_at": start, "ends_at": start + timedelta(hours=2),
    }  # fmt: skip
    made = changecontrol.draft_change(somebody(engineer), content=content)  # type: ignore[arg-type]  # read by the frame
    changecontrol.report_test(
        somebody(engineer), made.id, on="test-exchange", outcome="passed", tested_at=clock.now(), what="twelve cases",
        name="report.pdf", content=REPORT,
    )  # fmt: skip
    changecontrol.submit_change(somebody(engineer), made.id)
    changecontrol.ask_authorisation(somebody(engineer), made.id)
    for director in directors:
        authorise(somebody(director), made.id)
    changecontrol.start_change(somebody(engineer), made.id)
    return {"change": str(made.id), "number": made.number}


if __name__ == "__main__":
    main()
