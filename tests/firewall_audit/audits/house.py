"""A house with a firewall and its configuration, those who audit it, and the means to bring an audit about."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import select

from firewall_audit import devices
from firewall_audit.audits import answers, gathering, methods, readings
from firewall_audit.audits.models import AuditedDevice, AuditFinding, FirewallAudit
from firewall_audit.configurations.versions import take_configuration
from firewall_audit.models import NetworkDevice
from kernel import clock, db
from policy import deadlines, inbox
from tests import world
from tests.changecontrol.builders import fresh

RULES = """*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i eth0 -p tcp -m tcp --dport 22 -m comment --comment "owner=ada CHG-2026-0007" -j ACCEPT
-A FORWARD -i eth0 -d 192.0.2.20/32 -p tcp -m tcp --dport 443 -j ACCEPT
-A FORWARD -i eth0 -d 192.0.2.20/32 -p tcp -m tcp --dport 3306 -j ACCEPT
-A FORWARD -i eth1 -o eth0 -j ACCEPT
COMMIT
"""
ZONES: Any = [
    {"name": "lan", "side": "inside", "networks": ["10.20.0.0/16"], "interfaces": ["eth1"]},
    {"name": "internet", "side": "outside", "interfaces": ["eth0"]},
]
CONCLUSION = "Two findings, both with their owner; nothing else was out of order."


def nmap(*ports: tuple[str, int], host: str = "192.0.2.20", finished: bool = True) -> bytes:
    """A report as nmap writes it."""
    told = "".join(
        f'<port protocol="{protocol}" portid="{number}"><state state="open" reason="syn-ack"/><service name="s"/></port>'
        for protocol, number in ports
    )
    end = '<runstats><finished time="1800000000" exit="success"/></runstats>' if finished else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE nmaprun>\n<?xml-stylesheet href="nmap.xsl" type="text/xsl"?>\n'
        f'<nmaprun scanner="nmap" args="nmap -p- {host}" start="1800000000"><host><status state="up"/>'
        f'<address addr="{host}" addrtype="ipv4"/><ports>{told}'
        '<port protocol="tcp" portid="81"><state state="closed"/></port></ports></host>'
        f"{end}</nmaprun>"
    ).encode()


@dataclass
class House:
    """The people, and the firewall."""

    engineer: world.Somebody
    officer: world.Somebody
    director: world.Somebody
    device: NetworkDevice

    def approve(self) -> methods.MethodView:
        """Have the method that is shipped approved as it is."""
        made = methods.draft_method(fresh(self.officer), language="en")
        methods.ask_method(fresh(self.officer), made.id)
        self.vote(made.ref)
        return readings.read_method(fresh(self.officer), made.id)

    def vote(self, ref: str, *, yes: bool = True) -> None:
        """Have the director answer what is asked about something."""
        (asked,) = [one for one in inbox.approvals_waiting(fresh(self.director)) if one.subject_ref == ref]
        inbox.cast(fresh(self.director), asked.id, yes=yes, digest=asked.digest)

    def begin(self) -> None:
        """Have the method approved, the duty opened, and the machine look."""
        self.approve()
        deadlines.sweep()
        gathering.run(clock.now())

    def audit(self) -> FirewallAudit:
        """The newest audit."""
        with db.read_session() as session:
            return session.scalars(select(FirewallAudit).order_by(FirewallAudit.until.desc())).first()  # type: ignore[attr-defined,return-value]

    def audited(self) -> AuditedDevice:
        """The firewall in the newest audit."""
        with db.read_session() as session:
            return session.scalars(select(AuditedDevice).where(AuditedDevice.audit_id == self.audit().id)).one()

    def findings(self) -> list[AuditFinding]:
        """What was found, as it came."""
        with db.read_session() as session:
            return list(session.scalars(select(AuditFinding).order_by(AuditFinding.id)))  # type: ignore[arg-type]

    def answer_all(self, **no: str) -> None:
        """Answer every point yes, but those named; and judge the sample justified."""
        page = readings.read_audited(fresh(self.officer), self.audited().id)
        for point in page.method.points:
            words = no.get(point.code.replace("-", "_"), "")
            answers.answer_point(
                fresh(self.officer), page.device.id, point=point.code, answer="no" if words else "yes", words=words
            )
        for place in range(len(page.device.sample)):
            answers.judge_sample(
                fresh(self.officer), page.device.id, place=place, answer="justified", words="CHG-2026-0007, Ada."
            )


def found() -> House:
    """Bring the people and the firewall in, and hand its configuration in."""
    engineer = world.person(role="network-engineer")
    device = devices.add_device(
        engineer.actor, slug="edge", name="Edge", kind="firewall", vendor="netfilter", owner_id=engineer.id, formats=["netfilter"], zones=ZONES,
    )  # fmt: skip
    take_configuration(fresh(engineer), device.id, text=RULES)
    return House(engineer, world.person(role="security-officer"), world.person(role="technical-director"), device)
