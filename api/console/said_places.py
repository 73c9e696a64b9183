"""Sentences of the fields that carry a word (a state, a role), marked for the catalogue; the words are translated at their place.

`{name}` stands for a word or a list of words. `api.words.told` finds the sentence again by its pattern.
"""

from api.words import N_

SENTENCES = (
    N_("This person is {state}; this cannot be done now."),
    N_("This person is {state} and is given no role."),
    N_("This person is {state} and is given no profile."),
    N_("This account is {state}."),
    N_("This request is {state}; put together a new one."),
    N_("This elevation is {state}."),
    N_("This break-glass is {state}."),
    N_("This waiver is {state}."),
    N_("This patch is {state}."),
    N_("This deviation is {state}; only an open one can be accepted."),
    N_("A version that is {state} cannot be published."),
    N_("What a change says stands as it is once it is {state}."),
    N_("The directory is {state}; the change is written later."),
    N_("The directory is {state}; the correction is written later."),
    N_("An agent who is {state} cannot become {other}; go ready first."),
    N_("This person is the house's last {role}; name another one first."),
    N_("The duty asks a {role}, and this person is none."),
    N_("The book knows no role {role}."),
    N_("The role {role} is given by: {roles}."),
    N_("The role {role} is given one by one, never by a profile."),
    N_("A profile holds no more than it needs: {role} is contained in {roles}."),
    N_("You do not hold the role {role} in {scope}, so you cannot give it."),
    N_("The keys are kept by: {roles}."),
    N_("You hold none of the roles that are asked: {roles}."),
    N_("Another is asked before you: {roles}."),
    N_("The first {role} has come in already. Who comes next is asked for at /requests."),
    N_("These duties conflict: {roles}"),
    N_("There is no site {scope}."),
    N_("There is no scope {scope}."),
    N_("There is no platform {platform}."),
    N_("There is no such {thing}."),
    N_("This {thing} was changed meanwhile; look again and repeat."),
    N_("The queue {queue} does not take {channel}."),
    N_("Choose a disposition for conversation {reference} first."),
    N_("A waiver lasts {span} at most; after that a new one is asked for."),
)
WORDS = (
    N_("pending"), N_("active"), N_("suspended"), N_("revoked"), N_("left"), N_("draft"), N_("asked"), N_("approved"), N_("refused"),
    N_("dropped"), N_("executed"), N_("withdrawn"), N_("expired"), N_("ended"), N_("open"), N_("closed"), N_("lapsed"), N_("granted"),
    N_("accepted"), N_("corrected"), N_("current"), N_("retired"), N_("away"), N_("slow"), N_("ready"), N_("paused"), N_("offline"),
    N_("agent"), N_("supervisor"), N_("manager"), N_("it-admin"), N_("technical-director"), N_("security-officer"), N_("auditor"),
    N_("customer-operations-director"), N_("trainer"), N_("client-representative"), N_("privileged-operator"),
    N_("person"), N_("account"), N_("conversation"), N_("thing"), N_("mail"), N_("sms"), N_("voice"), N_("webchat"),
)  # fmt: skip
