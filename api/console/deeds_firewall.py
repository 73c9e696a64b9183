"""What is done with network devices and their lines, in the ledger's sentences (see `deeds`)."""

from collections.abc import Mapping

from api.words import N_

FIREWALL: Mapping[str, tuple[str, str, str]] = {
    "network-device.add": ("cog", N_("%(who)s put a network device on the register"), N_("%(who)s tried to put a network device on the register")),
    "network-device.revise": ("cog", N_("%(who)s revised what the register says of %(thing)s"), N_("%(who)s tried to revise what the register says of %(thing)s")),
    "network-device.retire": ("cog", N_("%(who)s took %(thing)s out of service"), N_("%(who)s tried to take %(thing)s out of service")),
    "network-device.credential": ("key", N_("%(who)s gave a collector what it shows to %(thing)s"), N_("%(who)s tried to give a collector what it shows to %(thing)s")),
    "network-device.drop-credential": ("key", N_("%(who)s took a collector's credential of %(thing)s away"), N_("%(who)s tried to take a collector's credential of %(thing)s away")),
    "network-device.read": ("eye", N_("%(who)s read what the register says of %(thing)s"), N_("%(who)s tried to read what the register says of %(thing)s")),
    "configuration.take": ("cog", N_("%(who)s handed in the configuration of %(thing)s"), N_("%(who)s tried to hand in the configuration of %(thing)s")),
    "configuration.baseline": ("shield", N_("%(who)s approved %(thing)s as what the device is to be"), N_("%(who)s tried to approve %(thing)s as what the device is to be")),
    "configuration.read": ("eye", N_("%(who)s read %(thing)s"), N_("%(who)s tried to read %(thing)s")),
    "configuration.compare": ("eye", N_("%(who)s compared %(thing)s with another version"), N_("%(who)s tried to compare %(thing)s with another version")),
    "configuration.preview": ("eye", N_("%(who)s looked at what a proposed configuration would change on %(thing)s"), N_("%(who)s tried to look at what a proposed configuration would change on %(thing)s")),
    "rule-analysis.keep": ("shield", N_("%(who)s judged the rules of %(thing)s"), N_("%(who)s tried to judge the rules of %(thing)s")),
    "rule-finding.lapse": ("clock", N_("%(who)s opened again what was accepted in rules until today"), N_("%(who)s tried to open again what was accepted in rules until today")),
    "drift.sweep": ("cog", N_("%(who)s held what changed on network devices against what was approved"), N_("%(who)s tried to hold what changed on network devices against what was approved")),
    "log-batch.take": ("cog", N_("%(who)s took lines of %(thing)s in"), N_("%(who)s tried to take lines of %(thing)s in")),
    "log-batch.read-again": ("cog", N_("%(who)s read %(thing)s again by newer formats"), N_("%(who)s tried to read %(thing)s again by newer formats")),
    "log-batch.ask-again": ("cog", N_("%(who)s asked that %(thing)s be read again"), N_("%(who)s tried to have %(thing)s read again")),
    "log-batch.unparsed": ("eye", N_("%(who)s read lines of %(thing)s that no format could read"), N_("%(who)s tried to read lines of %(thing)s that no format could read")),
    "intake.note": ("clock", N_("%(who)s noted what was amiss with the intake of log lines"), N_("%(who)s tried to note what was amiss with the intake of log lines")),
    "intake.strangers": ("eye", N_("%(who)s looked at who sends log lines without being known"), N_("%(who)s tried to look at who sends log lines without being known")),
    "log-review.draw": ("shield", N_("%(who)s looked at the firewall logs of a week"), N_("%(who)s tried to look at the firewall logs of a week")),
    "log-review.read": ("eye", N_("%(who)s read a review of the firewall logs"), N_("%(who)s tried to read a review of the firewall logs")),
    "log-review.sample": ("eye", N_("%(who)s read the sample of a review of the firewall logs"), N_("%(who)s tried to read the sample of a review of the firewall logs")),
    "log-review.answer": ("shield", N_("%(who)s said of a line how it was read"), N_("%(who)s tried to say of a line how it was read")),
    "log-review.sign": ("shield", N_("%(who)s signed a review of the firewall logs"), N_("%(who)s tried to sign a review of the firewall logs")),
    "log-finding.read": ("eye", N_("%(who)s read a finding in the firewall logs"), N_("%(who)s tried to read a finding in the firewall logs")),
    "log-finding.lines": ("eye", N_("%(who)s read the lines of a finding"), N_("%(who)s tried to read the lines of a finding")),
    "log-finding.dispose": ("shield", N_("%(who)s said what a finding is"), N_("%(who)s tried to say what a finding is")),
    "accepted-noise.end": ("shield", N_("%(who)s ended what was accepted in the firewall logs"), N_("%(who)s tried to end what was accepted in the firewall logs")),
    "finding-report.list": ("eye", N_("%(who)s read the reports of attempts"), N_("%(who)s tried to read the reports of attempts")),
    "finding-report.read": ("eye", N_("%(who)s read a report of an attempt"), N_("%(who)s tried to read a report of an attempt")),
    "finding-report.answer": ("shield", N_("%(who)s answered a report of an attempt"), N_("%(who)s tried to answer a report of an attempt")),
}  # fmt: skip
