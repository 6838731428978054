"""Signed notes, keys, countersignatures, proofs and policies: what others wrote is read, ours reads the same."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given as for_all
from hypothesis import strategies as st

from lotse_ledger.domain.checkpoints import NotACheckpoint, head_of
from lotse_ledger.domain.notes import (
    COSIGNER_KEY,
    LOG_KEY,
    NotAKey,
    NotANote,
    Signature,
    SignatureFalse,
    SignedNote,
    SigningKey,
    Vkey,
    cosignature,
    holds,
    parse_line,
    parse_note,
    parse_vkey,
    signed,
    signers,
    time_of,
)
from lotse_ledger.domain.policy import Policy
from lotse_ledger.domain.rotation import NotARotation, Rotation, check_rotation, current_keys, keys_after, rotated
from lotse_ledger.domain.tlogproof import NotAProof, TlogProof, parse_proof
from lotse_ledger.providers.keyfiles import KNOWN_SEEDS, is_known, signing_key
from tests.ledger import given

# Source: C2SP signed-note, section "Example"
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE_NOTE = (
    "This is an example message.\n\n\u2014 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
# Source: golang.org/x/mod, sumdb/note/note_test.go
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
# Source: golang.org/x/mod, sumdb/tlog/note_test.go
GO_TREE = "go.sum database tree\n123456789012\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=\n"
TEXT = b"example.com/log\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def test_the_example_of_the_specification_is_signed_by_the_key_it_names() -> None:
    key = parse_vkey(EXAMPLE_KEY)
    assert str(key) == EXAMPLE_KEY
    note = parse_note(EXAMPLE_NOTE.encode())
    assert note.raw.decode() == EXAMPLE_NOTE
    assert list(signers(note, [key])) == [key]


def test_a_word_changed_in_the_example_makes_its_signature_false() -> None:
    changed = parse_note(EXAMPLE_NOTE.replace("example message", "example massage").encode())
    with pytest.raises(SignatureFalse):
        signers(changed, [parse_vkey(EXAMPLE_KEY)])


def test_no_part_of_a_key_is_a_key_and_none_with_another_byte() -> None:
    """Source: golang.org/x/mod, sumdb/note, TestNewVerifier."""
    assert str(parse_vkey(GO_KEY)) == GO_KEY
    parts = {GO_KEY[i:j] for i in range(len(GO_KEY) + 1) for j in range(i + 1, len(GO_KEY) + 1)} - {GO_KEY}
    bent = {GO_KEY[:i] + chr(ord(GO_KEY[i]) + 1) + GO_KEY[i + 1 :] for i in range(len(GO_KEY))}
    for text in (*parts, *bent, "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"):
        with pytest.raises(NotAKey):
            parse_vkey(text)


def test_a_tree_of_the_go_checksum_database_is_read() -> None:
    head = head_of(GO_TREE.encode())
    assert (head.origin, head.size) == ("go.sum database tree", 123456789012)
    assert head_of((GO_TREE + "JOE\n").encode()) == head


@pytest.mark.parametrize(
    "text",
    [
        GO_TREE.replace("123456789012", "0xabcdef"),
        GO_TREE.replace("123456789012", "012"),
        GO_TREE.replace("123456789012", "+12"),
        GO_TREE.replace("123456789012", "9223372036854775808"),
        GO_TREE.replace("123456789012", "\u0661"),
        GO_TREE.replace("wBb0=", "wBTOOBIG="),
        GO_TREE.replace("Bb0=", "Bb1="),
        GO_TREE[:-1],
        GO_TREE + "\n",
        "one\n2\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NotACheckpoint):
        head_of(text.encode())


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"text\n",
        b"text\n\n",
        EXAMPLE_NOTE.encode()[:-1],
        EXAMPLE_NOTE.replace("\u2014 ", "- ").encode(),
        EXAMPLE_NOTE.replace("example.com/foo", "example.com+foo").encode(),
        EXAMPLE_NOTE.replace("example.com/foo", "example\u00a0foo").encode(),
        EXAMPLE_NOTE.replace("Uw2Q", "Uw*Q").encode(),
        EXAMPLE_NOTE.replace("message", "mess\tage").encode(),
        b"text\n\n\xe2\x80\x94 name AAAAAA==\n",
        b"\xff\n\n\xe2\x80\x94 name AAAAAAAA\n",
        TEXT + b"\n" + b"\xe2\x80\x94 name AAAAAAAA\n" * 65,
        b"x" * 70_000 + b"\n\n\xe2\x80\x94 name AAAAAAAA\n",
    ],
)
def test_what_is_no_note_is_refused(raw: bytes) -> None:
    with pytest.raises(NotANote):
        parse_note(raw)


@for_all(st.text(min_size=1, max_size=60), st.integers(1, 2**63 - 1))
def test_what_we_sign_is_read_back_and_holds(body: str, time: int) -> None:
    text = ("".join(one for one in body if one >= " ") + "\n").encode("utf-8", errors="replace")
    log, witness = given.log_key(), given.witness_key()
    note = signed(text, log)
    line = cosignature(text, witness, time=time)
    whole = parse_note(SignedNote(text, (*note.signatures, line)).raw)
    assert set(signers(whole, [log.vkey, witness.vkey])) == {log.vkey, witness.vkey}
    assert time_of(line) == time
    assert parse_line(line.line) == line
    assert not holds(text + b"more\n", line, witness.vkey)


def test_a_signature_counts_only_under_the_name_the_kind_and_the_key_that_is_known() -> None:
    log, other, witness = given.log_key(), given.log_key(), given.witness_key()
    note = signed(TEXT, log)
    assert signers(note, [other.vkey, witness.vkey]) == {}
    renamed = Vkey(log.vkey.name + "x", LOG_KEY, log.vkey.public)
    assert signers(note, [renamed]) == {}
    as_witness = Vkey(log.vkey.name, COSIGNER_KEY, log.vkey.public)
    assert as_witness.key_id != log.vkey.key_id
    forged = SignedNote(TEXT, (Signature(log.vkey.name, log.vkey.key_id, other.sign(TEXT)),))
    with pytest.raises(SignatureFalse):
        signers(forged, [log.vkey])


def test_a_countersignature_without_a_time_or_by_the_plain_scheme_does_not_hold() -> None:
    witness = given.witness_key()
    assert not holds(TEXT, cosignature(TEXT, witness, time=0), witness.vkey)
    plain = Signature(witness.vkey.name, witness.vkey.key_id, witness.sign(TEXT))
    assert not holds(TEXT, plain, witness.vkey)


def test_a_proof_as_a_text_is_read_back() -> None:
    proof = TlogProof(7, (b"a" * 32, b"b" * 32), signed(TEXT, given.log_key()))
    assert proof.text.startswith(b"c2sp.org/tlog-proof@v1\nindex 7\nYWFh")
    assert parse_proof(proof.text) == proof
    with_extra = proof.text.replace(b"\nindex", b"\nextra AAAA\nindex", 1)
    assert parse_proof(with_extra) == proof
    alone = TlogProof(0, (), signed(TEXT, given.log_key()))
    assert parse_proof(alone.text) == alone


@pytest.mark.parametrize(
    "change", [("@v1", "@v2"), ("index 7", "index 07"), ("index 7", "7"), ("YWFh", "YWF"), ("\n\n", "\n")]
)
def test_what_is_no_proof_is_refused(change: tuple[str, str]) -> None:
    proof = TlogProof(7, (b"a" * 32,), signed(TEXT, given.log_key()))
    with pytest.raises(NotAProof):
        parse_proof(proof.text.replace(change[0].encode(), change[1].encode(), 1))


def test_a_policy_names_logs_witnesses_and_how_many_must_have_signed() -> None:
    log, witness, office = given.log_key().vkey, given.witness_key().vkey, given.witness_key().vkey
    text = Policy((log,), {"W-plattform": witness, "W-office": office}, ("read me",)).text
    assert text.splitlines() == [
        "# read me",
        f"log {log}",
        f"witness W-plattform {witness}",
        f"witness W-office {office}",
        "group outside any W-plattform W-office",
        "quorum outside",
    ]
    assert Policy((log,), {}).text == f"log {log}\nquorum none\n"


def test_a_key_follows_another_only_if_both_sign_that() -> None:
    first, second, third, stranger = (given.log_key() for _ in range(4))
    steps = [rotated(first, second), rotated(second, third)]
    for step in steps:
        check_rotation(step)
    assert keys_after([first.vkey], steps) == (first.vkey, second.vkey, third.vkey)
    assert current_keys([first.vkey], steps) == (third.vkey,)
    assert keys_after([stranger.vkey], steps) == (stranger.vkey,)
    grabbed = rotated(stranger, stranger)
    for false in (
        Rotation(str(first.vkey), str(stranger.vkey), grabbed.old_signature, grabbed.new_signature),
        Rotation(str(first.vkey), str(second.vkey), steps[0].new_signature, steps[0].old_signature),
        Rotation(str(first.vkey), "nonsense", steps[0].old_signature, steps[0].new_signature),
        rotated(first, SigningKey(Vkey("another/log", LOG_KEY, second.vkey.public), second.sign)),
        grabbed,
    ):
        with pytest.raises(NotARotation):
            check_rotation(false)
        assert keys_after([first.vkey], [false]) == (first.vkey,)


def test_a_key_that_everybody_knows_is_refused() -> None:
    for seed in (*KNOWN_SEEDS, bytes(32), b"\x01" * 32, bytes(range(32))):
        assert is_known(seed)
        with pytest.raises(ValueError, match="test vector"):
            signing_key(seed, name="log", kind=LOG_KEY)
    published = {Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw() for seed in KNOWN_SEEDS}
    assert parse_vkey(GO_KEY).public in published
    assert not is_known(Ed25519PrivateKey.generate().private_bytes_raw())
