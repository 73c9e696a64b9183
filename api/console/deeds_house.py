"""What is done with approvals, duties, the policy book and the floor, in the ledger's sentences (see `deeds`)."""

from collections.abc import Mapping

from api.words import N_

HOUSE: Mapping[str, tuple[str, str, str]] = {
    "approval.sweep": ("clock", N_("%(who)s ended approvals whose time was over"), N_("%(who)s tried to end approvals whose time was over")),
    "approval.withdraw": ("shield", N_("%(who)s took a question back"), N_("%(who)s tried to take a question back")),
    "approval.withdraw-vote": ("shield", N_("%(who)s took a vote back"), N_("%(who)s tried to take a vote back")),
    "delegation.give": ("shield", N_("%(who)s let another vote on their authority"), N_("%(who)s tried to let another vote on their authority")),
    "delegation.end": ("shield", N_("%(who)s ended a delegation"), N_("%(who)s tried to end a delegation")),
    "duty.excuse": ("clock", N_("%(who)s excused somebody from a duty"), N_("%(who)s tried to excuse somebody from a duty")),
    "duty.fulfil": ("clock", N_("%(who)s did a duty"), N_("%(who)s tried to close a duty as done")),
    "duty.hand-over": ("clock", N_("%(who)s handed a duty over"), N_("%(who)s tried to hand a duty over")),
    "duty.recur": ("clock", N_("%(who)s opened the duties of the calendar"), N_("%(who)s tried to open the duties of the calendar")),
    "duty.sweep": ("clock", N_("%(who)s reminded of duties and escalated late ones"), N_("%(who)s tried to look after duties")),
    "evidence.attest": ("book", N_("%(who)s stated that a clause holds"), N_("%(who)s tried to state that a clause holds")),
    "evidence.evaluate": ("book", N_("%(who)s evaluated the evidence of a clause"), N_("%(who)s tried to evaluate the evidence of a clause")),
    "evidence.probe": ("shield", N_("%(who)s tried a guard"), N_("%(who)s tried to try a guard")),
    "evidence.note-probe": ("shield", N_("%(who)s kept what the trial of a guard showed"), N_("%(who)s tried to keep what the trial of a guard showed")),
    "policy.propose": ("book", N_("%(who)s proposed an edition of the policy book"), N_("%(who)s tried to propose an edition of the policy book")),
    "policy.publish": ("book", N_("%(who)s put an edition of the policy book in force"), N_("%(who)s tried to put an edition of the policy book in force")),
    "waiver.ask": ("shield", N_("%(who)s asked for a waiver"), N_("%(who)s tried to ask for a waiver")),
    "waiver.end": ("shield", N_("%(who)s ended a waiver"), N_("%(who)s tried to end a waiver")),
    "waiver.sweep": ("clock", N_("%(who)s ended waivers whose time was over"), N_("%(who)s tried to end waivers whose time was over")),
    "agent.enrol": ("user", N_("%(who)s enrolled an agent"), N_("%(who)s tried to enrol an agent")),
    "agent.amend": ("user", N_("%(who)s changed what an agent serves"), N_("%(who)s tried to change what an agent serves")),
    "agent.skill": ("user", N_("%(who)s set an agent's level in a skill"), N_("%(who)s tried to set an agent's level in a skill")),
    "agent.send-off": ("user", N_("%(who)s took an agent off the floor"), N_("%(who)s tried to take an agent off the floor")),
    "client.add": ("user", N_("%(who)s added a client"), N_("%(who)s tried to add a client")),
    "campaign.add": ("user", N_("%(who)s added a campaign"), N_("%(who)s tried to add a campaign")),
    "contact.read": ("eye", N_("%(who)s read a customer"), N_("%(who)s tried to read a customer")),
    "disposition.add": ("message", N_("%(who)s added a way in which conversations end"), N_("%(who)s tried to add a way in which conversations end")),
    "disposition.retire": ("message", N_("%(who)s took a disposition out of the choice"), N_("%(who)s tried to take a disposition out of the choice")),
    "number.assign": ("phone", N_("%(who)s had a number ring for a campaign"), N_("%(who)s tried to have a number ring for a campaign")),
    "queue.add": ("cog", N_("%(who)s added a queue"), N_("%(who)s tried to add a queue")),
    "queue.amend": ("cog", N_("%(who)s changed a queue"), N_("%(who)s tried to change a queue")),
    "routing.reclaim": ("cog", N_("%(who)s gave chats back whose agents may no longer serve"), N_("%(who)s tried to give chats back whose agents may no longer serve")),
    "site.add": ("cog", N_("%(who)s added a site"), N_("%(who)s tried to add a site")),
    "skill.add": ("cog", N_("%(who)s added a skill"), N_("%(who)s tried to add a skill")),
    "widget.add": ("cog", N_("%(who)s added a chat to a client's web site"), N_("%(who)s tried to add a chat to a client's web site")),
}  # fmt: skip
