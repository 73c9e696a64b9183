"""The messages of Cisco's ASA, PIX and FTD by their numbers, written as the vendor's manual writes them. Pure. [FW-3]

A line of the table is: number, kind, verdict, sentence. `{src}` and `{dst}` are `interface:address/port (user)` in any of its shapes, what
stands behind them is skipped; `{*}` is anything; `[[…]]` may be absent; other names fill the event. Several lines of one number are tried in
their order. Source: Cisco Secure Firewall ASA Series Syslog Messages.
"""

import re
from itertools import pairwise
from typing import Final, NamedTuple

from firewall_audit.events import Kind, Outcome, Verdict

_TABLE: Final = """
106001 traffic deny Inbound {proto} connection denied from {src} to {dst} flags {flags} on interface {in}
106002 traffic deny {proto} connection denied by outbound list {rule} src {src} {sport} dest {dst} {dport}
106006 traffic deny Deny inbound {proto} from {src} to {dst} on[[ interface {in}]]
106007 traffic deny Deny inbound {proto} from {src} to {dst} due to {detail}
106010 traffic deny Deny inbound [[protocol ]]{proto} src {src} dst {dst}
106011 traffic deny Deny inbound (No xlate) {proto} src {src} dst[[ {dst}]]
106012 threat deny Deny IP from {src} to {dst}, IP options {detail}
106013 traffic deny Dropping echo request from {src} to PAT address {dst}
106014 traffic deny Deny inbound {proto} src {src} dst {dst}(type {type}, code {code})
106015 traffic deny Deny {proto} (no connection) from {src} to {dst} flags {flags}[[ on interface {in}]]
106016 threat deny Deny IP spoof from ({src}) to {dst} on interface {in}
106017 threat deny Deny IP due to Land Attack from {src} to {dst}
106018 traffic deny {proto} packet type {type} denied by outbound list {rule} src {src} dest {dst}
106020 threat deny Deny IP teardrop fragment ({*}) from {src} to {dst}
106021 threat deny Deny {proto} reverse path check from {src} to {dst} on interface {in}
106022 threat deny Deny {proto} connection spoof from {src} to {dst} on interface {in}
106023 traffic deny Deny [[protocol ]]{proto} src {src} dst {dst}[[type {type}, code {code}]]{*}by access-group {rule}
106100 traffic - access-list {rule} {verdict} {proto} {src} -> {dst}[[hit-cnt {times}]]
106102 traffic - access-list {rule} {verdict} {proto} for user {user} {src} -> {dst}[[hit-cnt {times}]]
106103 traffic - access-list {rule} {verdict} {proto} for user {user} {src} -> {dst}[[hit-cnt {times}]]
107001 threat deny RIP auth failed from {src}:
108003 threat deny Terminating {*} connection; malicious pattern detected in the mail address from {src} to {dst}
108004 threat deny {*}: {dropped} connection for {*} from {src} to {dst}; {detail}
108004 threat - {*} for {*} from {src} to {dst}; {detail}
109005 auth success Authentication succeeded for user {user} from {src} to {dst} on interface {in}
109006 auth failure Authentication failed for user {user} from {src} to {dst} on interface {in}
109007 auth success Authorization permitted for user {user} from {src} to {dst} on interface {in}
109008 auth failure Authorization denied for user {user} from {src} to {dst} on interface {in}
109024 auth failure Authorization denied from {src} to {dst}
109025 auth failure Authorization denied (acl={rule}) for user {user} from {src} to {dst}
109031 auth failure NT Domain Authentication Failed: rejecting guest login for {user}.
110002 traffic - Failed to locate egress interface for {proto} from {src} to {dst}
110003 traffic - Routing failed to locate next{*}hop for {proto} from {src} to {dst}
111001 config - Begin configuration: {src} writing to {detail}
111002 config - Begin configuration: {src} reading from {detail}
111003 config - {src} Erase configuration
111004 config - {src} end configuration: {detail}
111005 config - {src} end configuration: {detail}
111007 config - Begin configuration: {src} reading from {detail}
111008 command - User {user} executed the '{command}' command
111009 admin - User {user} executed cmd:{command}
111010 config - User {user}, running '{*}' from IP {src}, executed '{command}'
112001 config - ({*}) Clear finished
113004 auth success AAA user {*} Successful{*}server = {blank}{dst}[[ ]][[,]]{*}User = {user}
113005 auth failure AAA user {*} Rejected{*}server = {dst}{*}user = {user}[[ ]]: user IP = {src}
113005 auth failure AAA user {*} Rejected{*}server = {dst}{*}user = {user}
113006 auth failure User {user} locked out on exceeding
113007 admin - User {user} unlocked by {detail}
113008 auth success AAA transaction status ACCEPT{*}user = {user}
113012 auth success AAA user authentication Successful{*}user = {user}
113015 auth failure AAA user authentication Rejected{*}user = {user}[[ ]]: user IP = {src}
113015 auth failure AAA user authentication Rejected{*}user = {user}
113021 auth failure Attempted console login failed[[. ]][[ ]][[user ]]{user} did NOT have
199001 admin - Reload command executed from {*}({src})
209003 traffic deny Fragment database limit of {n} exceeded: src = {src}, dest = {dst}, proto = {proto}
209004 traffic deny Invalid IP fragment, {*}: src = {src}, dest = {dst}, proto = {proto}
209005 traffic deny Discard IP fragment set {*}: src = {src}, dest = {dst}, proto = {proto}
302013 traffic allow Built {direction} [[Probe ]]{proto} connection {n} for {src} to {dst}
302014 traffic - Teardown [[Probe ]]{proto} connection {n} for {src} to {dst}[[duration {*}bytes {bytes}]]
302017 traffic allow Built {direction} {proto} connection {n} from {src} to {dst}
302018 traffic - Teardown {proto} connection {n} from {src} to {dst}[[duration {*}bytes {bytes}]]
302020 traffic allow Built {direction} {proto} connection for faddr {faddr}gaddr {*}laddr {laddr}[[type {type} code {code}]]
302020 traffic allow Built {direction} {proto} connection {n} from {src} to {dst}
302021 traffic - Teardown {proto} connection for faddr {faddr}gaddr {*}laddr {laddr}[[type {type} code {code}]]
302021 traffic - Teardown {proto} connection {n} from {src} to {dst}
302022 traffic - Built {*}stub {proto} connection for {src} to {dst}
302023 traffic - Teardown {*}stub {proto} connection for {src} to {dst}
302303 traffic allow Built {proto} state-bypass connection {n} from {src} to {dst}
302304 traffic - Teardown {proto} state-bypass connection {n} from {src} to {dst}[[duration {*}bytes {bytes}]]
303002 traffic - FTP connection from {src} to {dst}, user {user} {detail}
304001 traffic allow {src} Accessed {*}URL {host}
304001 traffic allow {src} Accessed {*}URL {url}
304002 traffic deny Access denied URL {url} SRC {src} DEST {dst}
304009 health - Ran out of buffer blocks
305005 traffic deny No translation group found for {proto} src {src} dst {dst}
305006 traffic deny {*} translation creation failed for {proto} src {src} dst {dst}
305011 other - Built {*} {proto} translation from {src} to {dst}
305012 other - Teardown {*} {proto} translation from {src} to {dst}
305009 other - Built {*} translation from {src} to {dst}
305010 other - Teardown {*} translation from {src} to {dst}
305013 traffic deny Asymmetric NAT rules matched {*}; Connection [[for ]]{proto} src {src} dst {dst} denied
308001 auth failure {*}enable password incorrect for {*} tries (from {src})
313001 traffic deny Denied ICMP type={type}, code={code} from {src} on interface {in}
313004 traffic deny Denied ICMP type={type}, from [[laddr ]]{src} on interface {in} to {dst}
313005 traffic deny No matching connection for ICMP error message: {proto} src {src} dst {dst}[[(type {type}, code {code})]]
313008 traffic deny Denied {proto} type={type}, code={code} from {src} on interface {in}
313009 traffic deny Denied invalid ICMP code {code}, for {src} to {dst}
315011 auth - SSH session from {src} on interface {in} for user {user} {detail}
315013 auth - SSH session from {src} on interface {in} for user {user} rekeyed
322001 threat deny Deny MAC address {*}, possible spoof attempt on interface {in}
338001 threat - Dynamic Filter {filtered} {*} {proto} traffic from {src} to {dst}, {detail}
400000 threat - IPS:{rule} {*} from {src} to {dst} on interface {in}
401001 admin - Shuns cleared
401002 admin - Shun added: {src} {dst}
401003 admin - Shun deleted: {src}
401004 traffic deny Shunned packet: {src} {arrow} {dst} on interface {in}
402117 threat - IPSEC: Received {*}(protocol= {proto}) from {src} to {dst}
402119 threat - IPSEC: Received {*} from {src} to {dst}
405001 threat - Received ARP {*} collision from {src} on interface {in}
405003 threat - IP address collision detected between host {src} at
406001 threat deny FTP port command {*}: {src} to {dst} on interface {in}
407001 traffic deny Deny traffic for local-host {src}, license
407002 traffic deny Embryonic limit {*} for through connections {*}. {src} to {dst} on interface {in}
410001 threat deny Dropped {proto} DNS {*} from {src} to {dst}; {detail}
415006 threat - HTTP - {*} from {src} to {dst}
418001 traffic deny Through-the-device packet {*} network is denied: {proto} from {in} {src} ({sport}) to {n} {dst} ({dport})
419001 traffic deny Dropping {proto} packet from {src} to {dst}, reason: {detail}
419002 threat - Duplicate {proto} SYN from {src} to {dst} with
420002 threat deny IPS requested to {*} {proto} packet from {src} to {dst}
420003 threat deny IPS requested to {*} {proto} connection from {src} to {dst}
421001 traffic deny {proto} flow from {src} to {dst} is dropped
421002 traffic - {proto} flow from {src} to {dst} {detail}
424001 traffic deny Packet denied {proto} {src} {dst}
431001 threat deny {*}: Dropping {*} packet from {src} to {dst}
434002 threat deny SFR requested to {*} {proto} packet from {src} to {dst}
434003 threat deny SFR requested to {*} {proto} connection from {src} to {dst}
434004 traffic - SFR requested {*} process {proto} flow from {src} to {dst}
500003 threat deny Bad {proto} hdr length {*} from {src} to {dst}, flags: {flags}, on interface {in}
500004 threat deny Invalid transport field for protocol={proto}, from {src} to {dst}
502101 config - New user added to local dbase: Uname: {user} Priv: {detail} Encpass
502102 config - User deleted from local dbase: Uname: {user} Priv: {detail} Encpass
502103 admin - User priv level changed: Uname: {user} From: {detail}
502111 config - New group policy added: {detail}
502112 config - Group policy deleted: {detail}
507003 traffic - {proto} flow from {src} to {dst} terminated by inspection engine, reason - {detail}
602303 other - IPSEC: An {*} SA (SPI={*}) between {src} and {dst}
605004 auth failure Login denied from {src} to {dst} for user {user}
605005 auth success Login permitted from {src} to {dst} for user {user}
606001 auth - ASDM session number {*} from {src} started
606002 auth - ASDM session number {*} from {src} ended
609001 other - Built local-host {src}
609002 other - Teardown local-host {src}
611101 auth success User authentication succeeded: [[IP address: {src}]]Uname: {user}
611102 auth failure User authentication failed: [[IP address: {src}]]Uname: {user}
611103 auth - User logged out: Uname: {user}
612001 config - Auto Update succeeded: {detail}
710001 traffic - {proto} access requested from {src} to {dst}
710002 traffic allow {proto} access permitted from {src} to {dst}
710003 traffic deny {proto} access denied by ACL from {src} to {dst}
710004 traffic deny {proto} connection limit exceeded from {src} to {dst}
710005 traffic deny {proto} request discarded from {src} to {dst}
713904 auth deny {*}All IPSec SA proposals found unacceptable
716038 auth success Group {*}User <{user}> IP <{src}> Authentication: successful
716039 auth failure Group {*}User <{user}> IP <{src}> Authentication: rejected
722051 auth success ({*}) WebVPN session for client user {user}, IP {src} has been created
725001 other - {*} with [[SSL ]]{peer} {src}
733102 threat - Threat-detection adds host {src} to shun list
734001 auth - DAP: User {user}, Addr {src}, Connection {detail}
737016 other - IPAA: {*} address {src}
750003 auth failure Local:{src} Remote:{dst} Username:{user} {*}Negotiation aborted
750001 auth - Local:{src} Remote:{dst} Username:{user} {detail}
752016 other - IKEv{*} was successful {*}. Map Tag
772002 auth failure PASSWORD: {*} user {user} {detail}
772003 auth failure PASSWORD: {*} user {user} {detail}
805001 traffic - Offloaded {proto} Flow for connection {n} from {src} to {dst}
805002 traffic - {proto} Flow is no longer offloaded for connection {n} from {src} to {dst}
852001 traffic - Received {*} for {proto} flow {src} to {dst}
"""
_SAME: Final = {
    "302013": "302015 302035", "302014": "302016 302036", "302022": "302024 302026", "302023": "302025 302027", "111002": "111006",
    "338001": "338002 338003 338004 338005 338006 338007 338008 338201 338202 338203 338204", "402119": "402114 402115 402116 402118",
    "420002": "420001", "421002": "421003 421004 421005 421006 421007", "602303": "602304", "713904": "713902 713048",
    "725001": "725002 725003 725004 725005 725006 725007", "737016": "737006 737026 737013", "852001": "852002",
    "750001": "750002 750004 750005 750006 750007 750008 750009 750010 750015", "710005": "710006", "415006": "415001 415004 415005 415007 415008 415009",
    "410001": "410002 410003 410004", "400000": " ".join(str(number) for number in range(400001, 400052)), "405001": "405002",
    "431001": "431002", "424001": "424002",
}  # fmt: skip
"""Messages that are written alike."""
_END: Final = r"[^\n]{0,80}?"
_ENDPOINT: Final = r"(?:\([^()\s]*\))*)"
_ANYTHING: Final = r"[^\n]{0,160}?"
_PLACES: Final = {
    **{name: rf"(?P<{name}>(?:NP Identity Ifc:)?[^\s(,;]+{_ENDPOINT}{_END}" for name in ("src", "dst", "faddr", "laddr")},
    "proto": r"(?P<proto>[\w.\-]+)", "in": r"(?P<in>[^\s.]+)", "*": _ANYTHING, "n": r"\S*", "flags": r"(?P<flags>(?-i:(?:[A-Z]{3,7} *)*))",
    "user": r"""['"<]?(?P<user>[^'",<>]{0,128}?)['"]?""", "rule": r'"?(?P<rule>[^\s"]+)"?', "times": r"(?P<times>\d{1,12})",
    "bytes": r"(?P<bytes>\d{1,15})", "type": r"(?P<type>\d{1,3})", "code": r"(?P<code>\d{1,3})", "sport": r"(?P<sport>\d{1,5})",
    "dport": r"(?P<dport>\d{1,5})", "detail": r"(?P<detail>.*)", "command": r"(?P<command>.*?)", "url": ".*", "host": r"(?:[^\s@:/]{1,64}@)?(?P<dst>[\d.]+|[\dA-Fa-f:]+)(?=:)", "arrow": "=+>?", "blank": " *",
    "verdict": r"(?P<verdict>permitted|denied|est-allowed)", "direction": r"(?P<direction>inbound|outbound)", "peer": r"(?:client|server|peer)",
    "dropped": r"(?:Dropped|Reset|dropped|reset)", "filtered": r"(?P<filtered>\w+)",
}  # fmt: skip
_KINDS: Final[dict[str, Kind]] = {
    "traffic": "traffic", "threat": "threat", "auth": "auth", "admin": "admin", "config": "config", "health": "health", "other": "other",
}  # fmt: skip
_TOKEN = re.compile(r"\{([^}]*)\}|(\[\[)|(\]\])|([^{}\[\]]+|.)")


