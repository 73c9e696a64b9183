"""What findings say, marked for the catalogue, and told in the reader's language: titles and reasons are stored in English with their values. [FW-3]

A finding that was stored long ago is told as well: its sentence is matched to the form it was made by. What is matched by none stays as it is:
what a device said itself, and the titles of imported rules.
"""

import re
from datetime import timedelta
from functools import cache

from api import formats
from api.words import N_, _

TITLES = (
    N_("%(who)s worked on %(device)s outside the usual hours"),
    N_("%(who)s changed users of %(device)s: %(detail)s"),
    N_("%(who)s changed the configuration of %(device)s: %(events)s"),
    N_("%(count)s more changes of users"),
    N_("%(count)s more changes of configurations"),
    N_("%(count)s more administrators worked at odd hours"),
    N_("%(key)s was reached from outside for the first time"),
    N_("Machines inside use %(key)s outside for the first time"),
    N_("The rule %(key)s spoke for the first time"),
    N_("%(key)s: for the first time"),
    N_("Connections from %(key)s were let in for the first time"),
    N_("%(count)s more of the kind '%(kind)s' were seen for the first time"),
    N_("%(count)s networks were let in that never were before"),
    N_("%(who)s sent %(packets)s with %(flags)s"),
    N_("%(device)s took %(packets)s on %(interface)s whose sender claims to be %(claim)s"),
    N_("%(count)s more addresses sent impossible packets"),
    N_("%(count)s more kinds of forged senders"),
    N_("%(service)s of %(host)s was open to %(who)s"),
    N_("%(count)s more services inside were reached by strangers"),
    N_("%(count)s more messages of devices about themselves"),
    N_("%(device)s said nothing for %(time)s"),
    N_("%(device)s said nothing for %(time)s, %(times)s times"),
    N_("%(device)s showed another key than the one trusted"),
    N_("The configuration of %(device)s could not be collected %(count)s times"),
    N_("%(lines)s of %(device)s never arrived"),
    N_("The clock of %(device)s went back %(times)s"),
    N_("%(device)s sent lines from the future"),
    N_("%(device)s told %(count)s events on %(weekday)s, where %(usual)s are usual"),
    N_("The imported rule %(rule)s did not take part"),
    N_("%(who)s connected to the login %(service)s of %(host)s %(count)s times"),
    N_("%(who)s failed to sign in %(count)s times"),
    N_("%(who)s failed to sign in %(count)s times as %(users)s"),
    N_("%(who)s was tried from %(addresses)s, %(count)s times in vain"),
    N_("%(who)s signed in as %(user)s after %(count)s failures"),
    N_("%(count)s more addresses guess passwords"),
    N_("%(count)s more users are tried"),
    N_("%(who)s calls %(host)s (%(service)s) every %(seconds)s seconds, and is let out"),
    N_("%(who)s calls %(host)s (%(service)s) every %(seconds)s seconds, and is refused"),
    N_("%(machines)s inside asked for %(service)s outside and was refused"),
    N_("%(machines)s inside asked for %(service)s outside and were refused"),
    N_("%(count)s more services outside were refused"),
    N_("%(count)s more regular connections to outside"),
    N_("%(who)s tried %(service)s %(count)s times on %(days)s"),
    N_("%(count)s more addresses come back every day"),
    N_("%(who)s came back after it was blocked"),
    N_("%(who)s came back after it was blocked and was let in %(count)s times"),
    N_("%(who)s tried %(ports)s of %(host)s"),
    N_("%(who)s tried %(ports)s of %(host)s, and %(count)s more"),
    N_("%(who)s searched %(hosts)s for %(service)s"),
    N_("%(who)s searched %(hosts)s for %(service)s, and %(count)s more"),
    N_("%(count)s more addresses scanned"),
    N_("%(who)s looked for devices with the passwords of their makers"),
    N_("%(who)s knocked with a single packet of the kind that opens a hidden service"),
    N_("%(who)s tried %(ports)s on %(hosts)s"),
    N_("%(count)s more addresses tried everything"),
    N_("%(who)s tried everything a little and were refused"),
    N_("%(who)s, on the list %(list)s, was let through %(count)s times"),
    N_("%(who)s of the list %(list)s were refused"),
    N_("%(count)s more addresses of the list %(list)s were let through"),
    N_("%(who)s of %(country)s were let in"),
    N_("%(count)s more countries that are not expected were let in"),
)  # fmt: skip
REASONS = (
    N_("Somebody may stand between the collector and the device, or it was replaced."),
    N_("A change of its configuration would not be noticed."),
    N_("Nobody is expected at work then."),
    N_("Nobody is expected at work then, and the configuration was changed."),
    N_("Whoever can change users can let anybody in."),
    N_("Each must be one that was approved."),
    N_("Every change must be one that was approved; changes are matched to approvals apart from this."),
    N_("Somebody opened a service, or found one that was open all the time."),
    N_("A new program, or a new way out for one that should not be there."),
    N_("The configuration changed, or something happened that never did before."),
    N_("An administrator came from an address they never used, or is new."),
    N_("Nobody came from there in the weeks behind."),
    N_("It is usual for what is published; for anything else it is the first thing to look at."),
    N_("No program connects like that: a scanner does, to slip past simple filters."),
    N_("Such a sender cannot be there: it is forged, or the network is wired wrongly."),
    N_("Such packets are made by scanners, to learn what stands behind a firewall."),
    N_("Nobody sends like that by accident."),
    N_("The written policy forbids each of them."),
    N_("The house's policy lets nobody outside reach this service, and the firewall did."),
    N_("A device says that it is in trouble."),
    N_("A firewall that says nothing may be off, cut off, or made to be silent by somebody."),
    N_("The sender counts its lines, and these are missing: lost on the way, or taken out."),
    N_("What happened when cannot be proved by a clock that is wrong."),
    N_("Something happens that did not before."),
    N_("Logging was turned down, or traffic goes another way."),
    N_("The device says itself that something is wrong."),
    N_("This release cannot read it; hand it in anew, or switch it off."),
    N_("An imported rule says so; its text tells what it is about."),
    N_("Each tried to sign in more often than a person does."),
    N_("So many connections to a login are made by a program that guesses passwords; the firewall lets it."),
    N_("A machine of the house guesses passwords: it may be in other hands."),
    N_("Somebody guesses passwords."),
    N_("Many addresses guess the password of one user, each too seldom to be noticed by itself."),
    N_("A sign-in that succeeds after many failures may be a password that was guessed. Ask its owner today."),
    N_("The inside asked for services that the rules do not allow."),
    N_("Each goes to one address at regular intervals."),
    N_("A machine inside reports to one address like clockwork: that is how hijacked machines ask for orders."),
    N_("Either something is set up wrongly, or something runs that should not."),
    N_("This is %(what)s."),
    N_("Each is bent on one service, and was refused."),
    N_("Somebody wants this one service and does not give up; sooner or later a mistake lets them in."),
    N_("A block that lets something through does not hold."),
    N_("The block holds, and whoever it is has not gone away."),
    N_("Each tried many ports or many hosts, and was refused."),
    N_("A machine of the house looks for open doors: it may be in other hands."),
    N_("Somebody looks for open doors day after day, and takes care not to be noticed."),
    N_("Somebody looks for open doors so slowly that no alarm by the minute would tell."),
    N_("Somebody looks for open doors; what they find comes next."),
    N_("Hijacked cameras and routers look for others of their kind. A machine of the house that does so is one of them."),
    N_("Somebody believes that a service is hidden here which opens when it is knocked at; ask whether there is one."),
    N_("Each tried many ports of many hosts within a short time, and was refused."),
    N_("A machine of the house looks for open doors everywhere: it may be in other hands."),
    N_("Somebody looks at everything the house has, at once: often the day before an attack."),
    N_("The internet does this to everybody. It matters when it grows, or when one of them is let in."),
    N_("Each is one that somebody warns of."),
    N_("Somebody warns of this address, and the firewall talks to it."),
    N_("The firewall did its work; the number is worth comparing with last week's."),
    N_("Nobody does business with the house from there."),
    N_("Nobody is expected to come from there."),
)  # fmt: skip
PARTS = (
    N_("%(n)s event"), N_("%(n)s events"), N_("%(n)s packet"), N_("%(n)s packets"), N_("%(n)s address"), N_("%(n)s addresses"),
    N_("%(n)s addresses outside"), N_("%(n)s line"), N_("%(n)s lines"), N_("%(n)s time"), N_("%(n)s times"), N_("%(n)s different users"),
    N_("%(n)s day"), N_("%(n)s days"), N_("%(n)s machine"), N_("%(n)s machines"), N_("%(n)s port"), N_("%(n)s ports"), N_("%(n)s host"),
    N_("%(n)s hosts"),
)  # fmt: skip
"""Numbers with their nouns, at the places of a title."""
WORDS = frozenset((
    N_("Somebody"), N_("somebody"), N_("no flag at all"), N_("FIN, PSH and URG"), N_("SYN and FIN"), N_("SYN and RST"), N_("FIN alone"),
    N_("an ICMP code that does not exist"), N_("its own loopback"), N_("no address"), N_("a group of machines"), N_("the house itself"),
    N_("mail sent past the house's own mail server: often a machine that sends spam"), N_("Windows file sharing towards strangers: how worms spread"),
    N_("chat of the kind by which hijacked machines take orders"), N_("remote desktops of strangers"), N_("Telnet: how hijacked devices spread"),
    N_("an interface"), N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"),
))  # fmt: skip
FIGURES = frozenset({"n", "count", "seconds", "usual"})
SPAN = re.compile(r"(?:(?P<days>\d+) days?, )?(?P<hours>\d+):(?P<minutes>\d\d):(?P<seconds>\d\d)")
TIME = r"(?P<time>(?:\d+ days?, )?[\d:]+)"
PLACE = re.compile(r"%\((\w+)\)s")


