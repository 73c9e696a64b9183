"""What a nobody, or a person with no role but member, may call; each with its reason."""

NOBODY_MAY: dict[str, str] = {}

MEMBER_MAY: dict[str, str] = {
    "account.mine": "one's own account",
    "approval.inbox": "what is asked of oneself",
    "approval.list": "approvals that concern oneself, chosen row by row",
    "break-glass.list": "what was opened for oneself, chosen row by row",
    "certification.delegate": "one hands on what is asked of oneself, and nothing else",
    "certification.list": "the campaigns one answers in, chosen row by row",
    "certification.page": "the rights one answers for, chosen row by row",
    "delegation.give": "one's own votes, for a time, and never more than one holds",
    "delegation.list": "delegations one gave or got",
    "directive.acknowledge": "one's own word that one has read what is in force",
    "directive.list": "the directive is published to all",
    "directive.read": "the directive is published to all",
    "duty.mine": "one's own duties",
    "elevation.ask": "asking grants nothing: another person approves",
    "elevation.list": "one's own elevations, chosen row by row",
    "ledger.mine": "what oneself did",
    "name.find": "colleagues by name, to address them",
    "name.look-up": "the name behind a reference on a page one may see",
    "platform.list": "which platforms there are and how their user ids look",
    "policy.read": "the book is published to all",
    "request.choices": "which roles and places there are to be asked for",
    "request.draft": "asking for oneself and those one leads; drafting asks nobody yet, asking grants nothing",
    "request.list": "one's own requests, chosen row by row",
    "request.preview": "looks at a list one holds oneself; tells no more than which user ids exist",
    "service.list": "the service accounts one owns, chosen row by row",
    "session.list-mine": "one's own sessions",
    "waiver.ask": "asking grants nothing",
}
