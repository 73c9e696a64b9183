"""No change of a firewall that nobody approved: every difference is held against approved changes, in both directions. [FW-2]"""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

import changecontrol
from changecontrol.models import Change, ChangeRevision
from changecontrol.observed.models import ObservedChange
from firewall_audit.configurations.versions import approve_baseline
from firewall_audit.drift import differences, matching
from firewall_audit.drift.heard import Heard
from firewall_audit.drift.readings import list_drift
from firewall_audit.models import NetworkDevice
from kernel import clock, db
from kernel.db import uuid7
from kernel.errors import Denied, Malformed, Refused
from policy import rule_texts
from policy.evidence import PROBES, QUERIES
from tests.changecontrol.builders import House, fresh
from tests.changecontrol.test_emergencies import raised
from tests.firewall_audit.configurations.builders import SECRET, SQL, WEB, drift, started, take, text


def opened(found_id: UUID | None) -> Change:
    assert found_id is not None
    with db.read_session() as session:
        return session.get_one(Change, found_id)


def violations(name: str) -> list[str]:
    with db.read_session() as session:
        return QUERIES[name].ask(session, clock.now()).violations


def test_what_an_approved_change_did_in_its_window_is_matched(house: House, device: NetworkDevice) -> None:
    take(device, text(WEB))
    change = started(house, device)
    house.hands.forward(minutes=5)
    told = take(device, text(WEB, SQL))
    assert (told.verdict, told.bound_to, told.added) == ("matched", change.window_ref, 1)
    (row,) = drift()
    assert (row.lines, row.found_id) == ([f"+ IN: access-list IN extended {SQL}"], None)


def test_what_nobody_approved_opens_an_unauthorised_change_with_an_owner(house: House, device: NetworkDevice) -> None:
    take(device, text(WEB))
    house.hands.forward(hours=1)
    assert take(device, text(WEB, SQL)).verdict == "unapproved"
    (row,) = drift()
    found = opened(row.found_id)
    assert (found.model, found.requester_id, found.number) == ("unauthorised", device.owner_id, row.found_ref)
    with db.read_session() as session:
        (seen,) = session.query(ObservedChange).filter_by(found_id=found.id).all()
    assert (seen.verdict, seen.source, seen.system_id) == ("unapproved", "firewall", None)


def test_the_clause_reports_what_nobody_approved_until_it_is_settled(house: House, device: NetworkDevice) -> None:
    everything, looked = "every-change-of-a-device-was-approved", "every-configuration-is-looked-at-and-approved"
    assert violations(looked) == [device.ref]
    first = take(device, text(WEB))
    assert violations(looked) == [device.ref]
    approve_baseline(fresh(house.director), first.id)
    assert (violations(looked), violations(everything)) == ([], [])
    take(device, text(SQL))
    (row,) = drift()
    assert violations(everything) == [row.ref]
    assert row.found_id is not None
    changecontrol.cancel_change(fresh(house.director), row.found_id, reason="it was taken back at once")
    assert violations(everything) == []
    house.hands.forward(days=40)
    assert violations(looked) == [device.ref]


def test_approved_text_is_matched_by_its_digest_and_other_text_is_not(house: House, device: NetworkDevice) -> None:
    take(device, text(WEB))
    change = started(house, device, texts=[rule_texts.digest(text(WEB, SQL))])
    assert take(device, text(WEB, SQL)).verdict == "matched"
    assert (take(device, text(SQL)).verdict, drift()[-1].bound_to) == ("other-text", change.window_ref)


def test_rules_approved_one_by_one_are_matched_and_one_more_is_partly(house: House, device: NetworkDevice) -> None:
    take(device, text(WEB))
    approved = [rule_texts.rule_digest("+", f"access-list IN extended {SQL}")]
    started(house, device, texts=approved)
    assert take(device, text(WEB, SQL)).verdict == "matched"
    told = take(device, text(WEB, "permit ip any any"))
    assert told.verdict == "other-text"
    assert take(device, text(WEB, SQL, "permit udp any any eq 53")).verdict == "partly"
    assert drift()[-1].unapproved == 2
    assert opened(drift()[-1].found_id).model == "unauthorised"


def test_a_change_before_it_is_begun_and_one_outside_its_window_are_told_apart(
    house: House, device: NetworkDevice
) -> None:
    take(device, text(WEB))
    change = house.scheduled(things=[device.thing])
    assert take(device, text(SQL)).verdict == "outside-window"
    house.into(change)
    take(device, text(SQL))
    assert take(device, text(WEB)).verdict == "not-begun"


def test_an_emergency_authorised_afterwards_is_late_and_no_longer_without_approval(
    house: House, device: NetworkDevice
) -> None:
    take(device, text(WEB))
    change = raised(house, things=[device.thing])
    house.hands.forward(minutes=3)
    assert take(device, text(SQL)).verdict == "unapproved", "nobody has said yes yet"
    house.vote(house.director, change, "change.emergency")
    (row,) = drift()
    assert (row.verdict, row.bound_to) == ("late", change.window_ref)
    assert violations("every-change-of-a-device-was-approved") == []
    assert take(device, text(WEB)).verdict == "late", "done before it was begun"


