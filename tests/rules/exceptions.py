"""What a nobody, or a person with no role but member, may call; each with its reason."""

NOBODY_MAY: dict[str, str] = {}

MEMBER_MAY: dict[str, str] = {}
