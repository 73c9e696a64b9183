"""What an operator may set, one sentence each. Every setting is the environment variable OMNIWARDEN_<NAME>."""

import os
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

PREFIX = "OMNIWARDEN_"


class Settings(BaseModel):
    """The settings in force; frozen, read once at start."""

    model_config = ConfigDict(frozen=True)

    database_url: str = Field(
        "", description="PostgreSQL to use (DATABASE_URL is taken too); empty starts the embedded one."
    )
    sequencer_url: str = Field(
        "", description="Connection of the ledger's sequencer; empty means database_url in its role."
    )
    auditor_url: str = Field(
        "", description="Read-only connection for the ledger; empty means database_url in its role."
    )
    migrate_url: str = Field("", description="Connection that may create roles and tables; empty means database_url.")
    pgbin: str = Field(
        "", description="Folder of PostgreSQL's programs for the embedded database; empty takes the wheel's."
    )
    state_folder: Path = Field(Path("var"), description="Where the embedded database, recordings and caches lie.")
    key_folder: Path = Field(
        Path("var/keys"),
        description="Where the signing key and the encryption key lie; back it up apart from the database.",
    )
    ledger_name: str = Field(
        "omniwarden.example/house", description="Name of the log in its signed checkpoints; never change it once used."
    )
    host: str = Field("127.0.0.1", description="Address to listen on; the demonstration house takes loopback only.")
    port: int = Field(8080, ge=0, le=65535, description="TCP port to listen on.")
    base_url: str = Field(
        "",
        description="Address people use in their browser, for links and passkeys; empty means http://localhost:port.",
    )
    proxies: int = Field(
        0, ge=0, le=5, description="Reverse proxies in front that append to X-Forwarded-For; 0 trusts no such header."
    )
    workers: int = Field(0, ge=0, le=64, description="Web processes; 0 means one per core.")
    threads: int = Field(4, ge=1, le=64, description="Threads, and database connections, of each web process.")
    database_timeout: int = Field(
        5, ge=1, le=60, description="Seconds to wait for a database connection before answering 503."
    )
    demo: bool = Field(
        default=False, description="Serve the demonstration house, which shows secrets on a page; never for real use."
    )
    asterisk_url: str = Field(
        "",
        description="Asterisk's HTTP address, such as http://127.0.0.1:8088; empty means start our own where possible.",
    )
    asterisk_tree: Path = Field(
        Path("var/asterisk/tree"), description="Where an unpacked Asterisk lies; used when asterisk_url is empty."
    )
    asterisk_user: str = Field("omniwarden", description="ARI user.")
    asterisk_password: str = Field("", description="ARI password.")
    smtp_url: str = Field(
        "", description="Mail relay as smtp://user:password@host:port or smtps://; empty keeps mail queued."
    )
    mail_from: str = Field("omniwarden@localhost", description="Sender address of our mail.")
    sms_url: str = Field(
        "",
        description="HTTP gateway that takes a POST with to and text, or an SMPP 3.4 operator as smpps://system_id:password@host:port/system_type; empty keeps messages queued.",
    )
    sms_token: str = Field("", description="Bearer token for the SMS gateway.")
    sms_sender: str = Field(
        "",
        max_length=20,
        description="Sender that text messages show by SMPP: +number, short code or a name of up to 11 letters.",
    )
    sms_bind: Literal["transceiver", "transmitter"] = Field(
        "transceiver", description="How we bind by SMPP; as transmitter where the operator gives no delivery receipts."
    )
    sms_rate: int = Field(10, ge=1, le=1000, description="Messages a second that the SMPP operator has agreed to.")
    sms_private: bool = Field(
        default=False,
        description="Allow smpp:// without TLS beyond this machine: only where a VPN of the operator encrypts the way.",
    )
    syslog_host: str = Field(
        "127.0.0.1", description="Address on which the log receiver listens; network devices must reach it."
    )
    syslog_udp_port: int = Field(0, ge=0, le=65535, description="UDP port of the log receiver, usually 514; 0 is off.")
    syslog_tcp_port: int = Field(0, ge=0, le=65535, description="TCP port of the log receiver, usually 514; 0 is off.")
    syslog_tls_port: int = Field(0, ge=0, le=65535, description="TLS port of the log receiver, usually 6514; 0 is off.")
    syslog_certificate: Path = Field(
        Path(), description="PEM file of the log receiver's certificate and its chain, with its key; needed for TLS."
    )
    syslog_authority: Path = Field(
        Path(),
        description="PEM file of who signs the certificates of devices; set, every device must show one over TLS.",
    )
    syslog_spool_megabytes: int = Field(
        4096,
        ge=16,
        le=1_000_000,
        description="Room for lines that wait to be taken in; when it is used up senders wait.",
    )
    syslog_batch_seconds: int = Field(
        900, ge=5, le=86_400, description="Seconds of a device's lines that are taken in together."
    )
    log_level: str = Field("INFO", description="Least severe level that is logged.")
    log_json: bool = Field(default=True, description="Log one JSON object a line; false is for reading by eye.")


def load(environ: dict[str, str] | None = None) -> Settings:
    """Read the settings from the environment.

    Raises:
        SystemExit: with one sentence per setting that is wrong.

    """
    source = dict(os.environ) if environ is None else environ
    given = {name: source[PREFIX + name.upper()] for name in Settings.model_fields if PREFIX + name.upper() in source}
    if "database_url" not in given and source.get("DATABASE_URL"):
        given["database_url"] = source["DATABASE_URL"]
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        faults = "\n".join(f"{PREFIX}{str(f['loc'][0]).upper()}: {f['msg']}" for f in error.errors())
        raise SystemExit(f"Settings are wrong:\n{faults}") from None


settings = load()
