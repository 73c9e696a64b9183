"""Examples of the reviews of changes, of the invented house: (name, template, page, path)."""

from dataclasses import replace
from datetime import timedelta

from api.console.change_reviews import ANSWERS, OPEN, SIGNED
from api.console.change_words import MODELS, STATES
from api.console.observed import VERDICTS
from api.console.pages import change_reviews as pages
from api.console.pages.frame import Form
from tests.api.console.house import HASH, NOW, before

QUARTER = NOW - timedelta(days=92)
SAMPLE = (
    pages.Sample("1", 0, "Move the recordings to the new storage", MODELS["normal"], STATES["closed"], "CHG-2026-0038", "/changes/1", at=before(60 * 24 * 18), answer=ANSWERS[True], may_answer=True),
    pages.Sample("1", 1, "Patch of the directory against a remote execution of code", MODELS["emergency"], STATES["review"], "CHG-2026-0039", "/changes/2", at=before(60 * 24 * 12), answer=ANSWERS[False], remark="The report of its test is of last year.", may_answer=True),
    pages.Sample("1", 2, "package openssl", "mail-gate · Packages", VERDICTS["unapproved"], "", "/changes/observed?verdict=all", "3.0.1 → 3.0.2", before(60 * 24 * 3), may_answer=True),
    pages.Sample("1", 3, "file /etc/recorder/" + "a-long-name-" * 5 + ".conf", "recorder · Files", VERDICTS["outside-window"], "CHG-2026-0038", "/changes/observed?verdict=all", f"{HASH[:24]}… → {HASH[:24]}…", before(60 * 30), may_answer=True),
)  # fmt: skip
REVIEW = pages.Review(
    id="1", since=QUARTER, until=NOW, opened=before(95), reviewer="Ibrahim Keita", state=OPEN,
    figures=(pages.Figure(VERDICTS["matched"], 48, 48), pages.Figure(VERDICTS["unapproved"], 2, 1), pages.Figure(VERDICTS["outside-window"], 1, 1)),
    begun=31, population=82,
    unmatched=(
        pages.Seen("package openssl", "mail-gate", VERDICTS["unapproved"], before(60 * 24 * 3)),
        pages.Seen("file /etc/recorder/recorder.conf", "recorder", VERDICTS["outside-window"], before(60 * 30)),
    ),
    watched=("mail-gate", "recorder", "switch"), unwatched=("billing",), sample=SAMPLE, left=2,
    seed="5f0c2f7f0d9a4e57b6a4c1f6f3a3d2e1", digest=HASH, may_sign=True,
)  # fmt: skip
DONE = tuple(replace(one, answer=one.answer or ANSWERS[True], may_answer=False) for one in SAMPLE)
LIST = pages.List(
    rows=(
        pages.Row("1", QUARTER, NOW, "Ibrahim Keita", 2, 4, 1, OPEN, None),
        pages.Row("2", QUARTER - timedelta(days=91), QUARTER, "Zoé Adjovi", 12, 12, 0, SIGNED, QUARTER + timedelta(days=3)),
    ),
    due=(pages.Due("3", NOW + timedelta(days=6), late=False), pages.Due("4", before(60 * 24 * 2), late=True)),
)  # fmt: skip
EXAMPLES = (
    ("change-reviews", "changes/reviews.html", LIST, "/changes"),
    ("change-reviews-none", "changes/reviews.html", pages.List((), form=Form({}, {"": "This review has begun already."})), "/changes"),
    ("change-review", "changes/review.html", REVIEW, "/changes"),
    (
        "change-review-wrong", "changes/review.html",
        replace(REVIEW, form=Form({"name": "Somebody", "conclusion": "All of it was approved."}, {"": "A review is signed with one's own name."})),
        "/changes",
    ),
    (
        "change-review-signed", "changes/review.html",
        replace(
            REVIEW, state=SIGNED, sample=DONE, left=0, may_sign=False, signed=before(5), signed_name="Ibrahim Keita",
            conclusion="All but one of the sample were authorised before they were made; that one is a case of its own.", unmatched=(),
        ),
        "/changes",
    ),
    (
        "change-review-empty", "changes/review.html",
        replace(REVIEW, sample=(), figures=(), unmatched=(), population=0, begun=0, left=0, watched=(), unwatched=()),
        "/changes",
    ),
    ("sample-row", "parts/sample_row.html", pages.SampleRow(SAMPLE[2]), "/changes"),
    ("sample-row-seen", "parts/sample_row.html", pages.SampleRow(replace(SAMPLE[2], may_answer=False)), "/changes"),
)  # fmt: skip
