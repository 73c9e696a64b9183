"""Values in filters and in names of the tree, so that what a person is called never becomes what is asked. [AC-7]"""

from ldap3.core.exceptions import LDAPException
from ldap3.utils.conv import escape_filter_chars
from ldap3.utils.dn import escape_rdn, parse_dn, safe_dn


def filter_value(text: str | bytes) -> str:
    r"""Write a value for a filter so that it is only a value: `*`, `(`, `)`, `\\` and NUL say nothing there."""
    if isinstance(text, bytes):
        return "".join(f"\\{byte:02x}" for byte in text)
    return str(escape_filter_chars(text))


def dn_value(text: str) -> str:
    """Write a value for a name in the tree so that it is only a value. Raises ValueError for an empty one."""
    if not text:
        raise ValueError("a name in the tree is not empty")
    escaped = str(escape_rdn(text)).replace("\x00", "\\00")
    return escaped[:-1] + "\\ " if escaped.endswith(" ") and not escaped.endswith("\\ ") else escaped


def plain_dn(text: str) -> str:
    """Return a name in the tree in one form, for comparing: no spare spaces, small letters. Raises ValueError for no name."""
    try:
        return str(safe_dn(text)).lower()
    except LDAPException as wrong:
        raise ValueError("this is no name in a directory's tree") from wrong


def lies_below(dn: str, base: str) -> bool:
    """Tell whether a name lies at or below a base; both in any form. A name that is none lies nowhere."""
    try:
        below = [part[:2] for part in parse_dn(dn.lower())]
        top = [part[:2] for part in parse_dn(base.lower())]
    except LDAPException:
        return False
    return bool(top) and below[-len(top) :] == top
