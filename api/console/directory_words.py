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
SENTENCES = (
    N_("It cannot be reached, or ended the connection."),
    N_("It did not answer in time."),
    N_("It answers what was not asked."),
    N_("Its answer cannot be understood."),
    N_("It sends us to another server, where we do not go."),
    N_("It shows an entry without a key of its own."),
    N_("It shows a user without a name."),
    N_("It shows two entries with one key."),
    N_("It shows entries from a place that was not asked for."),
    N_("Its pages have no end."),
    N_("Its changes have no end."),
    N_("It answers without telling up to where it has answered."),
    N_("It lost # of # users at once."),
    N_("There is a user of this name already."),
    N_("It took a new user and does not show them."),
    N_("It does not let us in (invalidCredentials)."),
    N_("It refused (insufficientAccessRights)."),
    N_("It answers, and takes its time."),
    N_("The place of the users is not there."),
    N_("The place of the groups is not there."),
    N_("It shows no user there. May the bind account read them, is the place right?"),
    N_("It hides when its users changed. The bind account must read that attribute."),
    N_("Its certificate is not accepted: certificate has expired."),
    N_("Its certificate is not accepted: self-signed certificate in certificate chain."),
    N_("Its certificate is not accepted: unable to get local issuer certificate."),
    N_("A port is a number from # to #."),
    N_("This is no name in a directory's tree, such as ou=people,dc=example,dc=org."),
    N_("This is no certificate in PEM form: it begins with -----BEGIN CERTIFICATE-----."),
    N_("Choose one of the directory's groups."),
    N_("What was to be put right is not in the directory any more."),
    N_("A later look at the directory found it in order."),
)
"""What a directory is told of in the fields' constants, marked here for the catalogue; `#` stands for a figure."""
