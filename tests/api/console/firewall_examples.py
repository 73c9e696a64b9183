"""Examples of the firewalls' pages, of the invented house: (name, template, page, path)."""

from dataclasses import replace

from api.console import firewall_words as words
from api.console.pages import firewalls
from api.console.pages.frame import Choice, Form
from tests.api.console.house import HISTORY, PROBLEMS, before

ID = "0198a0f0-0000-7000-8000-0000000000f1"
BATCH = firewalls.Batch(
    f"{ID}b", "20260302T115900000000-a1b2c3", words.SOURCES["syslog"], before(75), before(60), before(59), 48_212, 17, 3,
    1, 0, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", False,
)  # fmt: skip
EVENTS = (
    firewalls.Event(
        words.EVENTS["dropped"], "Edge of Cotonou", 1204, before(64), before(63), "The receiver could not keep up."
    ),
    firewalls.Event(words.EVENTS["silent"], "Router of Bohicon", 0, before(600), before(500), ""),
)
DEVICES = firewalls.Devices(
    (
        firewalls.Row("1", "edge-1", "Edge of Cotonou", words.KINDS["firewall"], "netfilter", "Cotonou", words.IN_SERVICE),
        firewalls.Row("2", "rtr-bohicon", "Router of Bohicon", words.KINDS["router"], "Cisco IOS", "Bohicon", words.RETIRED),
    ),
    False, True, EVENTS,
    (firewalls.Stranger("203.0.113.9", "udp", before(300), before(2), 48_211, "<30>Mar  2 11:59:01 fw-old kernel: DROP IN=eth0"),),
    True,
)  # fmt: skip
DEVICE = firewalls.Device(
    id=ID, slug="edge-1", name="Edge of Cotonou", kind=words.KINDS["firewall"], vendor="netfilter", formats=("netfilter",),
    owner="Kofi Mensah", place="Cotonou", time_zone="Africa/Porto-Novo", state=words.IN_SERVICE,
    senders=("192.0.2.1", "2001:db8::1", "edge-1.example.org"),
    zones=(
        firewalls.Zone("lan", words.SIDES["inside"], ("10.20.0.0/16",), ("eth1",)),
        firewalls.Zone("internet", words.SIDES["outside"], (), ("eth0",)),
    ),
    prefixes=(("FW-DROP", words.VERDICTS["deny"]), ("FW-OK", words.VERDICTS["allow"])),
    expected_daily=4_000_000, longest_silence=15, heard=before(1), received=182_000_412,
    credentials=(firewalls.Credential("ssh", words.CREDENTIALS["private-key"], "backup", before(9000)),), events=EVENTS,
    batches=(BATCH, replace(BATCH, id=f"{ID}c", unparsed=0, name="week-09.log.gz", source=words.SOURCES["file"], partial=True)),
    sees_batches=True, history=HISTORY[:2], may_revise=True, may_retire=True, may_credential=True,
)  # fmt: skip
EDIT = firewalls.Edit(
    Form({"kind": "router", "site": "house", "senders": "192.0.2.1", "format": "pf"}), "", "",
    tuple(Choice(kind, label) for kind, label in words.KINDS.items()), (Choice("house", "the house"),),
    (Choice("netfilter", "netfilter"), Choice("pf", "pf filterlog")),
)  # fmt: skip
UNPARSED = firewalls.Unparsed(
    ID,
    BATCH,
    ((11, "<30>Mar  2 11:59:01 edge-1 <b>what</b> is this " + "x" * 300), (40_211, words.shown("\x01 nothing"))),
    True,
)
EXAMPLES = (
    ("firewalls", "firewalls/devices.html", DEVICES, "/firewalls"),
    ("firewalls-none", "firewalls/devices.html", firewalls.Devices((), True, sees_strangers=True), "/firewalls"),
    ("firewall", "firewalls/device.html", DEVICE, f"/firewalls/{ID}"),
    (
        "firewall-new", "firewalls/device.html",
        replace(DEVICE, senders=(), zones=(), prefixes=(), formats=(), heard=None, credentials=(), events=(), batches=(),
                state=words.NEVER, form=PROBLEMS, may_retire=False),
        f"/firewalls/{ID}",
    ),
    ("firewall-form", "firewalls/form.html", EDIT, "/firewalls/new"),
    ("firewall-form-wrong", "firewalls/form.html", replace(EDIT, form=PROBLEMS, id=ID, name="Edge"), f"/firewalls/{ID}/edit"),
    ("firewall-unparsed", "firewalls/unparsed.html", UNPARSED, f"/firewalls/batches/{ID}b"),
    ("firewall-unparsed-none", "firewalls/unparsed.html", replace(UNPARSED, lines=(), may_ask=False), f"/firewalls/batches/{ID}b"),
)  # fmt: skip
