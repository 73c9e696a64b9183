"""Verification and export from the command line, for auditors who trust nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kernel import db
from kernel.db import AUDITOR
from kernel.errors import Refused
from kernel.ledger import verify
from kernel.ledger.export import export_log
from kernel.ledger.notes import Verifier
from kernel.settings import settings


@dataclass(frozen=True, slots=True)
class Told:
    """What a verification found, in lines for people."""

    sound: bool
    lines: tuple[str, ...]


def verifiers(vkeys: Sequence[str]) -> list[Verifier]:
    """Return the log's public keys: those given, else the ones kept beside the signing key.

    Raises:
        Refused: when there are none, or one is not a verifier key.

    """
    kept = Path(settings.key_folder) / "ledger.vkey"
    texts = list(vkeys) or (kept.read_text().split("\n") if kept.exists() else [])
    try:
        found = [Verifier.parse(text.strip()) for text in texts if text.strip()]
    except ValueError as error:
        raise Refused(None, f"This is not a verifier key: {error}") from None
    if not found:
        raise Refused(None, f"No verifier key: give --vkey, or keep it in {kept.name} of the key folder.")
    return found


def verify_database(vkeys: Sequence[str], since: int, trusted: Path | None) -> Told:
    """Verify the log in the database."""
    with db.connect(AUDITOR) as conn:
        report = verify.verify_database(
            conn,
            verifiers(vkeys),
            since=since,
            trusted=trusted.read_text() if trusted else None,
            connect=lambda: db.connect(AUDITOR),
        )
    return told(report)


def verify_export(folder: Path, vkeys: Sequence[str], trusted: Path | None) -> Told:
    """Verify an exported log, without a database."""
    return told(verify.verify_export(folder, verifiers(vkeys), trusted=trusted.read_text() if trusted else None))


def told(report: verify.Report) -> Told:
    """Return a report in lines: each finding by index and entry id, then the outcome."""
    lines = [str(finding) for finding in report.findings]
    lines.append(
        f"{report.checked} entries checked: "
        + ("everything is as it was signed." if report.sound else f"{len(report.findings)} findings.")
    )
    return Told(report.sound, tuple(lines))


def export(folder: Path) -> str:
    """Export the log as static files; return what to say."""
    with db.connect(AUDITOR) as conn:
        checkpoint = export_log(conn, folder)
    return f"{checkpoint.size} entries exported to {folder}; verify with: omniwarden ledger verify --export {folder} --vkey …"
