"""Windows speak of what was seen: the best of them, and never one of another thing or time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.matching import VERDICTS, Allowed, Match, Seen, Windows

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
NEAR = timedelta(days=2)


def window(ref: str = "change:1", start: float = 0, hours: float = 2, **fields: object) -> Allowed:
    starts = NOON + timedelta(hours=start)
    told: dict[str, object] = {
        "ref": ref, "thing": "system:pbx", "starts_at": starts, "ends_at": starts + timedelta(hours=hours),
        "authorised_at": starts - timedelta(days=1), "begun_at": starts, "people": frozenset({"ama"}),
    }  # fmt: skip
    return Allowed(**(told | fields))  # type: ignore[arg-type]


def seen(hours: float = 1, **fields: object) -> Seen:
    return Seen(**({"thing": "system:pbx", "at": NOON + timedelta(hours=hours)} | fields))  # type: ignore[arg-type]


CASES = [
    ("inside", [window()], seen(), "matched"),
    ("by the implementer", [window()], seen(person="ama"), "matched"),
    ("by another", [window()], seen(person="kofi"), "other-person"),
    ("another thing", [window()], seen(thing="system:crm"), "unapproved"),
    ("the moment it begins", [window()], seen(0), "matched"),
    ("the moment it ends", [window()], seen(2), "outside-window"),
    ("a day early", [window()], seen(-24), "outside-window"),
    ("long after", [window()], seen(24 * 9), "unapproved"),
    ("between two looks", [window()], seen(30, since=NOON - timedelta(hours=3)), "matched"),
    ("looks that leave it out", [window()], seen(30, since=NOON + timedelta(hours=2)), "outside-window"),
    ("nobody had begun", [window(begun_at=None)], seen(), "not-begun"),
    ("begun later", [window(begun_at=NOON + timedelta(hours=1.5))], seen(), "not-begun"),
    ("authorised after the fact", [window(authorised_at=NOON + timedelta(hours=1.5))], seen(), "afterwards"),
    ("the approved text", [window(texts=frozenset({"aa"}))], seen(text="aa"), "matched"),
    ("another text", [window(texts=frozenset({"aa"}))], seen(text="bb"), "other-text"),
    ("no text was promised", [window()], seen(text="bb"), "matched"),
    ("no window at all", [], seen(), "unapproved"),
]  # fmt: skip


@pytest.mark.parametrize(("windows", "what", "verdict"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_windows_speak(windows: list[Allowed], what: Seen, verdict: str) -> None:
    assert Windows(windows, NEAR).match(what).verdict == verdict


def test_of_two_windows_the_better_speaks() -> None:
    others, own = window("change:1", people=frozenset({"kofi"})), window("change:2", start=0.5)
    assert Windows([others, own], NEAR).match(seen(person="ama")) == Match("matched", "change:2")


hours = st.integers(-200, 200)
allowed = st.builds(
    lambda start, length, begun, who: window(
        f"change:{start}:{length}", start, length, begun_at=NOON + timedelta(hours=start) if begun else None, people=frozenset({who})
    ),
    hours, st.integers(1, 72), st.booleans(), st.sampled_from(["ama", "kofi"]),
)  # fmt: skip


@given(
    st.lists(allowed, max_size=12),
    hours,
    st.none() | st.integers(0, 100),
    st.sampled_from([None, "ama", "kofi", "nobody"]),
)
def test_the_quick_answer_is_that_of_asking_every_window(
    windows: list[Allowed], at: int, before: int | None, who: str | None
) -> None:
    since = None if before is None else NOON + timedelta(hours=at - before)
    what = seen(at, since=since, person=who)
    one_by_one = [Windows([one], NEAR).match(what) for one in windows]
    best = min((VERDICTS.index(match.verdict) for match in one_by_one), default=len(VERDICTS) - 1)
    assert Windows(windows, NEAR).match(what).verdict == VERDICTS[best]
