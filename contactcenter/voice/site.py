"""The configuration of our Asterisk site: what its files say, and where they lie. Pure text; `server` runs it.

Everything is bound to loopback: the trunk comes from 127.0.0.2 (a session border controller or a test peer on this
machine), browsers reach the WebSocket only through our own `/phone` door. Shapes follow the Asterisk 22 documentation.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

APP = "omniwarden"
USER = "omniwarden"
TRUNK = "trunk"
SHARE = Path("usr/share/asterisk")

MODULES = (
    "app_dial app_echo app_playback app_stack app_stasis app_verbose app_while app_waitforring app_exec app_playtones "
    "bridge_builtin_features bridge_holding bridge_native_rtp bridge_simple bridge_softmix chan_bridge_media "
    "chan_pjsip codec_a_mu codec_alaw codec_g722 codec_gsm codec_opus_open_source codec_resample codec_ulaw "
    "format_gsm format_pcm format_sln format_wav func_callerid func_channel func_cut func_global func_logic func_math "
    "func_strings func_timeout func_hangupcause func_pjsip_endpoint func_talkdetect pbx_config "
    "res_ari res_ari_applications res_ari_asterisk res_ari_bridges res_ari_channels res_ari_endpoints res_ari_events "
    "res_ari_model res_ari_playbacks res_ari_recordings res_ari_sounds res_crypto res_format_attr_opus "
    "res_geolocation res_http_websocket res_musiconhold res_pjproject res_pjsip res_pjsip_acl "
    "res_pjsip_authenticator_digest res_pjsip_caller_id res_pjsip_dlg_options res_pjsip_dtmf_info "
    "res_pjsip_empty_info res_pjsip_endpoint_identifier_ip res_pjsip_endpoint_identifier_user "
    "res_pjsip_header_funcs res_pjsip_logger res_pjsip_maintenance res_pjsip_messaging res_pjsip_mwi "
    "res_pjsip_mwi_body_generator res_pjsip_nat res_pjsip_outbound_authenticator_digest "
    "res_pjsip_outbound_registration res_pjsip_path res_pjsip_pubsub res_pjsip_refer res_pjsip_registrar "
    "res_pjsip_rfc3326 res_pjsip_sdp_rtp res_pjsip_session res_pjsip_sips_contact res_pjsip_transport_websocket "
    "res_rtp_asterisk res_security_log res_sorcery_astdb res_sorcery_config res_sorcery_memory res_srtp res_stasis "
    "res_stasis_answer res_stasis_playback res_stasis_recording res_stasis_snoop res_timing_timerfd "
    "res_websocket_client"
)

STUBS = ("acl", "ccss", "cdr", "cel", "cli_aliases", "features", "geolocation", "manager", "pjproject", "stasis", "udptl",
         "websocket_client")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Site:
    """One Asterisk: where it lies and which doors it opens. Ports are on `bind`."""

    folder: Path
    tree: Path
    http_port: int
    sip_port: int
    rtp_start: int
    password: str
    recordings: Path
    name: str = "omni"
    bind: str = "127.0.0.1"
    trunks: tuple[str, ...] = ("127.0.0.2",)
    rtp_ports: int = 400
    silence: int = 60
    """Seconds without a packet of sound after which a caller is taken to have vanished: his network may lose the BYE."""

    @property
    def url(self) -> str:
        """Where ARI answers, with its user, as `OMNIWARDEN_ASTERISK_URL` would be written."""
        return f"http://{USER}:{self.password}@{self.bind}:{self.http_port}"

    @property
    def library(self) -> Path:
        """The tree's own folder of shared libraries, whatever the architecture. Raises FileNotFoundError without one."""
        for modules in self.tree.glob("usr/lib/*/asterisk/modules"):
            return modules.parent.parent
        raise FileNotFoundError(f"There is no Asterisk in {self.tree}.")

    @property
    def sounds(self) -> Path:
        """The folder of spoken prompts and packaged sounds."""
        return self.folder / "data" / "sounds"

    @property
    def music(self) -> Path:
        """The folder of the music that waiting callers hear."""
        return self.folder / "data" / "moh"

    @property
    def configuration(self) -> Path:
        """The folder of the configuration files."""
        return self.folder / "etc"


def _asterisk(site: Site) -> str:
    folder, library = site.folder, site.library
    return f"""[directories]
astetcdir => {site.configuration}
astmoddir => {library / "asterisk" / "modules"}
astvarlibdir => {folder / "lib"}
astdbdir => {folder / "lib"}
astkeydir => {folder / "lib"}
astdatadir => {folder / "data"}
astagidir => {folder / "lib"}
astspooldir => {folder / "spool"}
astrundir => {folder / "run"}
astlogdir => {folder / "log"}
astsbindir => {site.tree / "usr" / "sbin"}

[options]
systemname = {site.name}
documentation_language = en_US
hideconnect = yes
"""


def _modules(_: Site) -> str:
    return "[modules]\nautoload = no\n" + "".join(f"load = {name}.so\n" for name in MODULES.split())


