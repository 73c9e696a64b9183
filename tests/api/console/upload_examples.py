"""Examples of the pages by which log files are sent: (name, template, page, path)."""

from dataclasses import replace
from datetime import UTC, datetime

from api.console import firewall_words as words
from api.console import lists as shown_lists
from api.console import uploads as shown
from api.console.pages import lists, uploads
from api.console.pages.frame import Choice
from tests.api.console.house import PROBLEMS, before

ID = "0198a0f0-0000-7000-8000-0000000000f7"
DEVICE = "0198a0f0-0000-7000-8000-0000000000f1"
GOING = uploads.Upload(
    id=ID, device_id=DEVICE, name="messages-2026-09.log.zst", size=5_368_709_120, state=shown.SENDING, step="sending",
    begun=before(40), by="Kofi Mensah", held=412, parts=1280, read=0, lines=0, unread=0, partial=False, may_send=True,
    may_drop=True,
)  # fmt: skip
READ = replace(
    GOING, state=shown.WAITING, step="waiting", held=1280, read=2_100_000_000, lines=9_120_144, unread=212, may_send=False,
    may_drop=False,
)  # fmt: skip
TAKEN = replace(
    READ, state=shown.TAKEN, step="taken", read=0, lines=21_400_812, unread=618, batch_id=f"{ID}b",
    days=("2026-02-23", "2026-02-24", "2026-03-01"), partial=True,
)  # fmt: skip
BROKEN = replace(
    GOING, state=shown.REFUSED, step="refused", name="week-09.log.gz", held=1280, may_send=False, may_keep=True,
    why="The file breaks off or cannot be unpacked at byte 48213001, after 812004 lines; nothing of it was kept. What is readable can be kept.",
)  # fmt: skip
AT = datetime(2026, 3, 1, 10, 59, 1, tzinfo=UTC)
LINE = "<4>Mar  1 11:59:01 edge-1 kernel: FW-DROP IN=eth0 OUT= SRC=198.51.100.7 DST=192.0.2.10 LEN=60 PROTO=TCP SPT=4000 DPT=22 SYN"
LIKELY = uploads.Likely(
    "netfilter", "netfilter", 199, 200,
    (
        uploads.Line(LINE, True, AT, words.VERDICTS["deny"], "198.51.100.7 4000", "192.0.2.10 22", "FW-DROP"),
        uploads.Line(words.shown("\x01 <b>nothing</b>"), False, None, "", "", "", ""),
        uploads.Line("a line without a time", True, None, "", "2001:db8::1", "", "admin"),
    ),
)  # fmt: skip
PAGE = uploads.Uploads(
    DEVICE, "Edge of Cotonou", "Africa/Porto-Novo", "netfilter", (Choice("2026", "2026"), Choice("2025", "2025")),
    4_194_304, (GOING, READ, TAKEN, BROKEN, replace(GOING, state=shown.DROPPED, step="dropped", size=900)), True,
)  # fmt: skip
ONE = uploads.One("Edge of Cotonou", GOING, 4_194_304)
LISTS = lists.Lists(
    (
        lists.Given("1", "Known scanners", shown_lists.KINDS["threats"], "a list of the national CERT", "9f86d081884c7d65" * 4, 48_211, 2, before(-9000), "Zoé Adjovi", before(900), shown_lists.IN_FORCE),
        lists.Given("2", "countries", shown_lists.KINDS["countries"], "a vendor", "0f86d081884c7d65" * 4, 900_000, 0, before(900), "Zoé Adjovi", before(9000), shown_lists.OVER),
    ),
    (lists.Service("3", "Web site", "tcp/443", "192.0.2.10/32", "0.0.0.0/0", "Kofi Mensah", "The house's own site", before(-90_000), shown_lists.IN_FORCE),),
    may_load=True, may_retire=True, may_publish=True, may_withdraw=True,
)  # fmt: skip
EXAMPLES = (
    ("firewall-lists", "firewalls/lists.html", LISTS, "/firewalls/lists"),
    ("firewall-lists-wrong", "firewalls/lists.html", replace(LISTS, form=PROBLEMS), "/firewalls/lists"),
    ("firewall-lists-none", "firewalls/lists.html", lists.Lists((), ()), "/firewalls/lists"),
    ("firewall-uploads", "firewalls/uploads.html", PAGE, f"/firewalls/{DEVICE}/uploads"),
    ("firewall-uploads-none", "firewalls/uploads.html", replace(PAGE, rows=()), f"/firewalls/{DEVICE}/uploads"),
    ("firewall-uploads-seen", "firewalls/uploads.html", replace(PAGE, may_send=False), f"/firewalls/{DEVICE}/uploads"),
    ("firewall-upload", "firewalls/upload.html", ONE, f"/firewalls/uploads/{ID}"),
    ("firewall-upload-read", "firewalls/upload.html", replace(ONE, upload=READ), f"/firewalls/uploads/{ID}"),
    ("firewall-upload-taken", "firewalls/upload.html", replace(ONE, upload=TAKEN), f"/firewalls/uploads/{ID}"),
    ("firewall-upload-broken", "firewalls/upload.html", replace(ONE, upload=BROKEN, form=PROBLEMS), f"/firewalls/uploads/{ID}"),
    ("firewall-upload-preview", "firewalls/upload_preview.html", uploads.Preview((LIKELY, replace(LIKELY, title=""))), ""),
    ("firewall-upload-preview-empty", "firewalls/upload_preview.html", uploads.Preview(()), ""),
    ("firewall-upload-preview-wrong", "firewalls/upload_preview.html", uploads.Preview((), "There is no such time zone; IANA calls them such as Africa/Porto-Novo."), ""),
    ("firewall-upload-standing", "firewalls/upload_standing.html", replace(ONE, upload=READ), ""),
)  # fmt: skip