def said(sentence: str) -> str:
    """Tell a finding's title or reason in the reader's language."""
    return _filled(sentence, (*TITLES, *REASONS))


def _filled(sentence: str, forms: tuple[str, ...]) -> str:
    for pattern, form in _patterns(forms):
        if found := pattern.fullmatch(sentence):
            return _(form) % {name: _value(name, value) for name, value in found.groupdict().items()}
    return sentence


def _value(name: str, value: str) -> str:
    if value in WORDS:
        return _(value)
    if name in FIGURES:
        return formats.number(int(value.replace(",", "")))
    if name == "time" and (span := SPAN.fullmatch(value)):
        return formats.duration(timedelta(**{part: int(told or 0) for part, told in span.groupdict().items()}))
    return _filled(value, PARTS) if value[:1].isdigit() else value


@cache
def _patterns(forms: tuple[str, ...]) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return each form as a pattern, the one that says most first; at the places of figures numbers alone."""
    told = []
    for form in sorted(forms, key=lambda one: -len(PLACE.sub("", one))):
        parts = PLACE.split(form)
        text = "".join(re.escape(part) if at % 2 == 0 else _place(part) for at, part in enumerate(parts))
        told.append((re.compile(text, re.DOTALL), form))
    return tuple(told)


def _place(name: str) -> str:
    if name in FIGURES:
        return rf"(?P<{name}>[0-9][0-9,]*)"
    return TIME if name == "time" else rf"(?P<{name}>.+?)"
