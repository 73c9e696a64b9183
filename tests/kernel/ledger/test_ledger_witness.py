"""The witness cosigns a log that grows, and nothing else (C2SP tlog-witness)."""

import pytest

from kernel.ledger.merkle import Frontier, Tree, leaf_hash
from kernel.ledger.notes import COSIGNATURE, Checkpoint, SigningKey, open_note, sign_checkpoint
from kernel.ledger.witness import Witness, request_body

ORIGIN = "omniwarden.example/test"
NOW = 1_764_000_000
KEY = SigningKey.generate(ORIGIN)


class Log:
    def __init__(self, words):
        self.frontier, self.tiles = Frontier(), {}
        for tile in self.frontier.extend([leaf_hash(word.encode()) for word in words]):
            self.tiles[tile.level, tile.n] = tile.hashes
        self.tree = Tree(len(words), lambda level, n: self.tiles[level, n])

    def request(self, old, size=None, key=KEY):
        size = self.tree.size if size is None else size
        note = sign_checkpoint(Checkpoint(ORIGIN, size, self.tree.root(size)), [key])
        return request_body(old, self.tree.consistency(min(old, size), size), note)


LOG = Log([f"entry {n}" for n in range(100)])


@pytest.fixture
def witness(tmp_path):
    return Witness(SigningKey.generate("witness.example", COSIGNATURE), {ORIGIN: [KEY.verifier]}, tmp_path / "state")


def test_growing_log_is_cosigned_and_remembered(witness):
    for old, size in ((0, 40), (40, 40), (40, 100)):
        answer = witness.add_checkpoint(LOG.request(old, size), NOW)
        assert answer.status == 200
        text = Checkpoint(ORIGIN, size, LOG.tree.root(size)).text()
        assert open_note(f"{text}\n{answer.text}", [witness.key.verifier])[0] == text
    again = Witness(witness.key, witness.logs, witness.state_file)
    answer = again.add_checkpoint(LOG.request(40), NOW)
    assert (answer.status, answer.text, answer.content_type) == (409, "100\n", "text/x.tlog.size")


def test_smaller_or_rewritten_log_is_not_cosigned(witness):
    assert witness.add_checkpoint(LOG.request(0), NOW).status == 200
    assert witness.add_checkpoint(LOG.request(90, 90), NOW).status == 409
    other = Log([f"other {n}" for n in range(120)])
    assert witness.add_checkpoint(other.request(100, 100), NOW).status == 409
    assert witness.add_checkpoint(other.request(100), NOW).status == 422
    assert witness.add_checkpoint(LOG.request(100), NOW).status == 200


def test_unknown_log_and_unknown_signer_are_turned_away(witness):
    assert witness.add_checkpoint(LOG.request(0, key=SigningKey.generate(ORIGIN)), NOW).status == 403
    unknown = Witness(witness.key, {"other.example": [KEY.verifier]}, witness.state_file)
    assert unknown.add_checkpoint(LOG.request(0), NOW).status == 404


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"old 1",
        b"old 01\n\nx",
        b"old x\n\nx",
        b"new 0\n\nx",
        b"old 0\n*\n\nx",
        b"old 0\nAAAA\n\nx",
        b"old 0\n" + b"x" * 200_000,
        b"old 0\n\nomniwarden.example/test\nno note\n",
        b"old 0\n" + b"A" * 43 + b"=\n" * 64 + b"\nx",
    ],
)
def test_what_is_no_request_is_answered_400(witness, body):
    assert witness.add_checkpoint(body, NOW).status == 400


def test_old_size_beyond_the_checkpoint_is_answered_400(witness):
    assert witness.add_checkpoint(LOG.request(50, 40), NOW).status == 400
