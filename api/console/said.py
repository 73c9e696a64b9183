"""Sentences that the fields keep in constants or make with figures in them, marked here for the catalogue. `#` stands for a figure."""

from api.words import N_

SENTENCES = (
    # iam
    N_("The user id and the password do not belong together, or this account cannot sign in."),
    N_("This code is not right, or it was used already. Wait for the next one."),
    N_("This step has run out. Please begin again."),
    N_("The user id and the code do not belong together, or the code was used or has run out."),
    N_("The present password is not right."),
    N_("This code is not right. Is the telephone's clock right?"),
    N_("This is not the password."),
    N_("The password or a passkey is needed."),
    N_("This belongs to another person."),
    N_("Nobody does this for himself."),
    N_("Show your second factor again; it stays good for # minutes."),
    N_("It has # characters; at least # are needed."),
    N_("It has more than # characters."),
    N_("It contains a sign that cannot be typed everywhere."),
    N_("It needs small and capital letters."),
    N_("It needs a digit or a special character."),
    N_("It is a common password or one plain word with a few signs around it."),
    N_("It contains a name, number or word tied to you or to the house."),
    N_("It can be guessed. Take three or four words that do not belong together."),
    N_("It was used before. Take another."),
    N_("At least # characters; every sign of every language may be used."),
    N_("Small and capital letters, and a digit or a special character."),
    N_("Nothing tied to you: no name, user id, telephone number, site."),
    N_("No common password, no single word. Three or four unrelated words are good."),
    # contactcenter
    N_("Another agent has taken this conversation."),
    N_("This conversation is in another agent's hands."),
    N_("Accept the conversation first."),
    # roles
    N_("Auditor"),
    N_("Client representative"),
    N_("Customer operations director"),
    N_("IT administrator"),
    N_("Manager"),
    N_("Security and compliance officer"),
    N_("Supervisor"),
    N_("Technical director"),
    N_("Trainer"),
)
