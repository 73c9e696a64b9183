"""The text of rules that a change puts in place on a device: its secrets are masked as those of the device's configurations are. [PW-4, FW-2]"""

import re

from firewall_audit.configurations.texts import steady
from firewall_audit.rulesets.masking import mask
from kernel import sealing
from policy.masking import masks
from policy.rule_texts import plain, signed_lines

_SIGN = re.compile(r"[+-] ?| ?")


@masks("device")
def mask_rules(slug: str, text: str) -> str:
    """Mask the secrets; the signs of lines that come and go are no part of what is looked at. Raises Malformed as `signed_lines` does."""
    key = sealing.fingerprint("configuration", slug)
    came = plain(text)
    if signed_lines(came) is None:
        return mask(steady(came), key).text
    rows = came.split("\n")
    signs = [found[0] if (found := _SIGN.match(row)) else "" for row in rows]
    bare = mask("\n".join(row[len(sign) :] for sign, row in zip(signs, rows, strict=True)), key).text.split("\n")
    if len(bare) != len(rows):  # a secret of several lines
        return mask(came, key).text
    return "\n".join(sign + row for sign, row in zip(signs, bare, strict=True))
