"""What a nobody, or a person with no role but member, may call; each with its reason."""

NOBODY_MAY: dict[str, str] = {}

MEMBER_MAY: dict[str, str] = {
    "account.mine": "one's own account",
    "approval.inbox": "what is asked of oneself",
    "approval.list": "approvals that concern oneself, chosen row by row",
    "delegation.give": "one's own votes, for a time, and never more than one holds",
    "delegation.list": "delegations one gave or got",
    "duty.mine": "one's own duties",
    "ledger.mine": "what oneself did",
    "name.find": "colleagues by name, to address them",
    "name.look-up": "the name behind a reference on a page one may see",
    "platform.list": "which platforms there are and how their user ids look",
    "policy.read": "the book is published to all",
    "session.list-mine": "one's own sessions",
    "waiver.ask": "asking grants nothing",
}