def heard(*lines: tuple[str, str]) -> Any:
    """Have a device tell of changes: account and words."""
    return lambda *_a, **_k: [Heard(account, what, clock.now(), 1) for account, what in lines]


def test_another_person_than_the_change_names_is_found_in_the_devices_own_lines(
    house: House, device: NetworkDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(device, text(WEB))
    change = started(house, device)
    monkeypatch.setattr(differences, "changes_heard", heard((house.engineer.user_name, "111010 access-list")))
    told = take(device, text(SQL))
    assert (told.verdict, told.bound_to) == ("other-person", change.window_ref)
    (row,) = drift()
    assert (row.person_id, row.accounts) == (house.engineer.id, [house.engineer.user_name])


def test_a_difference_of_which_the_device_told_nothing_is_marked_silent(
    house: House, device: NetworkDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(device, text(WEB))
    started(house, device)
    take(device, text(SQL))
    monkeypatch.setattr(differences, "changes_heard", heard())
    monkeypatch.setattr(differences, "tells", lambda *_: True)
    matching.run(clock.now())
    assert drift()[0].checked_at is None, "its lines may still come"
    house.hands.forward(hours=7)
    matching.run(clock.now())
    (row,) = drift()
    assert (row.silent, row.verdict) == (True, "matched")
    assert [one.id for one in list_drift(fresh(house.officer))] == [row.id]


def test_a_device_that_never_tells_is_not_called_silent(house: House, device: NetworkDevice) -> None:
    take(device, text(WEB))
    take(device, text(SQL))
    house.hands.forward(hours=7)
    matching.run(clock.now())
    assert (drift()[0].silent, drift()[0].checked_at is None) == (None, False)


def test_what_was_approved_and_done_and_never_seen_is_found(house: House, device: NetworkDevice) -> None:
    take(device, text(WEB))
    system = house.system()
    change = house.started(system, things=[device.thing])
    changecontrol.work_on(fresh(house.second), system.id, change_id=change.id, what="put the rule in")
    changecontrol.finish_change(fresh(house.second), change.id, report="It went as planned.")
    house.hands.forward(hours=50)
    matching.run(clock.now())
    assert drift() == [], "nobody has looked since"
    take(device, text(WEB))
    matching.run(clock.now())
    (row,) = drift()
    assert (row.kind, row.verdict, row.bound_to, row.found_id) == ("absent", "never-seen", change.window_ref, None)
    matching.run(clock.now())
    assert len(drift()) == 1
    with db.read_session() as session:
        assert session.query(ObservedChange).filter_by(verdict="never-seen", source="firewall").count() == 1


def put_batch(database: str, device: NetworkDevice) -> None:
    """A batch of lines, as the intake puts it on record."""
    columns = "id, version, scope, device_id, source, name, batch, digest, size, lines, events, unparsed, repeated, cut, backwards, partial, first_at, last_at, packs, days, taken_at"  # fmt: skip
    now, made = clock.now(), uuid7()
    with db.connect("none", database) as conn:
        conn.execute("alter table log_batch disable trigger user")
        conn.execute(
            f"insert into log_batch ({columns}) values (%s, 1, 'house', %s, 'file', 'x', %s, %s, 1, 1, 1, 0, 0, 0, 0, false, %s, %s, '{{}}', '[]', %s)",
            [made, device.id, str(made), str(made), now - timedelta(minutes=1), now, now],
        )
        for (trigger,) in conn.execute(
            "select tgname from pg_trigger where tgrelid = 'log_batch'::regclass and not tgisinternal"
        ).fetchall():
            conn.execute(f"alter table log_batch enable always trigger {trigger}")


def test_events_of_a_device_are_matched_once_and_sign_ins_open_nothing(
    database: str, house: House, device: NetworkDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        matching,
        "changes_heard",
        heard(("root", "configure"), ("root", "configure"), (house.second.user_name, "commit")),
    )
    monkeypatch.setattr(matching, "sign_ins_heard", heard(("root", "login 192.0.2.9")))
    put_batch(database, device)
    matching.run(clock.now())
    rows = {(row.kind, row.accounts[0]): row for row in drift()}
    assert {key: (row.verdict, row.count) for key, row in rows.items()} == {
        ("event", "root"): ("unapproved", 2), ("event", house.second.user_name): ("unapproved", 1), ("sign-in", "root"): ("unapproved", 1),
    }  # fmt: skip
    assert rows["sign-in", "root"].found_id is None
    assert rows["event", "root"].found_id == rows["event", house.second.user_name].found_id is not None
    put_batch(database, device)
    matching.run(clock.now())
    assert len(drift()) == 3, "the same day again is the same thing"


def test_the_guard_is_tried_and_refuses() -> None:
    assert PROBES["baseline-by-another"].clause == "FW-2"


ACL = "access-list IN extended"


def signed(*rules: str, sign: str = "+") -> str:
    return "\n".join(f"{sign} {ACL} {one}" for one in rules)


def hows(row: Any) -> list[str]:
    return [one["how"] for one in row.compared]


def test_rules_that_were_approved_are_matched_and_others_beside_them_are_not(
    house: House, device: NetworkDevice
) -> None:
    take(device, text())
    change = started(house, device, rules={device.thing: signed(WEB)})
    assert (take(device, text(WEB)).verdict, drift()[-1].bound_to) == ("matched", change.window_ref)
    assert (take(device, text(WEB, SQL)).verdict, hows(drift()[-1])) == ("other-text", ["more"])
    assert drift()[-1].found_id is not None


def test_more_than_approved_opens_an_unauthorised_change(house: House, device: NetworkDevice) -> None:
    take(device, text())
    started(house, device, rules={device.thing: signed(WEB)})
    assert take(device, text(WEB, SQL)).verdict == "partly"
    (row,) = drift()
    assert (row.unapproved, hows(row)) == (1, ["more", "same"])
    assert opened(row.found_id).model == "unauthorised"


def test_less_than_approved_is_told_until_the_rest_has_come(house: House, device: NetworkDevice) -> None:
    take(device, text())
    change = started(house, device, rules={device.thing: signed(WEB, SQL)})
    assert take(device, text(WEB)).verdict == "less"
    (row,) = drift()
    assert (hows(row), row.found_id) == (["missing", "same"], None)
    assert [one.verdict for one in list_drift(fresh(house.director), bound_to=change.window_ref)] == ["less"]
    assert take(device, text(WEB, SQL)).verdict == "matched"
    assert [(one.verdict, hows(one)) for one in drift()] == [("matched", ["same"]), ("matched", ["same"])]


def test_the_same_meaning_in_other_words_is_matched(house: House, device: NetworkDevice) -> None:
    take(device, text())
    typed = f"+ {ACL} permit tcp any 192.0.2.10 255.255.255.255 eq https"
    started(house, device, rules={device.thing: typed})
    assert (take(device, text(WEB)).verdict, hows(drift()[-1])) == ("matched", ["meaning"])


def test_a_whole_configuration_is_approved_with_its_secrets_masked(house: House, device: NetworkDevice) -> None:
    take(device, text())
    change = started(house, device, rules={device.thing: text(WEB)})
    with db.read_session() as session:
        (revision,) = session.query(ChangeRevision).filter_by(change_id=change.id).all()
    assert SECRET not in revision.content["rules"][device.thing]
    assert "**secret-" in revision.content["rules"][device.thing]
    assert take(device, text(WEB)).verdict == "matched"


def test_secrets_of_signed_lines_are_masked(house: House, device: NetworkDevice) -> None:
    change = house.draft(rules={device.thing: f"+ enable password {SECRET} encrypted\n{signed(WEB)}"})
    with db.read_session() as session:
        (revision,) = session.query(ChangeRevision).filter_by(change_id=change.id).all()
    said = revision.content["rules"][device.thing]
    assert SECRET not in said
    assert said.endswith(signed(WEB))


def test_rules_edited_after_the_approval_are_approved_again(house: House, device: NetworkDevice) -> None:
    change = house.scheduled(rules={device.thing: signed(WEB)})
    edited = changecontrol.revise_change(
        fresh(house.engineer), change.id, fields={"rules": {device.thing: signed(WEB, SQL)}}
    )
    assert edited.state == "authorise"
    house.into(change)
    with pytest.raises(Refused):
        changecontrol.start_change(fresh(house.second), change.id)


def test_who_did_not_ask_for_the_change_may_not_edit_its_rules(house: House, device: NetworkDevice) -> None:
    change = house.draft(rules={device.thing: signed(WEB)})
    with pytest.raises(Denied):
        changecontrol.revise_change(fresh(house.officer), change.id, fields={"rules": {device.thing: signed(SQL)}})


def test_rules_with_and_without_a_sign_are_refused(house: House, device: NetworkDevice) -> None:
    with pytest.raises(Malformed, match="Line 2"):
        house.draft(rules={device.thing: f"{signed(WEB)}\n{ACL} {SQL}"})


def test_a_late_emergency_shows_what_was_applied_against_its_rules(house: House, device: NetworkDevice) -> None:
    take(device, text())
    change = raised(house, things=[device.thing], rules={device.thing: signed(WEB)})
    house.hands.forward(minutes=3)
    take(device, text(WEB))
    house.vote(house.director, change, "change.emergency")
    assert [(one.verdict, hows(one)) for one in drift()] == [("late", ["same"])]
