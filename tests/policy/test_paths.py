"""No path of steps, however odd, lets the requester, an editor or the implementer approve, or old votes pass for new content."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kernel import clock
from kernel.actor import Actor
from kernel.db import read_session
from kernel.errors import OmniError
from policy import delegations, inbox
from policy.ballots import Ballot, edit_of, seal, tally
from policy.models import Approval, ApprovalRevision, ApprovalVote
from policy.reading import Requirement
from tests.policy import field
from tests.policy.field import someone

PEOPLE = (("director",), ("director",), ("officer",), ("officer",), ("director", "officer"), ())
WHO = st.integers(0, len(PEOPLE) - 1)
PLANS = st.sampled_from(["swap it", "swap two", "swap all"])
TITLES = st.sampled_from(["New switch", "New switches"])


class Paths(RuleBasedStateMachine):
    """Six people, one order; each rule is something a person may try, allowed or not."""

    people: list[Actor]
    cast = 0

    @initialize(asker=WHO, implementer=st.none() | WHO, lendings=st.lists(st.tuples(WHO, WHO), max_size=5, unique=True))
    def begin(self, asker: int, implementer: int | None, lendings: list[tuple[int, int]]) -> None:
        self.people = [someone(*roles) for roles in PEOPLE]
        self.implementers = set() if implementer is None else {self.people[implementer].id}
        self.authors: set[Any] = set()
        self.lent: set[tuple[Any, Any, str]] = set()
        self.content = {"title": "New switch", "plan": "swap it"}
        self.order = field.draft(self.people[asker], content=self.content, implementers=list(self.implementers))
        self.approval: Approval | None = None
        for giver, to in lendings:
            for role in PEOPLE[giver]:
                self.delegates(giver, to, role)
        self.asked(self.people[asker])

    def asked(self, by: Actor, reason: str | None = "typo") -> None:
        try:
            self.approval = field.ask(by, self.order.id, reason=reason)
        except OmniError:
            return
        self.authors.add(by.id)

    def current(self) -> Approval:
        assert self.approval is not None
        with read_session() as session:
            return session.get(Approval, self.approval.id)

    def live(self) -> list[ApprovalVote]:
        with read_session() as session:
            return list(session.query(ApprovalVote).filter_by(approval_id=self.approval.id, voided_at=None))  # type: ignore[union-attr]

    @precondition(lambda self: self.approval)
    @rule(
        who=WHO,
        yes=st.sampled_from([True, True, True, False]),
        role=st.none() | st.sampled_from(["director", "officer"]),
    )
    def votes(self, who: int, yes: bool, role: str | None) -> None:
        self.tries(
            lambda: inbox.cast(self.people[who], self.approval.id, yes=yes, digest=self.current().digest, role=role)
        )

    @precondition(lambda self: self.approval)
    @rule(number=st.integers(0, 9))
    def votes_as_delegate(self, number: int) -> None:
        lent = sorted(self.lent, key=str)
        if number < len(lent):
            giver, to, role = lent[number]
            voter = next(p for p in self.people if p.id == to)
            self.tries(
                lambda: inbox.cast(
                    voter, self.approval.id, yes=True, digest=self.current().digest, role=role, on_behalf_of=giver
                )
            )

    @precondition(lambda self: self.approval)
    @rule(who=WHO, whom=WHO)
    def votes_for_another(self, who: int, whom: int) -> None:
        self.tries(
            lambda: inbox.cast(
                self.people[who],
                self.approval.id,
                yes=True,
                digest=self.current().digest,
                on_behalf_of=self.people[whom].id,
            )
        )

    @rule(giver=WHO, to=WHO, role=st.sampled_from(["director", "officer"]))
    def delegates(self, giver: int, to: int, role: str) -> None:
        def give() -> None:
            delegations.give_delegation(
                self.people[giver],
                to=self.people[to].id,
                role=role,
                reason="leave",
                ends_at=clock.now() + timedelta(hours=1),
            )
            self.lent.add((self.people[giver].id, self.people[to].id, role))

        self.tries(give)

    @rule(who=WHO, plan=PLANS, title=TITLES)
    def edits_and_asks(self, who: int, plan: str, title: str) -> None:
        content = {"title": title, "plan": plan}
        field.edit(self.people[who], self.order.id, content=content)
        before = self.content
        try:
            self.approval = field.ask(self.people[who], self.order.id, reason="typo")
        except OmniError:
            field.edit(self.people[who], self.order.id, content=before)
            return
        if content != before:
            self.authors.add(self.people[who].id)
        if content["plan"] != before["plan"]:
            assert self.live() == [], "a material edit left a vote standing"
        self.content = content

    @precondition(lambda self: self.approval)
    @rule(number=st.integers(0, 3))
    def takes_a_vote_back(self, number: int) -> None:
        votes = self.live()
        if number < len(votes):
            voter = next(p for p in self.people if p.id == votes[number].voter_id)
            self.tries(lambda: inbox.take_vote_back(voter, votes[number].id, reason="second thoughts"))

    @rule(who=WHO)
    def starts(self, who: int) -> None:
        self.tries(lambda: field.move(self.people[who], self.order.id, event="start"))

    def tries(self, step: Any) -> None:
        try:
            step()
        except OmniError:
            return

    @invariant()
    def every_standing_vote_is_of_the_right_people(self) -> None:
        if not getattr(self, "approval", None):
            return
        seen: set[Any] = set()
        approval = self.current()
        for vote in self.live():
            persons = {vote.voter_id, vote.principal_id}
            assert not persons & self.implementers, "an implementer's vote stands"
            assert not persons & self.authors, "an author's vote stands"
            assert not persons & seen, "one person counts twice"
            assert (vote.revision, vote.digest) == (approval.revision, approval.digest), (
                "a vote stands for another content"
            )
            Paths.cast += 1
            roles = {p.id: roles for p, roles in zip(self.people, PEOPLE, strict=True)}
            assert vote.role in roles[vote.principal_id], "a role that the principal does not hold"
            if vote.voter_id != vote.principal_id:
                assert (vote.principal_id, vote.voter_id, vote.role) in self.lent, "nobody lent this authority"
            seen |= persons

    @invariant()
    def nothing_runs_unapproved(self) -> None:
        if not getattr(self, "approval", None):
            return
        approval = self.current()
        with read_session() as session:
            order = session.get(field.SampleOrder, self.order.id)
            revision = (
                session.query(ApprovalRevision).filter_by(approval_id=approval.id, number=approval.revision).one()
            )
        yes = {vote.role for vote in self.live() if vote.yes}
        if approval.state == "granted":
            assert yes >= {"director", "officer"}
            assert all(vote.yes for vote in self.live())
        if order.state == "running" and not getattr(self, "ran", False):
            self.ran = True
            sealed = seal(order.ref, "sample-order.authorise", order.content, implementers=self.implementers)
            assert (approval.state, revision.digest) == ("granted", sealed.digest)


@pytest.mark.usefixtures("house")
@pytest.mark.timeout(300)
def test_no_path_lets_the_wrong_people_approve() -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        Paths,
        settings=settings(
            max_examples=30,
            stateful_step_count=20,
            phases=[Phase.generate],
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=False,
            database=None,
        ),
    )
    assert Paths.cast > 0, "nobody ever managed to vote, so nothing was shown"


RULE = Requirement.model_validate(
    {"clause": "CC-1", "requires": [{"role": ["a"], "count": 2}, {"role": ["b", "a"]}], "clerical": ["title"]}
)
PERSON = st.uuids(version=4)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_count_never_reaches_with_fewer_persons_than_places(data: st.DataObject) -> None:
    few = data.draw(st.lists(PERSON, min_size=1, max_size=4, unique=True))
    ballots = data.draw(
        st.lists(
            st.builds(Ballot, st.sampled_from(few), st.sampled_from(few), st.sampled_from("abc"), st.just(True)),
            max_size=12,
        )
    )
    out = data.draw(st.sets(st.sampled_from(few)))
    count = tally(RULE, ballots, out)
    standing = {person for ballot in ballots for person in ballot.persons} - out
    assert not (count.granted and len(standing) < 3)
    assert count.granted == (not count.missing)


@settings(max_examples=300, deadline=None)
@given(
    old=st.dictionaries(st.sampled_from(["title", "plan", "window"]), st.integers(0, 2)),
    new=st.dictionaries(st.sampled_from(["title", "plan", "window"]), st.integers(0, 2)),
)
def test_edit_is_clerical_only_if_nothing_else_differs(old: dict[str, int], new: dict[str, int]) -> None:
    one, two = (seal("x:1", "r", content).opened() for content in (old, new))
    rest = [{key: value for key, value in content.items() if key != "title"} for content in (old, new)]
    expected = "none" if old == new else "clerical" if rest[0] == rest[1] else "material"
    assert edit_of(one, two, RULE.clerical) == expected


def test_empty_quorum_is_an_error() -> None:
    nobody = Requirement.model_construct(clause="CC-1", requires=[], barred=[], clerical=[], refusals=1)
    with pytest.raises(ValueError, match="asks for nobody"):
        tally(nobody, [])
