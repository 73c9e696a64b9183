"""The content of a file as a JSON door sends it: base64 text outside, bytes inside. [CC-2, TR-1]"""

import base64
import binascii
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema


def decoded(value: Any) -> Any:
    """Read base64 text as bytes; whatever is no text passes as it is. Raises ValueError where the text is no base64."""
    if not isinstance(value, str):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as fault:
        raise ValueError("the content of a file is sent in base64") from fault


FileBytes = Annotated[bytes, BeforeValidator(decoded), WithJsonSchema({"type": "string", "contentEncoding": "base64"})]
