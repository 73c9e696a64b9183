"""What is done in audits of firewalls, in the ledger's sentences (see `deeds`)."""

from collections.abc import Mapping

from api.words import N_

AUDITS: Mapping[str, tuple[str, str, str]] = {
    "audit-method.draft": ("shield", N_("%(who)s began a new version of the audit's method"), N_("%(who)s tried to begin a new version of the audit's method")),
    "audit-method.revise": ("shield", N_("%(who)s wrote on a version of the audit's method"), N_("%(who)s tried to write on a version of the audit's method")),
    "audit-method.ask": ("shield", N_("%(who)s put a version of the audit's method before the technical director"), N_("%(who)s tried to put a version of the audit's method before the technical director")),
    "audit-method.recall": ("shield", N_("%(who)s took a version of the audit's method back to write on"), N_("%(who)s tried to take a version of the audit's method back")),
    "audit-method.withdraw": ("shield", N_("%(who)s gave up a version of the audit's method"), N_("%(who)s tried to give up a version of the audit's method")),
    "audited-device.gather": ("cog", N_("%(who)s gathered what is known of a device for its audit"), N_("%(who)s tried to gather what is known of a device for its audit")),
    "audited-device.look-again": ("cog", N_("%(who)s had a device of an audit looked at again"), N_("%(who)s tried to have a device of an audit looked at again")),
    "audited-device.answer": ("shield", N_("%(who)s answered a point of an audit"), N_("%(who)s tried to answer a point of an audit")),
    "audited-device.judge": ("shield", N_("%(who)s judged what an audit drew by chance"), N_("%(who)s tried to judge what an audit drew by chance")),
    "audited-device.attach": ("shield", N_("%(who)s attached a file to an audit"), N_("%(who)s tried to attach a file to an audit")),
    "audited-device.find": ("shield", N_("%(who)s raised a finding in an audit"), N_("%(who)s tried to raise a finding in an audit")),
    "audited-device.read": ("eye", N_("%(who)s read a device's part of an audit"), N_("%(who)s tried to read a device's part of an audit")),
    "audited-device.sample": ("eye", N_("%(who)s drew an audit's sample again"), N_("%(who)s tried to draw an audit's sample again")),
    "firewall-audit.cover": ("cog", N_("%(who)s took the register's devices into an audit"), N_("%(who)s tried to take the register's devices into an audit")),
    "firewall-audit.read": ("eye", N_("%(who)s read an audit of the firewalls"), N_("%(who)s tried to read an audit of the firewalls")),
    "firewall-audit.sign": ("shield", N_("%(who)s signed an audit of the firewalls"), N_("%(who)s tried to sign an audit of the firewalls")),
    "audit-file.read": ("eye", N_("%(who)s read a file of an audit"), N_("%(who)s tried to read a file of an audit")),
    "audit-finding.assign": ("shield", N_("%(who)s gave an audit's finding another owner"), N_("%(who)s tried to give an audit's finding another owner")),
    "audit-finding.answer": ("shield", N_("%(who)s answered an audit's finding"), N_("%(who)s tried to answer an audit's finding")),
    "audit-finding.verify": ("shield", N_("%(who)s verified the answer to an audit's finding"), N_("%(who)s tried to verify the answer to an audit's finding")),
    "audit-finding.return": ("shield", N_("%(who)s gave the answer to an audit's finding back"), N_("%(who)s tried to give the answer to an audit's finding back")),
    "audit-finding.read": ("eye", N_("%(who)s read a finding of an audit"), N_("%(who)s tried to read a finding of an audit")),
}  # fmt: skip
