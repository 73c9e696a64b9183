"""Other people's code verifies our output: Go's golang.org/x/mod/sumdb and npm's @sigstore/verify."""

import base64
import json
import os
import subprocess
from pathlib import Path

import pytest

from kernel.ledger.export import export_entries, export_log
from kernel.ledger.notes import Checkpoint
from kernel.ledger.proofs import prove_index
from tests.plugins.parts import program

HERE = Path(__file__).parent / "verifiers"
ROOT = Path(__file__).parents[3]
INDEXES = (0, 1, 255, 256, 777, 1299)


@pytest.fixture(scope="module")
def auditor(tmp_path_factory):
    """The Go program, built once."""
    built = tmp_path_factory.mktemp("go") / "auditor"
    paths = [
        folder for folder in (Path("/usr/share/gocode"), ROOT / "var/programs/tree/usr/share/gocode") if folder.is_dir()
    ]
    environment = os.environ | {
        "GO111MODULE": "off",
        "GOPATH": ":".join(map(str, paths)),
        "GOCACHE": str(built.parent / "cache"),
        "GOFLAGS": "",
    }
    subprocess.run([program("go"), "build", "-o", built, HERE / "main.go"], check=True, env=environment, timeout=110)

    def run(*arguments):
        done = subprocess.run([built, *arguments], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.strip()

    return run


@pytest.fixture
def export(full_house, tmp_path):
    connection = full_house.connect("auditor")
    export_log(connection, tmp_path / "log")
    export_entries(connection, INDEXES, tmp_path / "some")
    return tmp_path


@pytest.mark.needs("go")
@pytest.mark.timeout(300)
def test_go_audits_checkpoint_tiles_entries_and_proofs(auditor, export, full_house):
    vkey = full_house.signer.verifiers[0].vkey
    assert auditor(export / "log", vkey, export / "some") == (0, "ok: 1300 entries, 6 proofs")


@pytest.mark.needs("go")
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("log/tile/entries/003", "bad entry at index 768"),
        ("log/tile/0/001", "bad entry at index 257"),
        ("log/checkpoint", "signature"),
        ("some/777.json", "777.tlog-proof"),
        ("some/256.tlog-proof", ""),
    ],
)
def test_go_finds_one_flipped_byte(auditor, export, full_house, file, said):
    raw = bytearray((export / file).read_bytes())
    raw[60] ^= 1
    (export / file).write_bytes(raw)
    code, told = auditor(export / "log", full_house.signer.verifiers[0].vkey, export / "some")
    assert code == 1
    assert told.startswith("FAILED")
    assert said in told


@pytest.mark.needs("node")
def test_sigstore_verifies_inclusion(full_house):
    connection = full_house.connect("auditor")
    modules = os.environ.get("OMNIWARDEN_NODE_MODULES", str(ROOT / "node_modules"))
    cases = []
    for index in INDEXES:
        proof = prove_index(connection, index)
        checkpoint = Checkpoint.parse(proof.checkpoint)
        (body,) = full_house.one(
            "SELECT body FROM ledger.leaf JOIN ledger.entry ON id = entry_id WHERE leaf_index = %s", [index]
        )
        told = {
            "index": index,
            "size": checkpoint.size,
            "root": text(checkpoint.root),
            "hashes": [text(one) for one in proof.path],
        }
        cases += [told | {"body": text(content)} for content in (body, body.replace(b"done", b"dune"))]
    done = subprocess.run(
        [program("node"), HERE / "inclusion.js", modules],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["ok", "bad"] * len(INDEXES)


def text(raw):
    return base64.b64encode(raw).decode()