_LAST: Final = {
    "user": r"['\"<]?(?P<user>[^'\",<>:]{0,128}?)['\">]?(?: ?$| [(:]|[,.] ?)", "command": r"(?P<command>.*)",
}  # fmt: skip
"""How a place ends that ends the sentence."""


class Message(NamedTuple):
    """What one sentence of a number means."""

    number: str
    kind: Kind
    command: bool
    """The command itself tells whether it changed the configuration."""
    action: Verdict
    outcome: Outcome
    pattern: re.Pattern[str]


def _pattern(sentence: str) -> re.Pattern[str]:
    made: list[str] = []
    names: set[str] = set()
    tokens = [*_TOKEN.finditer(sentence), None]
    for token, behind in pairwise(tokens):
        name, opened, closed, words = token.groups() if token else ("", "", "", "")
        if closed:
            made.append(")?")
        elif opened:
            made.append("(?:" + (_END if made and made[-1].endswith(_ENDPOINT) else ""))
        elif words:
            made.append(re.escape(words))
        else:
            last = behind is None
            part = _LAST.get(name, _PLACES[name]) if last else _PLACES[name]
            # What may be absent must be looked for before the rest of the line is skipped.
            part = part.removesuffix(_END) if last or (behind and behind[2]) else part
            made.append(_ANYTHING if name in names else part)
            names.add(name)
    return re.compile("".join(made), re.IGNORECASE)


