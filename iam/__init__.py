"""Who is in the house: people, their accounts, secrets, factors, sessions and roles."""

from importlib import import_module

from iam.credentials.disclosure import report_disclosure
from iam.credentials.factors import Proof
from iam.credentials.passkeys import assertion, register_passkey, registration
from iam.credentials.passwords import change, flaws_for, said_rules
from iam.credentials.recovery import confirm_own, enrol_otp, remove_otp, remove_passkey, renew_recovery
from iam.entry.activations import begin_enrolment, choose_password, finish, issue_again, open_code
from iam.entry.entering import Entered, Source
from iam.entry.presence import Signed, who
from iam.entry.sessions import (
    come_back,
    end_all_sessions,
    end_session,
    forget_device,
    lock_session,
    my_sessions,
    show_factor,
)
from iam.entry.signin import FactorNeeded, ask_passkey, give_factor, sign_in
from iam.evidence import second_factor_everywhere
from iam.letters.delivery import note_sent, open_letter, resend_waiting, waiting_letters
from iam.people.accounts import list_people, my_account, read_person
from iam.people.people import amend_person, join_person, leave_person, move_person, reactivate_person, suspend_person
from iam.people.platforms import add_platform, amend_platform, list_platforms
from iam.people.roles import give_role, list_roles, take_role

__all__ = [
    "Entered",
    "FactorNeeded",
    "Proof",
    "Signed",
    "Source",
    "add_platform",
    "amend_person",
    "amend_platform",
    "ask_passkey",
    "assertion",
    "begin_enrolment",
    "change",
    "choose_password",
    "come_back",
    "confirm_own",
    "end_all_sessions",
    "end_session",
    "enrol_otp",
    "finish",
    "flaws_for",
    "forget_device",
    "give_factor",
    "give_role",
    "issue_again",
    "join_person",
    "leave_person",
    "list_people",
    "list_platforms",
    "list_roles",
    "lock_session",
    "move_person",
    "my_account",
    "my_sessions",
    "note_sent",
    "open_code",
    "open_letter",
    "reactivate_person",
    "read_person",
    "register_passkey",
    "registration",
    "remove_otp",
    "remove_passkey",
    "renew_recovery",
    "report_disclosure",
    "resend_waiting",
    "said_rules",
    "second_factor_everywhere",
    "show_factor",
    "sign_in",
    "suspend_person",
    "take_role",
    "waiting_letters",
    "who",
]

for _module in (
    "certification.campaigns",
    "certification.decisions",
    "certification.dormancy",
    "certification.evidence",
    "certification.last_deeds",
    "certification.pages",
    "credentials.due_change",
    "credentials.evidence",
    "credentials.rotation",
    "deviations.cases",
    "deviations.findings",
    "directives.acknowledgements",
    "directory.bindings",
    "directory.corrections",
    "directory.evidence",
    "directory.own_passwords",
    "directory.registry",
    "directory.rounds",
    "directory.trials",
    "directory.views",
    "entry.passkey",
    "letters.alarms",
    "letters.receipts",
    "letters.trial_mails",
    "people.founders",
    "people.leavers",
    "people.namesakes",
    "plaintext.evidence",
    "privileged.bindings",
    "privileged.breakglass",
    "privileged.elevations",
    "privileged.evidence",
    "privileged.reviews",
    "profiles.evidence",
    "profiles.readings",
    "reports.plate",
    "requests.evidence",
    "requests.preview",
    "requests.views",
    "services.accounts",
    "services.upkeep",
    "upkeep",
):
    import_module(f"iam.{_module}")  # what they do is known once they are imported: actions, readings, sweeps, evidence
