"""What is done under and about privileged roles and certifications, in the ledger's sentences. [AC-5, AC-10]"""

from api.words import N_

PRIVILEGED: dict[str, tuple[str, str, str]] = {
    "house.first-person": (
        "user",
        N_("%(who)s brought in one of the first people of the house"),
        N_("%(who)s tried to bring in one of the first people of the house"),
    ),
    "elevation.ask": ("shield", N_("%(who)s asked for an elevation"), N_("%(who)s tried to ask for an elevation")),
    "elevation.take-up": ("shield", N_("%(who)s took up %(thing)s"), N_("%(who)s tried to take up %(thing)s")),
    "elevation.end": ("shield", N_("%(who)s ended %(thing)s"), N_("%(who)s tried to end %(thing)s")),
    "elevation.review": (
        "shield",
        N_("%(who)s reviewed what was done under %(thing)s"),
        N_("%(who)s tried to review what was done under %(thing)s"),
    ),
    "elevation.deeds": (
        "eye",
        N_("%(who)s read what was done under %(thing)s"),
        N_("%(who)s tried to read what was done under %(thing)s"),
    ),
    "elevation.list": ("eye", N_("%(who)s looked at the elevations"), N_("%(who)s tried to look at the elevations")),
    "elevation.read": ("eye", N_("%(who)s looked at %(thing)s"), N_("%(who)s tried to look at %(thing)s")),
    "elevation.sweep": ("shield", N_("%(who)s ended what was over"), N_("%(who)s tried to end what was over")),
    "break-glass.ask": (
        "shield",
        N_("%(who)s turned the first key of the break-glass"),
        N_("%(who)s tried to turn the first key of the break-glass"),
    ),
    "break-glass.confirm": (
        "shield",
        N_("%(who)s turned the second key: the break-glass is open"),
        N_("%(who)s tried to turn the second key of the break-glass"),
    ),
    "break-glass.end": ("shield", N_("%(who)s closed the break-glass"), N_("%(who)s tried to close the break-glass")),
    "break-glass.document": (
        "shield",
        N_("%(who)s handed in the documentation of the break-glass"),
        N_("%(who)s tried to hand in the documentation of the break-glass"),
    ),
    "break-glass.acknowledge": (
        "shield",
        N_("%(who)s knows of the break-glass"),
        N_("%(who)s tried to say that they know of the break-glass"),
    ),
    "break-glass.deeds": (
        "eye",
        N_("%(who)s read what was done under the break-glass"),
        N_("%(who)s tried to read what was done under the break-glass"),
    ),
    "break-glass.list": (
        "eye",
        N_("%(who)s looked at the break-glass"),
        N_("%(who)s tried to look at the break-glass"),
    ),
    "break-glass.sweep": (
        "shield",
        N_("%(who)s closed the break-glass: its time was over"),
        N_("%(who)s tried to close the break-glass"),
    ),
    "certification.open": ("shield", N_("%(who)s opened a campaign"), N_("%(who)s tried to open a campaign")),
    "certification.draw": ("shield", N_("%(who)s filled a campaign"), N_("%(who)s tried to fill a campaign")),
    "certification.keep": (
        "shield",
        N_("%(who)s certified a right: it is still needed"),
        N_("%(who)s tried to certify a right"),
    ),
    "certification.withdraw": (
        "shield",
        N_("%(who)s took back a right in a campaign"),
        N_("%(who)s tried to take back a right in a campaign"),
    ),
    "certification.undo": (
        "shield",
        N_("%(who)s undid a decision in a campaign"),
        N_("%(who)s tried to undo a decision in a campaign"),
    ),
    "certification.delegate": (
        "shield",
        N_("%(who)s handed their part of a campaign on"),
        N_("%(who)s tried to hand their part of a campaign on"),
    ),
    "certification.sweep": (
        "shield",
        N_("%(who)s suspended rights that nobody certified in time"),
        N_("%(who)s tried to suspend rights that nobody certified in time"),
    ),
    "account.restore": (
        "user",
        N_("%(who)s let %(thing)s work again"),
        N_("%(who)s tried to let %(thing)s work again"),
    ),
}
