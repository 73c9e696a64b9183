"""What kinds of deviations are called, what each means, and what putting it right writes. [AC-7, AC-9]"""

from api.words import N_

KINDS = {
    "unknown-account": N_("Unknown account"),
    "missing-account": N_("Account missing"),
    "extra-right": N_("Right nobody gave"),
    "missing-right": N_("Right missing"),
    "re-enabled-leaver": N_("Enabled though it must not be"),
    "shared-id": N_("Shared user id"),
    "no-otp": N_("No second factor"),
    "bad-name": N_("Name off the convention"),
    "old-secret": N_("Secret too old"),
    "reused-id": N_("User id used again"),
    "disabled-elsewhere": N_("Disabled elsewhere"),
    "renamed": N_("Renamed elsewhere"),
    "attributes-differ": N_("Details differ"),
    "plaintext-secret": N_("Readable secret"),
    "orphan-service-account": N_("Service account without owner"),
}
MEANINGS = {
    "unknown-account": N_("This account can be used, and nobody asked for it."),
    "missing-account": N_("The registry has this account in use, and the directory does not have it."),
    "extra-right": N_("This account is in a group that no role of its person asks for."),
    "missing-right": N_("A role asks for a group that this account is not in."),
    "re-enabled-leaver": N_("The registry has stopped this account, and it can be used."),
    "shared-id": N_("This user id is not one person's own."),
    "no-otp": N_("This platform asks for a second factor, and the person has none."),
    "bad-name": N_("This user id does not follow the platform's convention."),
    "old-secret": N_("The password is older than the book allows where no one-time password stands beside it."),
    "reused-id": N_("This user id was somebody's before, and another account has it now."),
    "disabled-elsewhere": N_("The registry has this account in use, and it was stopped in the directory."),
    "renamed": N_("This account has another name than the registry gave it."),
    "attributes-differ": N_("Names or mail differ from the registry's."),
    "plaintext-secret": N_("A secret lies readable in a file. The secret itself is not kept here."),
    "orphan-service-account": N_("Whoever answered for this service account has left."),
}
CORRECTIONS = {
    "unknown-account": N_("The account is disabled in the directory."),
    "missing-account": N_("The account is made in the directory; nobody can use it before a password is set."),
    "extra-right": N_("The account is taken out of the group."),
    "missing-right": N_("The account is put into the group."),
    "re-enabled-leaver": N_("The account is disabled in the directory."),
    "shared-id": N_("The account is disabled in the directory."),
    "reused-id": N_("The account is disabled in the directory."),
    "old-secret": N_("The password is made void; its person sets a new one."),
    "disabled-elsewhere": N_("The account is enabled in the directory."),
    "renamed": N_("The account gets the registry's name back."),
    "attributes-differ": N_("The registry's names and mail are written to the directory."),
}
