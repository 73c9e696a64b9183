"""Trial mails of the awareness campaigns: laid like any letter, with the house's own address in the link. [TR-9]"""

from iam.credentials.passkeys import origin
from iam.letters.delivery import lay
from iam.letters.models import MAIL
from iam.letters.texts import Text
from iam.people.models import Person
from kernel.action import Fact, Work, on_fact

PURPOSE = "trial"


@on_fact("phishing.mail-due")
def lay_trial(work: Work, fact: Fact) -> None:
    """Lay a trial mail in the person's language; who has no mail address, or is not active, gets none."""
    person = work.get(Person, fact.data["person_id"])
    if not person.email or person.status != "active":
        return
    lure = fact.data["lure"]
    mail = lure.get(person.language) or lure["fr"]
    link = f"{origin()}/trial/{fact.data['token']}"
    lay(work, person, None, PURPOSE, MAIL, Text(mail["subject"], mail["body"].replace("{link}", link)))
