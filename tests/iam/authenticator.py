"""A small passkey authenticator without a browser: ES256 keys, user verified, attestation "none" (WebAuthn level 2)."""

import hashlib
import json
import os
import struct
from dataclasses import dataclass, field

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """Holds one key, counts its uses, and answers as a browser would for `origin`."""

    origin: str = "http://localhost:8080"
    verifies: bool = True
    count: int = 0
    holder: bytes = b""
    id: bytes = field(default_factory=lambda: os.urandom(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def register(self, options: str) -> str:
        """Answer navigator.credentials.create."""
        asked = json.loads(options)
        self.holder = base64url_to_bytes(asked["user"]["id"])
        client = self._client("webauthn.create", asked["challenge"])
        attested = b"\0" * 16 + struct.pack(">H", len(self.id)) + self.id + self._public()
        data = self._data(asked["rp"]["id"], ATTESTED) + attested
        response = {
            "clientDataJSON": bytes_to_base64url(client),
            "attestationObject": bytes_to_base64url(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
        }
        return self._credential(response)

    def answer(self, options: str, rp_id: str | None = None) -> str:
        """Answer navigator.credentials.get."""
        asked = json.loads(options)
        self.count += 1
        client = self._client("webauthn.get", asked["challenge"])
        data = self._data(rp_id or asked["rpId"])
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": bytes_to_base64url(client),
            "authenticatorData": bytes_to_base64url(data),
            "signature": bytes_to_base64url(signature),
        }
        if "allowCredentials" not in asked or not asked["allowCredentials"]:
            response["userHandle"] = bytes_to_base64url(self.holder)
        return self._credential(response)

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _data(self, rp_id: str, flags: int = 0) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(rp_id.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _public(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)})

    def _credential(self, response: dict[str, str]) -> str:
        named = bytes_to_base64url(self.id)
        return json.dumps({"id": named, "rawId": named, "type": "public-key", "response": response})


def changed(credential: str, part: str, at: int) -> str:
    """The same answer with one byte of one part changed."""
    content = json.loads(credential)
    raw = bytearray(base64url_to_bytes(content["response"][part]))
    raw[at] ^= 1
    content["response"][part] = bytes_to_base64url(bytes(raw))
    return json.dumps(content)
