"""The way to a device by its HTTPS interface: certificate known first, no redirect followed, the token in a header only. [FW-2, SW-18]

Without an authority the certificate itself is pinned: it is read in a handshake that shows nothing, compared, and then is the only one
that the request's own connection accepts.
"""

import asyncio
import hashlib
import hmac
import logging
import ssl
from collections.abc import Mapping
from typing import Final

import httpx

from firewall_audit.collectors.doors import CollectionFault, Door
from firewall_audit.models.collectors import Fault

logging.getLogger("httpx").setLevel(logging.WARNING)
CONNECT_SECONDS: Final = 15
NO_CHECK_TIME: Final = 0x200000
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME: a certificate that a person trusted by its fingerprint does not end by its date."""
_OK, _NOT_ALLOWED, _OTHER_METHOD = 200, (401, 403), 405


def fetch(door: Door) -> bytes:
    """Return what a device answers to its recipe's request. Raises CollectionFault."""
    return asyncio.run(_fetch(door))


async def _fetch(door: Door) -> bytes:
    came = bytearray()
    try:
        async with asyncio.timeout(door.seconds):
            context = await _context(door)
            await _ask(door, context, came)
    except TimeoutError:
        raise CollectionFault("slow", size=len(came)) from None
    except httpx.TimeoutException:
        raise CollectionFault("slow", size=len(came)) from None
    except ssl.SSLCertVerificationError:
        raise CollectionFault("changed-key") from None
    except ssl.SSLError:
        raise CollectionFault("answer") from None
    except httpx.ConnectError as fault:
        raise CollectionFault(_kind_of(fault)) from None
    except (httpx.HTTPError, httpx.InvalidURL):
        raise CollectionFault("truncated" if came else "answer", size=len(came)) from None
    except OSError:
        raise CollectionFault("truncated" if came else "unreachable", size=len(came)) from None
    return bytes(came)


def _kind_of(fault: BaseException) -> Fault:
    """Tell a certificate that is not accepted from a device that is not there."""
    seen: BaseException | None = fault
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return "changed-key"
        if isinstance(seen, ssl.SSLError):
            return "answer"
        seen = seen.__cause__ or seen.__context__
    return "unreachable"


async def _context(door: Door) -> ssl.SSLContext:
    """Return what the connection accepts: certificates of the authority, or the pinned one alone. Raises CollectionFault."""
    if door.authority:
        context = ssl.create_default_context(cadata=door.authority)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context
    shown = await _shown(door)
    told = f"x509 SHA256:{hashlib.sha256(shown).hexdigest()}"
    if not hmac.compare_digest(told, door.trusted):
        raise CollectionFault("changed-key" if door.trusted else "untrusted", offered=told)
    pinned = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    pinned.minimum_version = ssl.TLSVersion.TLSv1_2
    pinned.check_hostname = False
    pinned.load_verify_locations(cadata=shown)
    pinned.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VerifyFlags(NO_CHECK_TIME)
    return pinned


async def _shown(door: Door) -> bytes:
    """Return the certificate that stands at the address; nothing else is said there."""
    looking = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    looking.check_hostname, looking.verify_mode = False, ssl.CERT_NONE
    async with asyncio.timeout(CONNECT_SECONDS):
        _, writer = await asyncio.open_connection(door.address, door.port, ssl=looking)
    try:
        shown: bytes | None = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    finally:
        writer.close()
    if not shown:
        raise CollectionFault("answer")
    return shown


def _headers(door: Door) -> Mapping[str, str]:
    told = {"Accept-Encoding": "identity"}  # what is counted is what comes
    if door.recipe.name == "fortios":
        told["Authorization"] = f"Bearer {door.secret}"
    elif door.recipe.name == "panos":
        told["X-PAN-KEY"] = door.secret
    return told


async def _ask(door: Door, context: ssl.SSLContext, came: bytearray) -> None:
    host = f"[{door.address}]" if ":" in door.address else door.address
    url = f"https://{host}:{door.port}{door.recipe.command}"
    auth = httpx.BasicAuth(door.user_name, door.secret) if door.recipe.name == "opnsense" else None
    extensions = {"sni_hostname": door.tls_name} if door.tls_name else {}
    async with httpx.AsyncClient(
        verify=context, trust_env=False, follow_redirects=False, timeout=door.seconds, headers=_headers(door), auth=auth
    ) as client:
        status = await _read(client.build_request("GET", url, extensions=extensions), client, door, came)
        if status == _OTHER_METHOD and door.recipe.name == "fortios":  # FortiOS 7.6 and later
            status = await _read(client.build_request("POST", url, extensions=extensions), client, door, came)
    if status in _NOT_ALLOWED:
        raise CollectionFault("sign-in")
    if status != _OK:
        raise CollectionFault("answer", size=len(came))


async def _read(request: httpx.Request, client: httpx.AsyncClient, door: Door, came: bytearray) -> int:
    """Read an answer into what came, up to the door's bytes, as they are on the way and unpacked; return its status."""
    came.clear()
    answer = await client.send(request, stream=True)
    try:
        if answer.status_code == _OK:
            async for said in answer.aiter_bytes():
                came += said
                if len(came) > door.most:
                    raise CollectionFault("too-large", size=len(came))
    finally:
        await answer.aclose()
    return answer.status_code
