"""Who is in the house: people, their accounts, secrets, factors, sessions and roles."""

from iam import (
    acknowledgements,
    breakglass,
    deviation_cases,
    deviations,
    directory,
    elevation_reviews,
    elevations,
    evidence_privileged,
    evidence_profiles,
    evidence_requests,
    leavers,
    profile_readings,
    reports,
    request_preview,
    request_views,
    upkeep,
)
from iam.accounts import list_people, my_account, read_person
from iam.activations import begin_enrolment, choose_password, finish, issue_again, open_code
from iam.delivery import note_sent, open_letter, resend_waiting, waiting_letters
from iam.disclosure import void_password
from iam.entering import Entered, Source
from iam.evidence import second_factor_everywhere
from iam.factors import Proof
from iam.passkeys import assertion, register_passkey, registration
from iam.passwords import change, flaws_for, said_rules
from iam.people import amend_person, join_person, leave_person, move_person, reactivate_person, suspend_person
from iam.platforms import add_platform, amend_platform, list_platforms
from iam.presence import Signed, who
from iam.recovery import confirm_own, enrol_otp, remove_otp, remove_passkey, renew_recovery
from iam.roles import give_role, list_roles, take_role
from iam.sessions import (
    come_back,
    end_all_sessions,
    end_session,
    forget_device,
    lock_session,
    my_sessions,
    show_factor,
)
from iam.signin import FactorNeeded, ask_passkey, give_factor, sign_in

__all__ = [
    "Entered",
    "FactorNeeded",
    "Proof",
    "Signed",
    "Source",
    "acknowledgements",
    "add_platform",
    "amend_person",
    "amend_platform",
    "ask_passkey",
    "assertion",
    "begin_enrolment",
    "breakglass",
    "change",
    "choose_password",
    "come_back",
    "confirm_own",
    "deviation_cases",
    "deviations",
    "directory",
    "elevation_reviews",
    "elevations",
    "end_all_sessions",
    "end_session",
    "enrol_otp",
    "evidence_privileged",
    "evidence_profiles",
    "evidence_requests",
    "finish",
    "flaws_for",
    "forget_device",
    "give_factor",
    "give_role",
    "issue_again",
    "join_person",
    "leave_person",
    "leavers",
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
    "profile_readings",
    "reactivate_person",
    "read_person",
    "register_passkey",
    "registration",
    "remove_otp",
    "remove_passkey",
    "renew_recovery",
    "reports",
    "request_preview",
    "request_views",
    "resend_waiting",
    "said_rules",
    "second_factor_everywhere",
    "show_factor",
    "sign_in",
    "suspend_person",
    "take_role",
    "upkeep",
    "void_password",
    "waiting_letters",
    "who",
]
