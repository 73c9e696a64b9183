"""Every template with its example: it renders, is sound HTML, and keeps the rules of the house for pages."""

import re
from dataclasses import replace
from pathlib import Path

import html5lib
import pytest

from api.render import render
from tests.api.console.examples import EXAMPLES

pytestmark = pytest.mark.needs("frontend")
TEMPLATES = Path("api/templates")
FRAGMENTS = (
    "parts/", "desk/said.html", "profiles/preview.html", "requests/foreseen.html", "directories/trial.html",
    "firewalls/upload_preview.html", "firewalls/upload_standing.html",
)  # fmt: skip
# Parts and frames that are never answers of their own, each shown by the examples that include or extend it.
INSIDE = {
    "head.html", "base.html", "solo.html", "problem_body.html", "parts/ui.html", "parts/frame.html", "parts/chart.html",
    "parts/navigation.html", "parts/agent_state.html", "parts/phone.html", "parts/phone_facts.html", "parts/applied.html", "parts/wall.html",
    "requests/lines.html", "training/promise.html", "training/reminder.html", "training/leading.html", "certification/rows.html", "desk/inbox.html", "desk/idle.html", "desk/talk.html", "desk/talk_head.html", "desk/messages.html", "desk/customer.html",
    "changes/sample.html", "firewalls/audit_rows.html", "firewalls/rows.html", "firewalls/collector.html", "firewalls/upload_parts.html", "changes/urgency.html",
}  # fmt: skip


def names(example):
    return example.name


@pytest.mark.parametrize("example", EXAMPLES, ids=names)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_page_renders_and_is_sound_html(example, language):
    text = render(example.template, example.page, replace(example.frame, language=language))
    if example.template.startswith(FRAGMENTS):
        around = "tbody" if text.lstrip().startswith("<tr") else "div"
        html5lib.HTMLParser(strict=True).parseFragment(text, container=around)
        return
    html5lib.HTMLParser(strict=True).parse(text)
    assert f'<html lang="{language}"' in text
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids)), {one for one in ids if ids.count(one) > 1}
    assert text.count("<main") == text.count("<h1") == 1


def test_every_template_has_an_example():
    found = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")}
    assert found - INSIDE == {example.template for example in EXAMPLES}


def test_templates_hold_nothing_the_content_policy_forbids():
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text()
        for forbidden in ("hx-on", "javascript:", " style=", "<style", "onclick", "js:", "|safe"):
            assert forbidden not in text, (path, forbidden)
        assert not re.search(r"<script(?![^>]*\ssrc=)", text), path


@pytest.mark.parametrize("example", EXAMPLES, ids=names)
def test_whatever_replaces_itself_has_an_id(example):
    text = render(example.template, example.page, example.frame)
    for tag in re.findall(r"<[a-z]+[^>]*\sdata-topics=[^>]*>", text):
        assert " id=" in tag, tag
    for form in re.findall(r"<form[^>]*hx-post[^>]*hx-target[^>]*>.*?</form>", text, re.DOTALL):
        for button in re.findall(r"<button[^>]*>", form):
            assert " id=" in button, button


@pytest.mark.parametrize("example", EXAMPLES, ids=names)
def test_french_pages_speak_french(example):
    text = render(example.template, example.page, replace(example.frame, language="fr"))
    for english in (">Sign in<", ">Search<", ">Nothing yet<", ">Inbox<", ">Go ready<", ">People<", ">Ledger<"):
        assert english not in text
