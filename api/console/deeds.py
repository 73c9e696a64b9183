"""What each action is called in the ledger's sentences: its picture, what was done, what was tried."""

from collections.abc import Mapping

from api.console.deeds_audits import AUDITS
from api.console.deeds_changes import CHANGES
from api.console.deeds_firewall import FIREWALL
from api.console.deeds_house import HOUSE
from api.console.deeds_privileged import PRIVILEGED
from api.console.deeds_registry import REGISTRY
from api.console.deeds_secrets import SECRETS
from api.console.deeds_training import TRAINING
from api.words import N_

# Action: (icon, what was done, what was tried). Places: who, thing.
SENTENCES: Mapping[str, tuple[str, str, str]] = {
    **SECRETS,
    **PRIVILEGED,
    **CHANGES,
    **TRAINING,
    **REGISTRY,
    **HOUSE,
    **FIREWALL,
    **AUDITS,
    "sign-in.password": ("key", N_("A password was given for %(thing)s"), N_("A sign-in was tried")),
    "sign-in.factor": ("key", N_("%(thing)s signed in"), N_("A second factor was tried for %(thing)s")),
    "session.end": ("key", N_("%(who)s ended a session"), N_("%(who)s tried to end a session")),
    "session.end-all": (
        "key",
        N_("%(who)s ended all sessions of %(thing)s"),
        N_("%(who)s tried to end all sessions of %(thing)s"),
    ),
    "session.lock": ("key", N_("%(who)s locked the screen"), N_("%(who)s tried to lock the screen")),
    "session.unlock": ("key", N_("A locked screen was opened again"), N_("A locked screen was tried")),
    "session.step-up": (
        "key",
        N_("%(who)s showed the second factor again"),
        N_("%(who)s showed a wrong second factor"),
    ),
    "session.list-mine": ("eye", N_("%(who)s looked at their sessions"), N_("%(who)s tried to look at their sessions")),
    "password.change": ("key", N_("%(who)s changed their password"), N_("%(who)s tried to change their password")),
    "otp.enrol": ("key", N_("%(who)s began to pair an authenticator"), N_("%(who)s tried to pair an authenticator")),
    "otp.confirm": (
        "key",
        N_("%(who)s paired an authenticator"),
        N_("%(who)s gave a wrong code for a new authenticator"),
    ),
    "otp.remove": ("key", N_("%(who)s removed their authenticator"), N_("%(who)s tried to remove their authenticator")),
    "recovery.renew": ("key", N_("%(who)s made new recovery codes"), N_("%(who)s tried to make new recovery codes")),
    "passkey.register": ("key", N_("%(who)s added a passkey"), N_("%(who)s tried to add a passkey")),
    "passkey.remove": ("key", N_("%(who)s removed a passkey"), N_("%(who)s tried to remove a passkey")),
    "activation.issue": (
        "key",
        N_("%(who)s sent a new activation to %(thing)s"),
        N_("%(who)s tried to send an activation to %(thing)s"),
    ),
    "activation.open": ("key", N_("An activation code was used"), N_("An activation code was tried")),
    "activation.password": (
        "key",
        N_("%(thing)s chose a first password"),
        N_("A first password for %(thing)s did not keep the rules"),
    ),
    "activation.enrol": (
        "key",
        N_("%(thing)s began to pair an authenticator"),
        N_("%(thing)s tried to pair an authenticator"),
    ),
    "activation.finish": ("key", N_("%(thing)s came into the house"), N_("%(thing)s gave a wrong first code")),
    "person.join": (
        "user",
        N_("%(who)s brought a person into the house"),
        N_("%(who)s tried to bring a person into the house"),
    ),
    "person.amend": (
        "user",
        N_("%(who)s corrected the record of %(thing)s"),
        N_("%(who)s tried to correct the record of %(thing)s"),
    ),
    "person.suspend": ("user", N_("%(who)s suspended %(thing)s"), N_("%(who)s tried to suspend %(thing)s")),
    "person.reactivate": ("user", N_("%(who)s let %(thing)s in again"), N_("%(who)s tried to let %(thing)s in again")),
    "person.leave": ("user", N_("%(who)s let %(thing)s go"), N_("%(who)s tried to let %(thing)s go")),
    "person.read": (
        "eye",
        N_("%(who)s read the record of %(thing)s"),
        N_("%(who)s tried to read the record of %(thing)s"),
    ),
    "role.give": ("shield", N_("%(who)s gave a role"), N_("%(who)s tried to give a role")),
    "role.take": ("shield", N_("%(who)s took a role back"), N_("%(who)s tried to take a role back")),
    "agent.ready": ("user", N_("%(who)s went ready"), N_("%(who)s tried to go ready")),
    "agent.pause": ("user", N_("%(who)s took a pause"), N_("%(who)s tried to take a pause")),
    "agent.resume": ("user", N_("%(who)s came back from a pause"), N_("%(who)s tried to come back from a pause")),
    "agent.offline": ("user", N_("%(who)s went offline"), N_("%(who)s tried to go offline")),
    "agent.wrapped-up": (
        "user",
        N_("%(who)s finished the work after a call"),
        N_("%(who)s tried to finish the work after a call"),
    ),
    "conversation.accept": (
        "message",
        N_("%(who)s took conversation %(thing)s"),
        N_("%(who)s tried to take conversation %(thing)s"),
    ),
    "conversation.decline": (
        "message",
        N_("%(who)s gave conversation %(thing)s back"),
        N_("%(who)s tried to give conversation %(thing)s back"),
    ),
    "conversation.reply": (
        "message",
        N_("%(who)s answered in conversation %(thing)s"),
        N_("%(who)s tried to answer in conversation %(thing)s"),
    ),
    "conversation.note": (
        "message",
        N_("%(who)s noted something in conversation %(thing)s"),
        N_("%(who)s tried to note something in conversation %(thing)s"),
    ),
    "conversation.transfer": (
        "message",
        N_("%(who)s handed conversation %(thing)s over"),
        N_("%(who)s tried to hand conversation %(thing)s over"),
    ),
    "conversation.close": (
        "message",
        N_("%(who)s ended conversation %(thing)s"),
        N_("%(who)s tried to end conversation %(thing)s"),
    ),
    "conversation.read": (
        "eye",
        N_("%(who)s read conversation %(thing)s"),
        N_("%(who)s tried to read conversation %(thing)s"),
    ),
    "conversation.customer": (
        "eye",
        N_("%(who)s looked at the customer of conversation %(thing)s"),
        N_("%(who)s tried to look at the customer of conversation %(thing)s"),
    ),
    "disposition.set": (
        "message",
        N_("%(who)s said how conversation %(thing)s ended"),
        N_("%(who)s tried to say how conversation %(thing)s ended"),
    ),
    "webchat.open": ("message", N_("A visitor opened a web chat"), N_("A visitor tried to open a web chat")),
    "webchat.post": ("message", N_("A visitor wrote"), N_("A visitor tried to write")),
    "phone.credential": ("phone", N_("%(who)s connected the telephone"), N_("%(who)s tried to connect the telephone")),
    "phone.revoke": ("phone", N_("%(who)s took a telephone away"), N_("%(who)s tried to take a telephone away")),
    "routing.sweep": ("cog", N_("Conversations were given out"), N_("Conversations could not be given out")),
    "ledger.read": (
        "eye",
        N_("%(who)s read an entry of the ledger"),
        N_("%(who)s tried to read an entry of the ledger"),
    ),
    "ledger.search": ("eye", N_("%(who)s searched the ledger"), N_("%(who)s tried to search the ledger")),
    "house.found": ("book", N_("The house was founded on its policy book"), N_("The house could not be founded")),
    "house.upgrade": (
        "book",
        N_("The policy book of a new release came into force"),
        N_("The policy book of a new release was not taken"),
    ),
    "call.arrive": ("phone", N_("A caller rang"), N_("A call could not be taken in")),
    "call.choose-language": (
        "phone",
        N_("The caller of %(thing)s chose a language"),
        N_("The caller of %(thing)s chose no language"),
    ),
    "call.queue": ("phone", N_("Call %(thing)s was put in its queue"), N_("Call %(thing)s could not be queued")),
    "call.connect": ("phone", N_("Call %(thing)s was connected"), N_("Call %(thing)s could not be connected")),
    "call.miss": (
        "phone",
        N_("Call %(thing)s was not answered and went back to its place"),
        N_("Call %(thing)s could not be put back"),
    ),
    "call.record-start": (
        "phone",
        N_("The recording of call %(thing)s began"),
        N_("The recording of call %(thing)s could not begin"),
    ),
    "call.record-stop": (
        "phone",
        N_("The recording of call %(thing)s ended"),
        N_("The recording of call %(thing)s could not be ended"),
    ),
    "call.record-fail": (
        "phone",
        N_("The recording of call %(thing)s failed"),
        N_("A failed recording of %(thing)s could not be noted"),
    ),
    "call.end": ("phone", N_("Call %(thing)s ended"), N_("Call %(thing)s could not be ended")),
    "phone.online": ("phone", N_("A telephone came online"), N_("A telephone could not come online")),
    "phone.offline": ("phone", N_("A telephone went offline"), N_("A telephone could not go offline")),
    "phone.clear": (
        "phone",
        N_("A telephone's credential was cleared away"),
        N_("A telephone's credential could not be cleared away"),
    ),
    "webchat.leave": ("message", N_("A visitor ended the chat"), N_("A visitor tried to end the chat")),
    "webchat.read": ("eye", N_("A visitor read the chat"), N_("A visitor tried to read the chat")),
    "profile.add": ("shield", N_("%(who)s added an access profile"), N_("%(who)s tried to add an access profile")),
    "profile.write": (
        "shield",
        N_("%(who)s wrote a version of an access profile"),
        N_("%(who)s tried to write a version of an access profile"),
    ),
    "profile.ask": (
        "shield",
        N_("%(who)s asked for the approval of an access profile"),
        N_("%(who)s tried to ask for the approval of an access profile"),
    ),
    "profile.publish": (
        "shield",
        N_("A version of an access profile came into force"),
        N_("A version of an access profile was not put in force"),
    ),
    "profile.apply": (
        "shield",
        N_("Holders of access profiles were brought to the version in force"),
        N_("Holders of access profiles could not be brought to the version in force"),
    ),
    "profile.give": ("shield", N_("%(who)s gave an access profile"), N_("%(who)s tried to give an access profile")),
    "profile.withdraw": (
        "shield",
        N_("%(who)s withdrew an access profile"),
        N_("%(who)s tried to withdraw an access profile"),
    ),
    "profile.retire": (
        "shield",
        N_("%(who)s retired an access profile"),
        N_("%(who)s tried to retire an access profile"),
    ),
    "directive.write": (
        "book",
        N_("%(who)s wrote a version of a directive"),
        N_("%(who)s tried to write a version of a directive"),
    ),
    "directive.ask": (
        "book",
        N_("%(who)s asked for the approval of a directive"),
        N_("%(who)s tried to ask for the approval of a directive"),
    ),
    "directive.publish": (
        "book",
        N_("A version of a directive came into force"),
        N_("A version of a directive was not put in force"),
    ),
    "directive.acknowledge": (
        "book",
        N_("%(who)s acknowledged a directive"),
        N_("%(who)s tried to acknowledge a directive"),
    ),
    "report.access-log": ("eye", N_("%(who)s read the log of access"), N_("%(who)s tried to read the log of access")),
    "report.who-may": ("eye", N_("%(who)s asked who may do a thing"), N_("%(who)s tried to ask who may do a thing")),
    "report.person-day": (
        "eye",
        N_("%(who)s looked at what %(thing)s could do on a day"),
        N_("%(who)s tried to look at what %(thing)s could do on a day"),
    ),
    "report.toxic-pairs": (
        "eye",
        N_("%(who)s read the conflicts of duties held"),
        N_("%(who)s tried to read the conflicts of duties held"),
    ),
    "report.orphans": ("eye", N_("%(who)s read the orphans"), N_("%(who)s tried to read the orphans")),
    "report.monitoring": (
        "eye",
        N_("%(who)s read the monitoring report"),
        N_("%(who)s tried to read the monitoring report"),
    ),
    "report.unacknowledged": (
        "eye",
        N_("%(who)s read who has not acknowledged the directive"),
        N_("%(who)s tried to read who has not acknowledged the directive"),
    ),
    "request.draft": ("shield", N_("%(who)s put a request together"), N_("%(who)s tried to put a request together")),
    "request.amend": ("shield", N_("%(who)s changed %(thing)s"), N_("%(who)s tried to change %(thing)s")),
    "request.send": ("shield", N_("%(who)s sent %(thing)s"), N_("%(who)s tried to send %(thing)s")),
    "request.withdraw": ("shield", N_("%(who)s took %(thing)s back"), N_("%(who)s tried to take %(thing)s back")),
    "request.read": ("eye", N_("%(who)s read %(thing)s"), N_("%(who)s tried to read %(thing)s")),
    "request.execute": ("shield", N_("%(who)s carried out %(thing)s"), N_("%(who)s could not carry out %(thing)s")),
    "request.fail": ("shield", N_("%(who)s could not carry out %(thing)s"), N_("%(who)s tried %(thing)s")),
    "approval.cast": ("shield", N_("%(who)s answered %(thing)s"), N_("%(who)s tried to answer %(thing)s")),
    "person.end-contract": (
        "user",
        N_("%(who)s let %(thing)s go at the end of the contract"),
        N_("%(who)s tried to let %(thing)s go"),
    ),
}
