"""A firewall of the house: its configurations are handed in by the real action and judged by the real sweep."""

import io
import json
from dataclasses import dataclass
from typing import Any

import pytest

from firewall_audit.analyses import desk, making
from firewall_audit.analyses.models import RuleFinding
from firewall_audit.analyses.readings import latest_analysis
from firewall_audit.analyses.tasks import Judged, Task, ground_of, part_of
from firewall_audit.devices import add_device
from firewall_audit.models import NetworkDevice
from kernel import clock, db
from tests import world
from tests.changecontrol.builders import House, fresh
from tests.firewall_audit.configurations.builders import engineer, take

WEB = "-A FORWARD -i eth0 -d 192.0.2.10/32 -p tcp -m tcp --dport 443 -j ACCEPT"
TELNET = "-A FORWARD -p tcp -m tcp --dport 23 -j ACCEPT"
SQL_INSIDE = "-A FORWARD -i eth1 -s 10.20.0.0/16 -p tcp -m tcp --dport 3306 -j ACCEPT"


def text(*rules: str, forward: str = "DROP") -> str:
    """An iptables-save with these rules."""
    return "\n".join(
        ["*filter", ":INPUT DROP [0:0]", f":FORWARD {forward} [0:0]", ":OUTPUT ACCEPT [0:0]", *rules, "COMMIT", ""]
    )


@dataclass
class Edge:
    """The firewall, and how its rules are seen."""

    house: House
    device: NetworkDevice

    def runs(self, *rules: str, **more: Any) -> None:
        """It is told other rules, they are handed in and judged."""
        take(self.device, text(*rules, **more))
        self.judged()

    def judged(self) -> None:
        """Have the sweep judge what waits."""
        self.house.hands.forward(seconds=1)
        making.run(clock.now())

    def findings(self, kind: str = "") -> list[RuleFinding]:
        """What is on record of its rules."""
        with db.read_session() as session:
            rows = session.query(RuleFinding).filter_by(device_id=self.device.id).order_by(RuleFinding.key).all()
        return [one for one in rows if not kind or one.kind == kind]

    def analysis(self) -> Any:
        """The last analysis."""
        with db.read_session() as session:
            return latest_analysis(session, self.device.id)


@pytest.fixture
def edge(house: House) -> Edge:
    """An iptables firewall with an inside and an outside."""
    owner = world.person(role="network-engineer")
    device = add_device(
        fresh(owner), slug="edge-9", name="Edge", kind="firewall", vendor="netfilter", owner_id=owner.id, formats=["netfilter"],
        zones=[{"name": "lan", "side": "inside", "networks": ["10.20.0.0/16"], "interfaces": ["eth1"]},
               {"name": "internet", "side": "outside", "interfaces": ["eth0"]}],
    )  # fmt: skip
    return Edge(house, device)


def here(task: Task, **_bounds: Any) -> Judged:
    """Judge in this process, by the very words that the other would get and tell."""
    out = io.StringIO()
    ended = desk.work(json.loads(json.dumps(task.told())), out)
    told = Judged(why={0: "", desk.UNREADABLE: "unreadable", desk.OUT_OF_MEMORY: "memory"}[ended], took_ms=1)
    for line in out.getvalue().splitlines():
        said = json.loads(line)
        if "ground" in said:
            told.ground = ground_of(said["ground"])
        else:
            told.parts.append(part_of(said["part"]))
    return told


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process of its own: what it does is tested by itself."""
    monkeypatch.setattr(making, "judge", here)


__all__ = ["Edge", "edge", "engineer", "quick", "text"]
