"""What is done with secrets and service accounts, in the ledger's sentences (see `deeds`)."""

from collections.abc import Mapping

from api.words import N_

SECRETS: Mapping[str, tuple[str, str, str]] = {
    "sign-in.passkey": ("key", N_("%(thing)s signed in with a passkey"), N_("A passkey was tried")),
    "sign-in.change": (
        "key",
        N_("%(thing)s changed a password that was due, and came in"),
        N_("A new password for %(thing)s did not keep the rules"),
    ),
    "sign-in.service": ("key", N_("A program showed its key"), N_("A program's key was tried")),
    "rotation.notify": ("key", N_("Notices of passwords to be changed went out"), N_("Notices could not go out")),
    "disclosure.report": (
        "key",
        N_("%(who)s locked every secret of %(thing)s"),
        N_("%(who)s tried to lock every secret of %(thing)s"),
    ),
    "disclosure.close": (
        "key",
        N_("%(who)s closed a case of disclosure"),
        N_("%(who)s tried to close a case of disclosure"),
    ),
    "disclosure.read": (
        "eye",
        N_("%(who)s read a case of disclosure"),
        N_("%(who)s tried to read a case of disclosure"),
    ),
    "service.open": (
        "key",
        N_("%(who)s opened a service account"),
        N_("%(who)s tried to open a service account"),
    ),
    "service.amend": ("key", N_("%(who)s changed %(thing)s"), N_("%(who)s tried to change %(thing)s")),
    "service.transfer": (
        "key",
        N_("%(who)s gave %(thing)s another owner"),
        N_("%(who)s tried to give %(thing)s another owner"),
    ),
    "service.close": ("key", N_("%(who)s closed %(thing)s for good"), N_("%(who)s tried to close %(thing)s")),
    "service.give-role": ("shield", N_("%(who)s gave %(thing)s a role"), N_("%(who)s tried to give %(thing)s a role")),
    "service.issue-key": ("key", N_("%(who)s gave %(thing)s a new key"), N_("%(who)s tried to give %(thing)s a key")),
    "service.end-key": ("key", N_("%(who)s ended a key of a service account"), N_("%(who)s tried to end a key")),
    "service.sweep": (
        "cog",
        N_("Service accounts were looked after"),
        N_("Service accounts could not be looked after"),
    ),
}
