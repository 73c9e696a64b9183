"""Letters of alarms: by the channels that the alarm asks for and the book allows, at once. [FW-6]"""

from sqlmodel import col, select

from iam.credentials.passkeys import origin
from iam.letters import alarm_titles as titles
from iam.letters.delivery import lay
from iam.letters.models import MAIL, SMS
from iam.letters.notice_texts import mail, message
from iam.letters.notices import channels_of
from iam.letters.smpp.alphabet import septets
from iam.letters.texts import Text
from iam.people.models import Person
from kernel.action import Fact, Work, on_fact

NOTICE = "alarm"
LONGEST_TITLE = 120
"""Signs of a title in the subject of a mail."""


@on_fact("alarm.telling")
def write(work: Work, fact: Fact) -> None:
    """Write to whoever is told of an alarm; who lacks an address of a channel is written to by the other."""
    wanted = [one for one in channels_of(NOTICE) if one in fact.data["channels"]]
    rows = select(Person).where(col(Person.id).in_(fact.data["people"]), Person.status == "active")
    letters = []
    for person in work.select(rows.order_by(col(Person.id))) if wanted else ():
        addresses = {MAIL: person.email, SMS: person.phone}
        able = [one for one in wanted if addresses[one]] or [one for one in (MAIL, SMS) if addresses[one]]
        title = titles.title(person.language, *(fact.data[one] for one in ("kind", "name", "about")))
        words = {
            "name": person.given_name, "title": title if len(title) <= LONGEST_TITLE else f"{title[:LONGEST_TITLE - 1]}…",
            "address": f"{origin()}/firewalls/alarms/{fact.data['alarm_id']}",
        }  # fmt: skip
        for channel in able:
            if channel == MAIL:
                text = Text(*mail(NOTICE, person.language, words))
            else:
                text = Text("", short(person.language, title, words["address"]))
            letters.append((person.id, lay(work, person, None, NOTICE, channel, text).id, channel))
    work.fact("alarm.letters", alarm_id=fact.data["alarm_id"], step=fact.data["step"], letters=letters)


def short(language: str, title: str, address: str) -> str:
    """Write the text message of an alarm: its title is plain and cut such that the address stands whole within so many messages."""
    frame = titles.plain(message(NOTICE, language, {"title": ""})).rstrip()
    room = titles.LONGEST - septets(f"{frame}  {titles.plain(address)}")
    return f"{frame} {titles.fitted(titles.plain(title), room)} {address}"
