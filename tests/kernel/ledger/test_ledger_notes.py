"""Signed notes and checkpoints, against published examples and a second implementation of Ed25519."""

import base64
import shutil
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kernel.errors import Malformed, Refused
from kernel.ledger.merkle import EMPTY_ROOT
from kernel.ledger.notes import (
    COSIGNATURE,
    Checkpoint,
    SigningKey,
    Verifier,
    open_checkpoint,
    open_note,
    sign_checkpoint,
)

# The example of the documentation of Go's golang.org/x/mod/sumdb/note.
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_SKEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
HEAD = Checkpoint("example.org/log", 0, EMPTY_ROOT)


@pytest.fixture
def key():
    return SigningKey.generate("example.org/log")


def test_note_of_another_implementation_is_read_and_written_alike():
    verifier, key = Verifier.parse(GO_VKEY), SigningKey.parse(GO_SKEY)
    text, held = open_note(GO_NOTE, [verifier])
    assert held == [verifier]
    assert key.verifier == verifier
    assert verifier.vkey == GO_VKEY
    assert key.secret_text() == GO_SKEY
    assert f"{text}\n{key.sign(text)}" == GO_NOTE


def test_checkpoint_survives_signing_and_opening(key):
    assert open_checkpoint(sign_checkpoint(HEAD, [key]), [key.verifier], "example.org/log") == HEAD


@pytest.mark.parametrize("change", [("\n0\n", "\n1\n"), ("example.org/log\n", "example.org/lag\n")])
def test_changed_text_is_refused(key, change):
    with pytest.raises(Refused, match="wrong"):
        open_checkpoint(sign_checkpoint(HEAD, [key]).replace(*change, 1), [key.verifier])


def test_unknown_signatures_are_passed_over_but_do_not_suffice(key):
    other = SigningKey.generate("example.org/log")
    note = sign_checkpoint(HEAD, [other, key])
    assert open_note(note, [key.verifier])[1] == [key.verifier]
    with pytest.raises(Refused, match="No key"):
        open_note(sign_checkpoint(HEAD, [other]), [key.verifier])


def test_checkpoint_of_another_log_is_refused(key):
    with pytest.raises(Refused, match="another log"):
        open_checkpoint(sign_checkpoint(Checkpoint("example.org/b", 0, EMPTY_ROOT), [key]), [key.verifier])


def test_cosignature_holds_for_its_time_alone():
    witness = SigningKey.generate("witness.example", COSIGNATURE)
    text = HEAD.text()
    line = witness.cosign(text, 1_764_000_000)
    assert open_note(f"{text}\n{line}", [witness.verifier])[1] == [witness.verifier]
    assert not witness.verifier.verify(text, bytes(8) + b"x" * 64)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\nno dash\n",
        "te\x01xt\n\n\u2014 a AAAA\n",
        "text\n\n\u2014 a AAAA",
        "text\n\n\u2014 a *\n",
    ],
)
def test_what_is_no_note_is_malformed(note, key):
    with pytest.raises(Malformed):
        open_note(note, [key.verifier])


@pytest.mark.parametrize("text", ["", "a\n", "a\n01\nAAAA\n", "a\n1\nAAAA\n", "a\n-1\nAAAA\n", "\n0\nAAAA\n"])
def test_what_is_no_checkpoint_is_malformed(text):
    with pytest.raises(Malformed):
        Checkpoint.parse(text)


@pytest.mark.parametrize("text", ["", "a", "a+00+AA==", GO_VKEY.replace("c74f", "c74e"), GO_VKEY.replace("+A", "+B")])
def test_what_is_no_key_is_malformed(text):
    with pytest.raises(Malformed):
        Verifier.parse(text)
    with pytest.raises(Malformed):
        SigningKey.parse("PRIVATE+KEY+" + text)
    with pytest.raises(Malformed):
        SigningKey.parse(text)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_verifies_the_signature(key, tmp_path):
    note = sign_checkpoint(HEAD, [key])
    signature = base64.b64decode(note.rstrip().rpartition(" ")[2])[4:]
    public = Ed25519PublicKey.from_public_bytes(key.verifier.public)
    (tmp_path / "key").write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    (tmp_path / "text").write_text(HEAD.text())
    (tmp_path / "signature").write_bytes(signature)
    command = [
        "openssl",
        "pkeyutl",
        "-verify",
        "-rawin",
        "-pubin",
        "-inkey",
        "key",
        "-in",
        "text",
        "-sigfile",
        "signature",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Verified Successfully" in done.stdout
