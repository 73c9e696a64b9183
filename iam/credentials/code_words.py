"""Codes that people read and type once: recovery codes and activation codes. Pure. [ID-5, PW-4]

Signs without look-alikes (no 0 O 1 I L U); spaces, dashes and case do not matter when typed.
"""

import secrets

SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
RECOVERY_LENGTH, ACTIVATION_LENGTH, GROUP = 16, 10, 5
HOW_MANY = 10
_TYPED = str.maketrans({"-": None, " ": None, "\u00a0": None, "\t": None})


def new_code(length: int) -> str:
    """Return a random code of so many signs, about 4.9 bits each."""
    return "".join(secrets.choice(SIGNS) for _ in range(length))


def new_recovery_codes() -> list[str]:
    """Return ten fresh recovery codes (78 bits each), as they are shown once."""
    return [shown(new_code(RECOVERY_LENGTH)) for _ in range(HOW_MANY)]


def shown(code: str) -> str:
    """Return a code in groups that the eye can follow."""
    size = GROUP if len(code) % GROUP == 0 else GROUP - 1
    return "-".join(code[at : at + size] for at in range(0, len(code), size))


def typed(text: str) -> str:
    """Return what a person typed in the form that is compared."""
    return text.upper().translate(_TYPED).strip()