def _http(site: Site) -> str:
    return f"""[general]
enabled = yes
servername =
bindaddr = {site.bind}
bindport = {site.http_port}
sessionlimit = 1000
session_inactivity = 30000
"""


def _ari(site: Site) -> str:
    return f"""[general]
enabled = yes
pretty = no

[{USER}]
type = user
read_only = no
password = {site.password}
password_format = plain
"""


def _pjsip(site: Site) -> str:
    matches = "".join(f"match = {address}\n" for address in site.trunks)
    return f"""[global]
type = global
user_agent = Omniwarden
endpoint_identifier_order = ip,username

[udp]
type = transport
protocol = udp
bind = {site.bind}:{site.sip_port}

[ws]
type = transport
protocol = ws
bind = {site.bind}

[{TRUNK}]
type = aor
qualify_frequency = 0

[{TRUNK}]
type = endpoint
transport = udp
context = trunk
disallow = all
allow = alaw,ulaw
aors = {TRUNK}
direct_media = no
dtmf_mode = rfc4733
media_address = {site.bind}
rtp_symmetric = yes
rtp_timeout = {site.silence}
rtp_timeout_hold = {10 * site.silence}
timers = no

[{TRUNK}]
type = identify
endpoint = {TRUNK}
{matches}"""


def _extensions(_: Site) -> str:
    """Into our application; when it is away the caller hears so, then music, and is tried again for ten minutes."""
    return f"""[general]
static = yes
writeprotect = yes

[trunk]
exten => _[+0-9].,1,NoOp(call)
 same => n,Set(TIMEOUT(absolute)=14400)
 same => n,Set(CHANNEL(musicclass)=default)
 same => n,Set(TRY=0)
 same => n(try),Stasis({APP},inbound,${{EXTEN}},${{CALLERID(num)}})
 same => n,Set(TRY=$[${{TRY}} + 1])
 same => n,GotoIf($[${{TRY}} > 150]?sorry)
 same => n,Answer()
 same => n,GotoIf($[${{TRY}} % 12 = 1]?french)
 same => n,GotoIf($[${{TRY}} % 12 = 2]?english)
 same => n,MusicOnHold(default,4)
 same => n,Goto(try)
 same => n(french),Playback(omni/fr/moment)
 same => n,Goto(try)
 same => n(english),Playback(omni/en/moment)
 same => n,Goto(try)
 same => n(sorry),Playback(omni/fr/sorry&omni/en/sorry)
 same => n,Hangup(17)

[phones]
; a browser phone is rung, it does not dial: no extension here
"""


def _rtp(site: Site) -> str:
    return f"[general]\nrtpstart = {site.rtp_start}\nrtpend = {site.rtp_start + site.rtp_ports - 1}\nicesupport = yes\n"


def _queues(_: Site) -> str:
    return "[general]\n; callers wait in our own queue\n"


def _music(site: Site) -> str:
    return f"[general]\n\n[default]\nmode = files\ndirectory = {site.music}\nsort = alpha\n"


def _sorcery(_: Site) -> str:
    kinds = ("auth", "aor", "endpoint")
    return "[res_pjsip]\n" + "".join(f"{k} = config,pjsip.conf,criteria=type={k}\n{k} = memory\n" for k in kinds)


def _indications(_: Site) -> str:
    return """[general]
country = fr

[fr]
description = France
ringcadence = 1500,3500
dial = 440
busy = 440/500,0/500
ring = 440/1500,0/3500
congestion = 440/250,0/250
"""


def _logger(_: Site) -> str:
    return "[general]\ndateformat = %FT%T.%3q\n\n[logfiles]\nconsole => warning,error\n"


FILES = {
    "asterisk": _asterisk, "modules": _modules, "http": _http, "ari": _ari, "pjsip": _pjsip, "extensions": _extensions,
    "rtp": _rtp, "queues": _queues, "musiconhold": _music, "sorcery": _sorcery, "logger": _logger,
    "indications": _indications,
}  # fmt: skip


def write(site: Site) -> None:
    """Write every configuration file and the folders they name. Readable by the owner alone: one holds a password."""
    for name in ("etc", "lib/keys", "data/sounds", "data/moh", "spool", "run", "log"):
        (site.folder / name).mkdir(parents=True, exist_ok=True)
    site.recordings.mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        _put(site.configuration / f"{name}.conf", text(site))
    for name in STUBS:
        _put(site.configuration / f"{name}.conf", "; nothing to say\n")
    share = site.tree / SHARE
    for part in ("documentation", "rest-api", "static-http"):
        _link(site.folder / "data" / part, share / part)
    for voice in (share / "sounds").glob("en_*"):
        _link(site.sounds / "en", voice)
    _link(site.folder / "spool" / "recording", site.recordings)


def _put(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _link(path: Path, target: Path) -> None:
    target = target.absolute()
    if path.is_symlink() and path.readlink() == target:
        return
    path.unlink(missing_ok=True)
    path.symlink_to(target)
