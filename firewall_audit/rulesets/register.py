"""What the register, or a comment, says of a rule and is wrong. Pure. [FW-1, FW-5]"""

import re
from collections.abc import Iterator

from firewall_audit.rulesets.findings import Finding, Place
from firewall_audit.rulesets.model import Ruleset
from firewall_audit.rulesets.terms import Terms


def wrongly_named(ruleset: Ruleset, terms: Terms) -> Iterator[Finding]:
    """Rules that allow in the name of somebody who is gone, or of a change that was never authorised."""
    own = re.compile(terms.own_ticket)
    for one in ruleset.filters:
        for rule in one.rules:
            if not rule.enabled or rule.action != "allow":
                continue
            entry = terms.register.get((one.name, rule.id))
            if entry is not None and entry.gone:
                yield Finding("wrong-owner", Place.of(one.name, rule), detail=entry.owner)
            if terms.changes is not None and own.fullmatch(rule.ticket) and rule.ticket not in terms.changes:
                yield Finding("wrong-ticket", Place.of(one.name, rule), detail=rule.ticket)
