"""Common passwords and words, offline: the frequency lists that come with the installed `zxcvbn` package. [PW-2]

Only its data file is read; its code is not imported. About 30,000 passwords, and 70,000 names and English words.
"""

import ast
import importlib.util
from functools import lru_cache
from pathlib import Path

from kernel.errors import Unavailable

FILE = "frequency_lists.py"
PASSWORDS = "passwords"


@lru_cache(maxsize=1)
def _lists() -> dict[str, frozenset[str]]:
    """Read the data file once; raises Unavailable where the package is not installed: no password is chosen unchecked."""
    spec = importlib.util.find_spec("zxcvbn")
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable("The lists of common passwords are not installed, so no password can be checked.")
    tree = ast.parse((Path(spec.submodule_search_locations[0]) / FILE).read_text(encoding="utf-8"))
    found: dict[str, frozenset[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                words = _text_of(value)
                if isinstance(key, ast.Constant) and words:
                    found[str(key.value)] = frozenset(words.split(","))
            break
    if len(found.get(PASSWORDS, ())) < 10_000:  # noqa: PLR2004 - ASVS 6.2.4 asks for the 3,000 that fit the rules
        raise Unavailable("The lists of common passwords are not what they should be.")
    return found


def _text_of(node: ast.expr) -> str:
    """Return the text of `"a,b,c"` or of `"a,b,c".split(",")`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def is_common_password(text: str) -> bool:
    """Tell whether a text, in lower case, is one of the common passwords."""
    return text in _lists()[PASSWORDS]


def is_word(text: str) -> bool:
    """Tell whether a text, in lower case, is one word of any list: a common password, a name, an English word."""
    return any(text in words for words in _lists().values())
