"""Files of an audit: scans of nmap, read and judged; whatever else is kept as it came. [FW-5]"""

import base64
import binascii
import hashlib
import unicodedata
from collections import defaultdict
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema
from sqlmodel import select

from firewall_audit.audits import findings, guards
from firewall_audit.audits.exposure import ALLOWED, REFUSED, Exposed, counted, exposed
from firewall_audit.audits.gathering import latest
from firewall_audit.audits.models import AuditedDevice, AuditFile
from firewall_audit.audits.nmap import NotNmap, Scan, is_nmap, read_nmap
from firewall_audit.configurations import texts
from firewall_audit.configurations.patience import patiently
from firewall_audit.models import NetworkDevice
from firewall_audit.review.terms import non_essential
from firewall_audit.rulesets.model import Ruleset
from kernel.action import Work, action
from kernel.db import Answer
from kernel.errors import Conflict, Malformed, OmniError, Refused
from kernel.keys import open_content, seal_content
from kernel.reading import reading
from policy import book
from policy.approvals import person_of

CLAUSE: Final = "FW-5"
MOST_NAME: Final = 120
MOST_HOSTS: Final = 40
"""Hosts of one scan that become a finding each; of those beyond one finding tells the number."""
MOST_PORTS: Final = 60
FORBIDDEN: Final = frozenset('/\\:*?"<>|')
DANGER: Final = {"non-essential": "high", "refused": "high", "unclear": "low"}


def _decoded(value: Any) -> Any:
    """Read what a JSON door sends: base64 text."""
    if not isinstance(value, str):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as fault:
        raise ValueError("the content of a file is sent in base64") from fault


FileBytes = Annotated[bytes, BeforeValidator(_decoded), WithJsonSchema({"type": "string", "contentEncoding": "base64"})]
Name = Annotated[str, Field(max_length=300)]


class FileView(Answer):
    """A file of a device in an audit, without its content."""

    id: UUID
    audited_id: UUID
    point: str
    kind: str
    name: str
    size: int
    digest: str
    told: dict[str, Any]
    attached_by: UUID
    attached_at: datetime

    @classmethod
    def of(cls, row: AuditFile) -> "FileView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


class FileContent(Answer):
    """A file with its content; in JSON the content is base64."""

    model_config = ConfigDict(ser_json_bytes="base64")

    name: str
    digest: str
    content: bytes


@action("audited-device.attach", on=AuditedDevice, answer=FileView)
def attach(
    work: Work,
    audited: AuditedDevice,
    *,
    name: Name,
    content: FileBytes,
    point: Annotated[str, Field(pattern=r"^([a-z]+-[1-9][0-9]?)?$")] = "",
    zone: Annotated[str, Field(max_length=60)] = "",
) -> AuditFile:
    """Attach a file to a device in an audit; of nmap's XML the open ports are held against the configuration, from the zone it was run in. [FW-1, FW-5]"""
    audit = guards.at_work(work, audited)
    plain = name_of(name)
    most = book.number(CLAUSE, "most_megabytes") << 20
    if not content:
        raise Refused(CLAUSE, "The file is empty.")
    if len(content) > most:
        raise Refused(CLAUSE, f"A file has {most >> 20} MiB at most.")
    digest = hashlib.sha256(content).hexdigest()
    same = select(AuditFile.id).where(AuditFile.audited_id == audited.id, AuditFile.digest == digest)
    if work.select(same).first() is not None:
        raise Conflict("This file is attached to this device already.", CLAUSE)
    if point and point not in guards.codes_of(work, audit):
        raise Malformed("The method has no such point.")
    made = AuditFile(
        scope=audited.scope, audited_id=audited.id, point=point, kind="file", name=plain, size=len(content), digest=digest, content=b"",
        attached_by=person_of(work), attached_at=work.now,
    )  # fmt: skip
    if is_nmap(content):
        made.kind, made.told = "nmap", _judge(work, audited, content, zone, most)
    made.content = seal_content(work, made.id, content)
    work.add(made)
    work.note("digest", digest)
    return made


