"""Wanted against actual as a pure function: equal worlds differ in nothing, each drift is found once and alone. [AC-7]"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from iam.directory.comparison import CLAUSE_OF, Actual, Rules, Wanted, compare, differences, missing
from iam.people.names import Convention

NOW = datetime(2026, 11, 23, tzinfo=UTC)
CONVENTION = Convention(
    "ldap", r"[a-z]+(\.[a-z]+)?[0-9]*", ("{given}.{family}",), 3, 32, frozenset({"support", "admin"})
)
RULES = Rules(CONVENTION, has_otp=True, secret_days=90, now=NOW)
GROUPS = ("g1", "g2", "g3")


@st.composite
def worlds(draw: st.DrawFn) -> tuple[dict[str, Wanted], dict[str, Actual]]:
    """Two maps that agree: any number of accounts, in use or not, in any of three groups."""
    wanted, actual = {}, {}
    for number in range(draw(st.integers(0, 12))):
        key, name = str(UUID(int=number)), f"given.family{'' if number == 0 else number + 1}"
        status = draw(st.sampled_from(["active", "suspended", "revoked"]))
        groups = draw(st.frozensets(st.sampled_from(GROUPS)))
        person = (f"Given{number}", f"Family{number}", f"p{number}@example.com")
        wanted[key] = Wanted(f"a{number}", f"p{number}", name, key, status, "human", groups, *person, has_otp=True)
        held = groups if status != "revoked" else frozenset()
        actual[key] = Actual(key, name, status == "active", held, *person, secret_at=NOW - timedelta(days=400))
    return wanted, actual


@given(worlds())
def test_worlds_that_agree_differ_in_nothing(pair: tuple[dict[str, Wanted], dict[str, Actual]]) -> None:
    assert list(differences(*pair, RULES)) == []


DRIFTS = {
    "extra-right": lambda w, a: (w, replace(a, groups=a.groups | {"g9"})),
    "missing-right": lambda w, a: (replace(w, groups=w.groups | {"g9"}), a),
    "renamed": lambda w, a: (w, replace(a, name="other.name")),
    "disabled-elsewhere": lambda w, a: (w, replace(a, enabled=False)),
    "attributes-differ": lambda w, a: (w, replace(a, mail="other@example.com")),
    "no-otp": lambda w, a: (replace(w, has_otp=False), replace(a, secret_at=NOW)),
    "shared-id": lambda w, a: (replace(w, is_shared=True), a),
    "bad-name": lambda w, a: (replace(w, name="odd_name"), replace(a, name="odd_name")),
    "re-enabled-leaver": lambda w, a: (
        replace(w, status="revoked", groups=frozenset()),
        replace(a, groups=frozenset()),
    ),
    "missing-account": lambda w, _: (w, None),
    "unknown-account": lambda _, a: (None, a),
}


@given(worlds(), st.sampled_from(sorted(DRIFTS)), st.integers(0, 11))
def test_each_drift_is_found_once_and_nothing_else_is(
    pair: tuple[dict[str, Wanted], dict[str, Actual]], kind: str, at: int
) -> None:
    wanted, actual = pair
    working = [key for key, one in wanted.items() if one.is_active]
    if not working:
        return
    key = working[at % len(working)]
    asked, seen = DRIFTS[kind](wanted.pop(key), actual.pop(key))
    wanted |= {key: asked} if asked else {}
    actual |= {key: seen} if seen else {}
    told = list(differences(wanted, actual, RULES))
    # A stranger in a group of ours is told for that group as well.
    assert {one.kind for one in told} - ({"extra-right"} if kind == "unknown-account" else set()) == {kind}
    assert all(one.external_id in {key, None} for one in told)
    assert sum(one.kind == kind for one in told) == 1


@given(worlds(), st.randoms(use_true_random=False))
def test_page_by_page_finds_the_same_as_all_at_once(pair: tuple[dict[str, Wanted], dict[str, Actual]], chance) -> None:
    wanted, actual = pair
    actual = {key: replace(one, enabled=chance.random() < 0.5) for key, one in actual.items() if chance.random() < 0.8}
    whole = {(one.kind, one.about("d")) for one in differences(wanted, actual, RULES)}
    by_name = {one.name: one for one in wanted.values()}
    parts, keys = set(), list(actual)
    for start in range(0, len(keys), 2):
        for key in keys[start : start + 2]:
            found = compare(wanted.get(key), actual[key], by_name.get(actual[key].name), RULES)
            parts |= {(one.kind, one.about("d")) for one in found}
    for key in wanted.keys() - actual.keys():
        parts |= {(one.kind, one.about("d")) for one in missing(wanted[key])}
    assert parts == whole


def test_a_secret_is_too_old_only_where_no_one_time_password_stands_beside_it() -> None:
    old = Actual("k", "given.family", enabled=True, secret_at=NOW - timedelta(days=90))
    strong = Wanted("a", "p", "given.family", "k", "active", has_otp=True)
    weak = replace(strong, has_otp=False)
    plain = replace(RULES, has_otp=False)
    kinds = [
        {one.kind for one in compare(wanted, old, None, rules)}
        for wanted, rules in ((strong, RULES), (weak, RULES), (strong, plain), (weak, plain))
    ]
    assert kinds == [set(), {"no-otp", "old-secret"}, {"old-secret"}, {"old-secret"}]
    young = replace(old, secret_at=NOW - timedelta(days=89, hours=23))
    assert list(compare(strong, young, None, plain)) == []


def test_strangers_names_tell_what_they_are() -> None:
    bound = Wanted("a", "p", "given.family", "k1", "revoked")
    asked = {"support": None, "someone.else": None, "given.family": bound}
    kinds = {
        name: [one.kind for one in compare(None, Actual("k2", name, enabled=True), namesake, RULES)]
        for name, namesake in asked.items()
    }
    assert kinds == {
        "support": ["shared-id"], "someone.else": ["unknown-account"], "given.family": ["reused-id"]
    }  # fmt: skip
    asleep = Actual("k2", "guest", enabled=False)
    assert list(compare(None, asleep, None, RULES)) == []
    over = replace(asleep, enabled=True, expires_at=NOW)
    assert list(compare(None, over, None, RULES)) == [], "an end that is past is as good as disabled"
    in_group = replace(asleep, groups=frozenset({"g1"}))
    assert [one.kind for one in compare(None, in_group, None, RULES)] == ["extra-right"]


def test_every_kind_stands_on_a_clause() -> None:
    assert set(DRIFTS) | {"old-secret", "reused-id"} == set(CLAUSE_OF)
