"""Sentences that the firewall audit keeps in constants or puts down with an event, marked for the catalogue. `#` stands for a figure. [FW-3]"""

from api.words import N_

SENTENCES = (
    N_("It could not be taken in: the process that reads it was ended three times. Nothing of it was kept."),
    N_("The clock runs ahead of ours."),
    N_("The receiver could not keep up."),
    N_("There was no room in the spool."),
    N_("Nothing on the register is known by this sender."),
)
