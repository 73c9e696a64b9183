"""Forms in which secrets stand readable outside of assignments: command lines, devices' configurations, addresses, known shapes. [PW-3]

Each form is one bounded pattern whose group `v` is the secret. A pattern is tried only on lines that hold its hint.
"""

import re
from dataclasses import dataclass
from typing import Literal

from iam.plaintext.values import Strength

Kind = Literal["password", "key", "private-key", "connection", "command", "device", "function-key"]
WORD = r"(?P<q>[\"']?)(?P<v>[^\s\"'|<>]{3,200})(?P=q)"
ARGUMENT = r"(?:\"(?P<v>[^\"]{3,200})\"|'(?P<w>[^']{3,200})'|(?P<x>[^\s\"'|<>;&]{3,200}))"


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a secret: its kind, the small word a line must hold (in lower case), the pattern, what the value must be."""

    kind: Kind
    hint: str
    pattern: re.Pattern[str]
    asked: Strength = "any"
    shape: bool = False
    """The pattern itself proves it; only a placeholder is let off."""


def _form(
    kind: Kind, hint: str, pattern: str, asked: Strength = "any", *, shape: bool = False, case: bool = False
) -> Form:
    return Form(kind, hint, re.compile(pattern, 0 if case else re.IGNORECASE), asked, shape)


COMMANDS = (
    _form("command", "net", rf"\bnet1?(?:\.exe)?\s+use\b(?:\s+(?:[\w*]:|\\\\\S+|/\w\S*)){{0,6}}?\s+(?:\\\\\S+|[\w*]:)\s+(?:/(?!user)\S+\s+)*(?!/){ARGUMENT}\s+(?:/\w+:?\S*\s+)*/u(?:ser)?:"),
    _form("command", "net", rf"\bnet1?(?:\.exe)?\s+use\b.{{0,300}}?/u(?:ser)?:\s?\S+\s+(?!/){ARGUMENT}"),
    _form("command", "net", rf"\bnet1?(?:\.exe)?\s+user\s+\S+\s+(?!/){ARGUMENT}(?:\s|$)"),
    _form("command", "/", r"\b(?:sqlplus|sqlldr|expdp?|impdp?|exp|imp|rman|tkprof|sqlldr\w*)(?:\.exe|64)?\b[^#\n]{0,120}?\b[\w$]{1,30}/(?:\"(?P<v>[^\"\s]{3,60})\"|(?P<x>[^\s@\"'/]{3,60}))(?:@|\s+as\s+sysdba|\s|[\"']|$)"),
    _form("command", "connect", r"^\s*conn(?:ect)?\s+[\w$]{1,30}/(?P<v>[^\s@\"';/]{3,60})(?:@|;|\s|$)"),
    _form("command", "identified by", rf"\bidentified\s+by\s+(?:values\s+)?{ARGUMENT}"),
    _form("command", "with password", r"\bwith\s+(?:encrypted\s+)?password\s*=?\s*N?'(?P<v>[^']{3,200})'"),
    _form("command", "password", r"\b(?:user|role)\s+\S{1,60}\s+(?:with\s+)?(?:\w+\s+){0,4}?password\s*=?\s*N?'(?P<v>[^']{3,200})'"),
    _form("command", "set password", r"\bset\s+password\b[^=]{0,80}=\s*(?:password\s*\(\s*)?'(?P<v>[^']{3,200})'"),
    _form("command", "-u", r"\b(?:curl|http|https|wget|svn|lynx)\b.{0,400}?\s(?:-u|--user|--proxy-user|-U|--auth|-a)[= ]?\s*[\"']?[^\s:\"'$]{1,80}:[\"']?(?P<v>[^\s\"'@]{3,200})"),
    _form("command", "user", r"\b(?:curl|http|https|wget|svn|lynx)\b.{0,400}?\s--(?:proxy-)?user[= ]\s*[\"']?[^\s:\"'$]{1,80}:[\"']?(?P<v>[^\s\"'@]{3,200})"),
    _form("command", "-p", r"\b(?:mysql|mysqldump|mysqladmin|mysqlimport|mariadb|mariadb-dump|mytop|xtrabackup|innobackupex)(?:\.exe)?\b.{0,300}?\s-p(?P<q>[\"']?)(?P<v>[^\s\"'=-][^\s\"']{2,100})(?P=q)", case=True),
    _form("command", "ftp", r"\b(?:lftp|ncftp\w*|mirror)\b.{0,200}?\s-u\s*[\"']?[^\s,\"']{1,60}[,\s]\s*(?:-p\s+)?(?P<v>[^\s\"',]{3,100})"),
    _form("command", "z", rf"\b(?:7z[ar]?|zip|unzip|zipinfo)(?:\.exe)?[\"']?\s.{{0,200}}?\s-[pP]\s?{ARGUMENT}", case=True),
    _form("command", "rar", rf"\b(?:win|un)?rar(?:\.exe)?[\"']?\s.{{0,200}}?\s-h?p{ARGUMENT}"),
    _form("command", "reg", rf"\breg(?:\.exe)?\s+add\b.{{0,300}}?\s/v\s+[\"']?\w*(?:password|passwd|pwd|secret)[\"']?\s.{{0,60}}?/d\s+{ARGUMENT}"),
    _form("command", "mysqladmin", rf"\bmysqladmin\b.{{0,200}}?\spassword\s+{ARGUMENT}"),
    _form("command", "dtexec", rf"\bdtexec\b.{{0,300}}?\s/De(?:crypt)?\s+{ARGUMENT}"),
    _form("password", "connect", r"\b(?:getConnection|mysqli_connect|mysql_connect|mysqli|pg_pconnect|ftp_login|createConnection|odbc_connect|oci_connect|connect)\s*\((?:\s*(?:\"[^\"]{0,200}\"|'[^']{0,200}'|[\w.$>-]{1,80})\s*,){1,2}\s*(?:\"(?P<v>(?=[^\"]*[\d!@#$%&*?_-])[^\"\s/]{4,100})\"|'(?P<w>(?=[^']*[\d!@#$%&*?_-])[^'\s/]{4,100})')\s*[,)]"),
    _form("password", "login", r"\.(?:login|signin|authenticate|Logon|auth)\s*\(\s*(?:\"[^\"]{1,80}\"|'[^']{1,80}')\s*,\s*(?:\"(?P<v>[^\"\s]{4,100})\"|'(?P<w>[^'\s]{4,100})')\s*\)"),
    _form("password", "pdo", r"\bnew\s+PDO\s*\(\s*(?:\"[^\"]{0,200}\"|'[^']{0,200}'|\$\w+)\s*,\s*(?:\"[^\"]{0,80}\"|'[^']{0,80}'|\$\w+)\s*,\s*[\"'](?P<v>[^\"']{3,100})[\"']"),
    _form("command", "authenticate(", r"\b(?:VM)?Authenticate\((?P<v>\d{4,16})[,)]"),
    _form("command", "sshpass", rf"\bsshpass\s+-p\s*{ARGUMENT}"),
    _form("command", "-p", rf"\b(?:psexec(?:64)?|paexec|docker\s+login|podman\s+login|az\s+login|mongo(?:sh|dump|restore|import|export)?|cf\s+login|oc\s+login|skopeo\s+login|winexe|rdesktop|htdigest|vncviewer|net\s+rpc|isql|db2\s+connect|ipmitool|tsm|nuget)(?:\.exe)?\b.{{0,300}}?\s[-/]p(?:assword)?[ =:]?\s*{ARGUMENT}", case=True),
    _form("command", "-pw", rf"\b(?:plink|pscp|psftp|putty|kitty|putty_portable)(?:\.exe)?\b.{{0,300}}?\s-pw\s+{ARGUMENT}"),
    _form("command", "/p", rf"\b(?:cmdkey|wfreerdp|xfreerdp|mstsc|autologon)(?:\.exe)?\b.{{0,300}}?\s/p(?:ass(?:word)?)?:{ARGUMENT}"),
    _form("command", "/", rf"\b(?:schtasks|taskkill|tasklist|wmic|systeminfo|shutdown|driverquery|typeperf|logman|sc|openfiles|eventcreate|at)(?:\.exe)?\b.{{0,300}}?\s/(?:rp|p|password)[ :]\s*{ARGUMENT}"),
    _form("command", "-p", rf"\b(?:osql|sqlcmd|isql|bcp|bcp\.exe|dtexec|dtsrun)(?:\.exe)?\b.{{0,300}}?\s[-/]P\s?{ARGUMENT}", case=True),
    _form("command", "-w", rf"\b(?:ldapsearch|ldapmodify|ldapadd|ldapdelete|ldappasswd|ldapwhoami|ldapcompare|smbmap)\b.{{0,300}}?\s-w\s+{ARGUMENT}", case=True),
    _form("command", "%", r"\b(?:smbclient|rpcclient|smbget|wmic|winexe|net|nmblookup|smbtree|smbcacls)\b.{0,200}?\s(?:-U|--user)[= ]?\s*[\"']?[\w.\\@/-]{1,80}%(?P<v>[^\s\"']{3,100})", case=True),
    _form("command", "-a", rf"\bredis-cli\b.{{0,200}}?\s(?:-a|--pass)\s+{ARGUMENT}", case=True),
    _form("command", "sudo", r"\b(?:echo|printf|print)\s+(?:-\w+\s+)*[\"']?(?P<v>[^\s\"'|]{3,100})[\"']?\s*\|\s*sudo\s+(?:-\w+\s+)*-\w*S"),
    _form("command", "sudo", r"\bsudo\s+(?:-\w+\s+)*-\w*S\b.{0,200}?<<<\s*[\"']?(?P<v>[^\s\"'|]{3,100})"),
    _form("command", "passwd", r"\becho\s+(?:-\w+\s+)*[\"']?[^\s:\"']{1,40}:(?P<v>[^\s\"'|]{3,100})[\"']?\s*\|\s*(?:sudo\s+)?(?:/usr/sbin/)?chpasswd"),
    _form("command", "passwd", r"\becho\s+(?:-\w+\s+)*[\"']?(?P<v>[^\s\"'|]{3,100})[\"']?\s*\|\s*(?:sudo\s+)?(?:/usr/bin/)?(?:passwd\s+--stdin|smbpasswd|kinit|vncpasswd)"),
    _form("command", "pass:", r"\s-?-pass(?:in|out)?\s+pass:(?P<v>[^\s\"']{3,100})"),
    _form("command", "openssl", r"\bopenssl\b.{0,200}?\s-k\s+(?P<v>[^\s\"'-][^\s\"']{2,100})"),
    _form("command", "htpasswd", r"\bhtpasswd\s+(?:-\w*b\w*)\s+(?:-\w+\s+)*\S+\s+\S+\s+[\"']?(?P<v>[^\s\"'|]{3,100})"),
    _form("command", "storepass", rf"\s-(?:src|dest)?(?:store|key)pass\s+{ARGUMENT}"),
    _form("command", "convertto-securestring", r"\bConvertTo-SecureString\s+(?:-String\s+)?[\"'](?P<v>[^\"']{3,200})[\"'].{0,60}-AsPlainText"),
    _form("command", "convertto-securestring", r"\bConvertTo-SecureString\s+-AsPlainText\s+(?:-Force\s+)?(?:-String\s+)?[\"'](?P<v>[^\"']{3,200})[\"']"),
    _form("command", "networkcredential", r"\bNetworkCredential\s*\(\s*[^,()]{1,120},\s*@?[\"'](?P<v>[^\"']{3,200})[\"']"),
    _form("command", "open", r"\b(?:OpenDSObject|OpenDatabase)\s*\(?\s*(?:\"[^\"]{0,120}\"|[\w&. ]{1,60})\s*,\s*(?:\"[^\"]{0,120}\"|\w{1,60})\s*,\s*\"(?P<v>[^\"]{3,100})\""),
    _form("command", "connectserver", r"\bConnectServer\s*\(?(?:\s*(?:\"[^\"]{0,120}\"|[\w.]{0,60})\s*,){3}\s*\"(?P<v>[^\"]{3,100})\""),
    _form("command", "mapnetworkdrive", r"\bMapNetworkDrive\b.{0,200},\s*\"[^\"]{1,80}\"\s*,\s*\"(?P<v>[^\"]{3,100})\"\s*\)?\s*$"),
    _form("command", "send", r"^\s*send(?:_user)?\s+(?:--\s+)?\"(?P<v>(?=[^\"]*[\d!@#%&*?_])[^\"$\s\\]{4,60})\\[rn]\""),
    _form("command", "sendkeys", r"\bSendKeys\s*\(?\s*\"(?P<v>[^\"{}\s]{4,60})\{(?:ENTER|TAB)\}\""),
    _form("command", "--pass", rf"\s--(?:[\w-]{{0,40}}-)?(?:password|passwd|passphrase|pass|pwd)[= ]\s*(?!-){ARGUMENT}"),
    _form("command", "-password", rf"\s[-/]pass(?:word|wd)?[ :=]\s*(?![-/]){ARGUMENT}"),
    _form("command", "--", rf"\s--(?:[\w-]{{0,40}}-)?(?:token|api-?key|access-?key|secret|secret-?key|auth-?key)[= ]\s*(?!-){ARGUMENT}", "mixed"),
)  # fmt: skip
DEVICES = (
    _form("device", "username", r"^\s*username\s+\S+\s+(?:privilege\s+\d+\s+)?(?:nopassword\s+)?(?:password|secret)\s+(?:0\s+)?(?P<v>(?![05789]\s)\S{3,100})(?:\s+privilege\s+\d+)?\s*$"),
    _form("device", "7", r"^\s*(?:\S+\s+){0,8}?(?:password|secret|key|pre-shared-key|key-string|community|md5)\s+7\s+(?P<v>[0-9]{2}(?:[0-9A-F]{2}){2,60})(?:\s|$)", shape=True),
    _form("device", "enable", r"^\s*enable\s+(?:password|secret)\s+(?:level\s+\d+\s+)?(?:0\s+)?(?P<v>(?![05789]\s)\S{3,100})(?:\s+level\s+\d+)?\s*$"),
    _form("device", "password", r"^\s*(?:password|passwd)\s+(?:0\s+)?(?P<v>(?![05789]\s)(?!ENC\b|encrypted\b|encryption\b|policy\b|required\b|requisite\b|sufficient\b|optional\b|include\b)[^\s=:;{}()]{4,100})\s*$"),
    _form("device", "community", r"^\s*(?:set\s+snmp\s+community|snmp-server\s+community|rocommunity6?|rwcommunity6?)\s+(?:0\s+)?[\"']?(?P<v>(?!7\s)[^\s\"']{3,60})[\"']?"),
    _form("device", "snmp-server", r"^\s*snmp-server\s+host\s+(?:\S+\s+)?\d[\d.]+\s+(?:traps\s+)?(?:version\s+\S+\s+)?(?:community\s+)?(?:0\s+)?(?P<v>(?!(?:7|8|version|traps|informs|community|poll|trap|udp-port)(?:\s|$))[^\s*]{3,60})"),
    _form("device", "com2sec", r"^\s*com2sec\s+\S+\s+\S+\s+(?P<v>\S{3,60})\s*$"),
    _form("device", "key", r"^\s*(?:(?:tacacs|radius)(?:-server)?\s+(?:server\s+)?(?:host\s+\S+\s+)?(?:(?:auth-port|acct-port|timeout|port)\s+\d+\s+)*)?key\s+(?:0\s+)?(?P<v>(?![05678]\s|\d{1,3}\s*$|chain\b|rsa\b|config-key\b|generate\b|[=:{])\S{4,80})\s*$"),
    _form("device", "isakmp", r"^\s*crypto\s+isakmp\s+key\s+(?:0\s+)?(?P<v>(?!6\s)\S{3,100})\s+(?:address|hostname)\b"),
    _form("device", "pre-shared-key", r"\bpre-shared-key\s+(?:(?:local|remote|ascii-text|address\s+\S+|hostname\s+\S+|key|plaintext|0)\s+)*(?P<q>[\"']?)(?P<v>(?![0678]\s|ascii-text\b|local\b|remote\b|hexadecimal\b|[=:;{*])[^\s\"';]{3,100})(?P=q)"),
    _form("device", "$9$", r"\"?(?P<v>\$9\$[A-Za-z0-9./-]{6,200})(?![$\w])", shape=True, case=True),
    _form("device", "wpa-psk", r"\bwpa-psk\s+(?:ascii|hex)\s+(?:0\s+)?(?P<v>(?!7\s)\S{8,64})"),
    _form("device", "neighbor", r"^\s*neighbor\s+\S+\s+password\s+(?:0\s+)?(?P<v>(?![05789]\s)\S{3,80})\s*$"),
    _form("device", "ppp", r"^\s*ppp\s+(?:chap\s+password|pap\s+sent-username\s+\S+\s+password)\s+(?:0\s+)?(?P<v>(?![05789]\s)\S{3,80})"),
    _form("device", "md5", r"\b(?:message-digest-key\s+\d+\s+md5)\s+(?:0\s+)?(?P<v>(?![05678]\s)[^\s\"]{4,80})"),
    _form("device", "vtp", r"^\s*vtp\s+password\s+(?P<v>\S{4,80})"),
    _form("device", "authentication", r"\b(?:authentication-key(?:\s+\d+\s+md5)?|authentication\s+text|standby\s+\d+\s+authentication)\s+(?:0\s+)?(?P<v>(?![05678]\s|md5\b|text\b|[=:])[^\s\"]{4,80})"),
    _form("device", "key-string", r"^\s*key-string\s+(?:0\s+)?(?P<v>(?![678]\s)\S{4,80})\s*$"),
    _form("device", "set ", r"^\s*set\s+(?:\S*(?:password|passwd|passphrase|psksecret|psk|secret)\d?|auth-pwd|priv-pwd|key)\s+(?P<q>[\"']?)(?P<v>(?!ENC\b|enable\b|disable\b)[^\s\"=]{3,120})(?P=q)\s*$"),
    _form("device", "plain-text", r"\b(?:plain-text-password-value|simple-password|plaintext-password)\s+(?P<q>[\"']?)(?P<v>[^\s\"';]{3,100})(?P=q)"),
    _form("device", "auth", r"\bsnmp-server\s+user\s+.{1,120}?\sauth\s+(?:md5|sha\d*)\s+(?P<v>(?!0x)\S{6,80})"),
    _form("device", "ldap-login-password", r"\bldap-(?:login-)?password\s+(?P<v>\S{3,80})"),
    _form("device", "requirepass", r"^\s*(?:requirepass|masterauth)\s+(?P<q>[\"']?)(?P<v>[^\s\"']{3,120})(?P=q)"),
    _form("device", "pw", r"^\s*(?:rootpw|bindpw)\s+(?:--plaintext\s+)?(?P<q>[\"']?)(?P<v>(?!--)[^\s\"'={]{3,120})(?P=q)\s*$"),
    _form("device", "credentials", r"^\s*credentials\s+(?P<q>[\"']?)(?P<v>[^\s\"'={]{3,120})(?P=q)\s*$"),
    _form("device", "password", r"^\s*d-i\s+\S*password\S*\s+password\s+(?P<v>\S{3,80})"),
    _form("device", "password", r"(?:^|\s)(?:machine|login)\s+\S+\s+.{0,200}?\bpassword\s+(?P<q>[\"']?)(?P<v>[^\s\"']{3,200})(?P=q)"),
    _form("device", "register", r"^\s*register\s*=>?\s*[^\s:@]{1,80}(?::(?P<v>[^\s:@/]{3,80}))+@"),
    _form("device", "pass", r"^\s*(?:quote\s+)?PASS\s+(?P<v>\S{4,80})\s*$", case=True),
    _form("device", "user", r"^\s*(?:echo\s+)?user\s+[\w.@-]{1,60}\s+(?P<v>(?=\S*\d)(?!\d+\s*$)[^\s;={>]{6,80})\s*(?:>|$)"),
)  # fmt: skip
ADDRESSES = (
    _form("connection", "://", r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@\"'<>]{0,100}:(?P<v>[^\s/@\"'<>]{3,200})@[\w\[$%{-]"),
    _form("connection", "basic", r"\bauthorization[\"']?\s*[:=,]\s*[\"']?basic\s+(?P<v>[A-Za-z0-9+/]{12,200}={0,2})", "random"),
    _form("key", "bearer", r"\bbearer\s+(?P<v>[A-Za-z0-9_\-.=+/]{16,2000})", "random"),
)  # fmt: skip
_SHAPES: tuple[tuple[Kind, str, str], ...] = (
    ("key", "ia", r"\b(?P<v>(?:AKIA|ASIA)[A-Z2-7]{16})\b"),
    ("key", "aiza", r"\b(?P<v>AIza[\w-]{35})(?![\w-])"),
    ("key", "ya29", r"\b(?P<v>ya29\.[\w-]{20,})"),
    ("key", "gocspx", r"\b(?P<v>GOCSPX-[\w-]{20,})"),
    ("key", "eyj", r"\b(?P<v>eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,})"),
    ("key", "gh", r"\b(?P<v>gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_\w{60,})"),
    ("key", "glpat", r"\b(?P<v>glpat-[\w-]{20,})"),
    ("key", "xox", r"\b(?P<v>xox[abeoprs]-[\w-]{20,})"),
    ("key", "hooks.slack", r"(?P<v>hooks\.slack\.com/services/T\w{6,}/B\w{6,}/\w{16,})"),
    ("key", "_live_", r"\b(?P<v>[rs]k_live_[A-Za-z0-9]{16,})"),
    ("key", "sg.", r"\b(?P<v>SG\.[\w-]{16,}\.[\w-]{30,})"),
    ("key", "npm_", r"\b(?P<v>npm_[A-Za-z0-9]{36})\b"),
    ("key", "pypi-", r"\b(?P<v>pypi-AgEI[\w-]{40,})"),
    ("key", "accountkey", r"\bAccountKey=(?P<v>[A-Za-z0-9+/]{40,}={0,2})"),
    ("key", "sharedaccess", r"\bSharedAccessKey=(?P<v>[A-Za-z0-9+/]{30,}={0,2})"),
    ("key", "age-secret", r"\b(?P<v>AGE-SECRET-KEY-1[A-Z0-9]{50,})"),
    ("key", "eaa", r"\b(?P<v>EAA[A-Za-z0-9]{60,})\b"),
    ("private-key", "private key", r"-----BEGIN (?!ENCRYPTED)[A-Z ]{0,20}PRIVATE KEY(?: BLOCK)?-----(?:\\r)?\\n(?P<v>(?!Proc-Type)[A-Za-z0-9+/=]{16,100})"),
)  # fmt: skip
SHAPES = tuple(_form(kind, hint, pattern, shape=True, case=True) for kind, hint, pattern in _SHAPES)
FUNCTION_KEYS = (
    _form("function-key", "f", r"\bF(?:1[0-9]|2[0-4]|[1-9])\b[\"']?\s*(?:::|=|:|\s)\s*.{0,200}?(?:\^M|\\r|\{(?:ENTER|TAB)\}|\[(?:enter|tab|fldext)\]|<(?:CR|TAB)>|\\n)[\"']?\s*(?P<v>[^\s\"'\[\]{}<>\\^]{4,60})(?:\^M|\\r|\{ENTER\}|\[enter\]|<CR>|\\n)"),
    _form("function-key", "f", r"\bF(?:1[0-9]|2[0-4]|[1-9])\b[\"']?\s*(?:::|=|:)\s*(?:Send\w*[, ]\s*(?:\{(?:Raw|Text)\})?|SendInput\s+|text\s+)[\"']?(?P<v>(?=\S*\d)[^\s\"'\[\]{}<>\\^]{5,60})(?:\^M|\\r|\{ENTER\}|\[enter\]|<CR>|\\n)"),
    _form("function-key", "[enter]", r"\[(?:tab|fldext|newline)\][\"']?\s*[\"']?(?P<v>[^\s\"'\[\]{}]{4,60})\[enter\]"),
    _form("function-key", "send", r"\bSend(?:Keys|Input)?\s*\(?\s*[\"'].{0,100}?\{TAB\}(?P<v>[^\s\"'{}]{4,60})\{ENTER\}"),
    _form("function-key", "xdotool", r"\bxdotool\s+type\s+(?:--\S+\s+(?:\d+\s+)?)*[\"']?(?P<v>(?=\S*\d)[^\s\"'$]{5,60})"),
)  # fmt: skip
FORMS = COMMANDS + DEVICES + ADDRESSES + SHAPES + FUNCTION_KEYS


FORMS_BY_HINT: dict[str, list[Form]] = {}
for _one in FORMS:
    FORMS_BY_HINT.setdefault(_one.hint, []).append(_one)


def value_of(match: re.Match[str]) -> str:
    """Return what a form's match holds as the secret, whichever way it was quoted."""
    groups = match.groupdict()
    return groups.get("v") or groups.get("w") or groups.get("x") or ""