def name_of(name: str) -> str:
    """Return the name of a file in one form (NFC). Raises Refused for one that no file needs."""
    plain = unicodedata.normalize("NFC", name).strip()
    if not plain or len(plain) > MOST_NAME:
        raise Refused(CLAUSE, f"The name of a file has 1 to {MOST_NAME} characters.")
    if any(unicodedata.category(sign)[0] == "C" or sign in FORBIDDEN for sign in plain) or plain[0] == ".":
        raise Refused(CLAUSE, "The name of the file has signs that no name needs.")
    return plain


def _judge(work: Work, audited: AuditedDevice, content: bytes, zone: str, most: int) -> dict[str, Any]:
    """Read a scan, hold it against the configuration, and raise what is not in order."""
    device = work.get(NetworkDevice, audited.device_id)
    known = next((one for one in device.zones if one["name"] == zone), None)
    if zone and known is None:
        raise Malformed("The device has no such zone.")
    try:
        scan = patiently(work, lambda: read_nmap(content, most_bytes=most))
    except NotNmap as fault:
        raise Refused(CLAUSE, str(fault)) from None
    version = latest(work.session, audited.device_id)
    ruleset = _read(version.text, version.kind) if version is not None else None
    services = non_essential()
    found = patiently(work, lambda: exposed(scan.ports, ruleset, known, services))
    _raise(work, audited, found, zone)
    return _told(scan, found, zone, version.digest if version is not None else "")


def _read(text: str, kind: str) -> Ruleset | None:
    try:
        return texts.read(text, kind)
    except OmniError:
        return None


def _told(scan: Scan, found: list[Exposed], zone: str, configuration: str) -> dict[str, Any]:
    shown = [[one.port.host, one.port.name, one.port.service, one.allowed, one.non_essential] for one in found]
    return {
        "hosts": len(scan.hosts), "arguments": scan.arguments, "started": scan.started, "zone": zone, "configuration": configuration,
        **counted(found), "ports": shown[: MOST_HOSTS * MOST_PORTS],
    }  # fmt: skip


def _raise(work: Work, audited: AuditedDevice, found: list[Exposed], zone: str) -> None:
    by: dict[tuple[str, str], list[Exposed]] = defaultdict(list)
    for one in found:
        if one.non_essential:
            by["non-essential", one.port.host].append(one)
        elif one.allowed != ALLOWED:
            by["refused" if one.allowed == REFUSED else "unclear", one.port.host].append(one)
    grave = sorted(by, key=lambda key: (list(DANGER).index(key[0]), key[1]))
    for kind, host in grave[:MOST_HOSTS]:
        ports = by[kind, host]
        findings.raise_finding(
            work, audited, f"scan:{kind} {host}", kind, DANGER[kind],
            {
                "host": host, "count": len(ports), "zone": zone,
                "ports": ", ".join(f"{one.port.name} {one.non_essential}".strip() for one in ports[:MOST_PORTS]),
            },
        )  # fmt: skip
    if len(grave) > MOST_HOSTS:
        more = len(grave) - MOST_HOSTS
        findings.raise_finding(work, audited, "scan:more", "more", "high", {"count": more, "zone": zone})


@reading("audit-file.read", on=AuditFile, watched=True)
def read_file(work: Work, file: AuditFile) -> FileContent:
    """Read a file of an audit; its bytes are held against their digest first. [FW-5]"""
    content = open_content(work.session, file.id, file.content)
    if content is None:
        raise Refused(CLAUSE, "What this file held was erased.")
    if hashlib.sha256(content).hexdigest() != file.digest:
        raise Refused(CLAUSE, "The file is not what was attached; its digest differs.")
    return FileContent(name=file.name, digest=file.digest, content=content)
