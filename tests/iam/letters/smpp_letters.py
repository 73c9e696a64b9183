"""A letter as the tests send it by SMPP."""

from uuid import uuid4

from pydantic import SecretStr

from iam.letters.envelope import Envelope

CODE = "Omniwarden : votre code est 1234-5678. Valable 24 h, une seule fois."


def letter(text: str = CODE, to: str = "+2290197001234") -> Envelope:
    return Envelope(uuid4(), "sms", to, "", SecretStr(text))
