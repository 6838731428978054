"""What the ledger writes, the auditor's verifier reads the same: two implementations that share no line."""

import base64
from datetime import date

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from lotse_ledger.domain import notes, rotation
from lotse_ledger.domain.checkpoints import Head, text_of
from lotse_ledger.domain.entries import leaf_hash
from lotse_ledger.domain.merkle import root_of
from lotse_ledger.domain.notes import LOG_KEY, SMALL_ORDER_Y, SignedNote, SigningKey, Vkey, cosignature, signed
from lotse_ledger.domain.policy import Policy
from lotse_ledger.domain.proofs import Node, inclusion_proof
from lotse_ledger.domain.tiles import Tile
from lotse_ledger.domain.tlogproof import TlogProof
from lotse_verifier import notes as read
from lotse_verifier import rotation as read_rotation
from lotse_verifier import tiles as read_tiles
from lotse_verifier.policy import parse_policy
from lotse_verifier.proofs import parse_proof, proven
from tests.ledger import given

LOG, WITNESS = given.log_key(), given.witness_key(given.PARTNER)
LEAVES = [leaf_hash(b"%d" % number) for number in range(600)]


def subtree(node: Node) -> bytes:
    first = node.number << node.height
    return root_of(LEAVES[first : first + (1 << node.height)])


def checkpoint(size: int, *, time: int = 1_795_608_000) -> SignedNote:
    note = signed(text_of(Head(given.ORIGIN, size, root_of(LEAVES[:size]))), LOG)
    return SignedNote(note.text, (*note.signatures, cosignature(note.text, WITNESS, time=time)))


@settings(deadline=None, max_examples=60)
@for_all(st.data())
def test_a_proof_of_ours_holds_for_the_verifier_and_only_for_its_leaf(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 600))
    index = data.draw(st.integers(0, size - 1))
    ours = TlogProof(index, inclusion_proof(index, size, subtree), checkpoint(size))
    theirs = parse_proof(ours.text, "proof")
    assert (theirs.index, theirs.path, theirs.note) == (index, ours.hashes, ours.checkpoint.raw)
    head = read.parse_checkpoint(theirs.note, "checkpoint")
    assert (head.origin, head.size, head.root) == (given.ORIGIN, size, root_of(LEAVES[:size]))
    assert proven(theirs, LEAVES[index], head) is not None
    assert proven(theirs, leaf_hash(b"another"), head) is None


@for_all(st.integers(1, 253_402_300_799))
def test_a_countersignature_of_ours_holds_for_the_verifier(time: int) -> None:
    head = read.parse_checkpoint(checkpoint(7, time=time).raw, "checkpoint")
    log, witness = read.parse_vkey(str(LOG.vkey)), read.parse_vkey(str(WITNESS.vkey))
    assert (str(log), str(witness)) == (str(LOG.vkey), str(WITNESS.vkey))
    assert read.log_signed(head, log)
    seen = read.cosigned(head, witness)
    assert seen is not None
    assert seen.time == time


def test_a_policy_of_ours_asks_the_verifier_for_one_witness_of_two() -> None:
    office = given.witness_key("sozialamt")
    policy = parse_policy(Policy((LOG.vkey,), {"W-a": WITNESS.vkey, "W-office": office.vkey}, ("ä",)).text.encode())
    assert [str(key) for key in policy.logs] == [str(LOG.vkey)]
    assert sorted(policy.witnesses) == [b"W-a", b"W-office"]
    assert parse_policy(Policy((LOG.vkey,), {}).text.encode()).quorum == b"none"


def test_a_rotation_of_ours_is_signed_over_what_the_verifier_reads() -> None:
    new = given.log_key()
    step = rotation.rotated(LOG, new)
    keys = read.parse_vkey(step.old_vkey), read.parse_vkey(step.new_vkey)
    text = read_rotation.rotation_bytes(*keys)
    assert text == rotation.rotation_bytes(LOG.vkey, new.vkey)
    for key, signature in zip(keys, (step.old_signature, step.new_signature), strict=True):
        assert read.verified(key.public, base64.b64decode(signature), text)
    assert rotation.draft_of(step, date(2026, 11, 25)).kind == read_rotation.KIND


@for_all(st.integers(0, 63), st.integers(0, 10**12), st.integers(1, 256))
def test_a_tile_has_one_path_for_both(level: int, number: int, width: int) -> None:
    assert read_tiles.path(level, number, width).removeprefix("log/") == Tile(level, number, width).path


@pytest.mark.parametrize("y", sorted(SMALL_ORDER_Y))
@pytest.mark.parametrize("sign", [0, 1 << 255])
def test_a_key_that_fits_every_text_is_refused_by_both(y: int, sign: int) -> None:
    text = str(Vkey("log", LOG_KEY, (y | sign).to_bytes(32, "little")))
    with pytest.raises(notes.NotAKey):
        notes.parse_vkey(text)
    with pytest.raises(read.NotAKey):
        read.parse_vkey(text)


def test_a_small_key_would_fit_every_text() -> None:
    """Why it is refused: this signature holds under the neutral point, whatever the text."""
    neutral = Vkey("log", LOG_KEY, (1).to_bytes(32, "little"))
    forged = SigningKey(neutral, lambda text: (1).to_bytes(32, "little") + bytes(32))
    note = signed(b"anything\n", forged)
    assert notes.holds(note.text, note.signatures[0], neutral)