def _read(table: str) -> dict[str, tuple[Message, ...]]:
    known: dict[str, tuple[Message, ...]] = {}
    for line in table.strip().splitlines():
        number, kind, verdict, sentence = line.split(" ", 3)
        action: Verdict = "deny" if verdict == "deny" else "allow" if verdict == "allow" else ""
        outcome: Outcome = (
            "success"
            if verdict == "success"
            else "failure"
            if verdict == "failure" or (verdict, kind) == ("deny", "auth")
            else ""
        )
        shown = _KINDS.get(kind, "admin")
        for same in (number, *_SAME.get(number, "").split()):
            message = Message(same, shown, kind == "command", action, outcome, _pattern(sentence))
            known[same] = (*known.get(same, ()), message)
    return known


MESSAGES: Final = _read(_TABLE)
_WORDED: Final = (
    "Deny",
    "Built",
    "Teardown",
    "access-list",
    "Denied",
    "No",
    "Inbound",
    "Dropping",
    "Login",
    "Access",
    "AAA",
    "SSH",
    "DAP:",
    "IPAA:",
)
_CARRIED: Final = ("TCP", "UDP", "ICMP")
BEGINNINGS: Final = {
    word: tuple(
        message
        for messages in MESSAGES.values()
        for message in messages
        if message.pattern.pattern.startswith("(?P<proto>" if word in _CARRIED else re.escape(word + " "))
    )
    for word in (*_WORDED, *_CARRIED)
}
"""Sentences by their first word, for lines from which a relay took the number away."""
