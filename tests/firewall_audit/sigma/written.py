"""Rules of our own making, in the form of Sigma."""

from typing import Any

CLEARTEXT = """\
# a comment stays with its rule
title: Cleartext protocols let through
id: d7fb8f0e-bd5f-45c2-b467-19571c490d7e
status: stable
description: Telnet and FTP show passwords to everybody on the way.
logsource:
  category: firewall
detection:
  selection:
    dst_port: [21, 23]
  let_through:
    action: [forward, accept, 2]
  condition: selection and let_through
level: medium
"""
BASE = """\
title: Refused
name: refused
logsource: {category: firewall}
detection:
  s: {action: deny}
  condition: s
"""
MANY = """\
title: Many ports
id: 1f0f8f0e-bd5f-45c2-b467-19571c490d7e
correlation:
  type: value_count
  rules: [refused]
  group-by: [src_ip]
  timespan: 5m
  condition: {gte: 3, field: dst_port}
level: high
"""


def rule(detection: str, condition: str = "s", *, logsource: str = "{category: firewall}", **more: Any) -> str:
    """A rule of one detection, told on one line."""
    told = "".join(f"{name}: {value}\n" for name, value in more.items())
    return f"title: Of a test\nlogsource: {logsource}\ndetection:\n  s: {detection}\n  condition: {condition}\n{told}"


def together(*documents: str) -> str:
    return "---\n".join(documents)
