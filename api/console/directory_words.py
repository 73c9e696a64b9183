"""What kinds of directories, the steps of a trial, and what helps are called. [AC-7]"""

from api.words import N_

KINDS = {"ldap": "LDAP", "active-directory": "Active Directory"}
STEPS = {
    "trusted": N_("It answers, and its certificate is good"),
    "let-in": N_("The bind account is let in"),
    "users": N_("Users are where they should be"),
    "attributes": N_("Their keys and changes can be read"),
    "groups": N_("Groups are where they should be"),
}
"""The steps of a trial by name, in their order."""
REMEDIES = {
    "down": N_("Look at address and port, and whether a firewall stands between this machine and the directory."),
    "slow": N_(
        "Ask for it again. Where it stays so, the directory has too much to do or lacks an index on what we ask."
    ),
    "untrusted": N_(
        "Send the certificate of the authority that signed the directory's own, and write the address as its certificate does."
    ),
    "refused": N_("Look at the bind account's name and password, at what it may read, and at the two places."),
}
AGREE = {"user-id": N_("user id"), "mail": N_("mail"), "names": N_("names")}
