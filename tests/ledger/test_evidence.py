"""What the log and its evidence promise, without a database: leaves, trees, checkpoints, fingerprints."""

import hashlib
import json
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from lotse_ledger.domain.checkpoints import Head, head_of, text_of
from lotse_ledger.domain.entries import (
    Draft,
    Place,
    Posting,
    TooLarge,
    Unbalanced,
    canonical,
    digest_of,
    entered,
    leaf_hash,
    next_instant,
    out_of_force,
)
from lotse_ledger.domain.erasure import KEPT_BECAUSE, receipt
from lotse_ledger.domain.fingerprints import fingerprint, shared_key
from lotse_ledger.domain.merkle import EMPTY_ROOT, Frontier, node_hash, root_of
from lotse_ledger.domain.notes import cosigned_bytes
from tests.ledger import given

INSTANTS = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
LEAVES = st.lists(st.binary(min_size=32, max_size=32), max_size=70)


def rfc_6962_root(leaves: list[bytes]) -> bytes:
    """As the RFC writes it: split at the largest power of two below the size."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(rfc_6962_root(leaves[:middle]), rfc_6962_root(leaves[middle:]))


@for_all(LEAVES, st.integers(min_value=0, max_value=70))
def test_a_tree_grown_in_two_steps_has_the_root_of_rfc_6962(leaves: list[bytes], cut: int) -> None:
    tree = Frontier().grown(leaves[:cut]).grown(leaves[cut:])
    assert tree.size == len(leaves)
    assert tree.root() == rfc_6962_root(leaves) == root_of(leaves)
    assert len(tree.peaks) == len(leaves).bit_count()


def test_the_root_of_known_leaves_is_the_published_one() -> None:
    """Source: the test vectors of certificate-transparency's Merkle tree."""
    data = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        bytes(range(0x50, 0x58)),
        bytes(range(0x60, 0x70)),
    ]
    assert root_of([leaf_hash(one) for one in data]).hex() == (
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    )
    assert root_of([leaf_hash(data[0])]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


TEXTS = st.text(max_size=20)


@for_all(TEXTS, TEXTS, TEXTS, TEXTS)
def test_two_different_entries_never_share_bytes(key: str, value: str, other_key: str, other_value: str) -> None:
    place = Place("log", 0, given.NOW)

    def body(key: str, value: str) -> str:
        draft = Draft(key, "voucher", "demo", date(2026, 1, 1), {"reason": value}, "0")
        return entered(draft, place, ()).body

    assert (body(key, value) == body(other_key, other_value)) == ((key, value) == (other_key, other_value))


@for_all(st.lists(st.tuples(st.sampled_from("abc"), st.integers(-(10**30), 10**30), st.sampled_from(["EUR", "UAH"]))))
def test_only_what_balances_in_every_currency_is_entered(rows: list[tuple[str, int, str]]) -> None:
    postings = tuple(Posting(*row) for row in rows)
    draft = Draft("one", "voucher", "own", date(2026, 1, 1), {}, "0", postings)
    balances = all(sum(one.amount for one in postings if one.currency == currency) == 0 for currency in ("EUR", "UAH"))
    if balances:
        body = json.loads(entered(draft, Place("log", 0, given.NOW), ()).body)
        assert [int(one["amount"]) for one in body.get("postings", [])] == [one.amount for one in postings]
    else:
        with pytest.raises(Unbalanced):
            entered(draft, Place("log", 0, given.NOW), ())


def test_a_leaf_that_no_log_can_carry_is_refused() -> None:
    draft = Draft("one", "voucher", "own", date(2026, 1, 1), {"reason": "x" * 65_536}, "0")
    with pytest.raises(TooLarge):
        entered(draft, Place("log", 0, given.NOW), ())


@for_all(st.lists(INSTANTS, min_size=1, max_size=30))
def test_recorded_instants_strictly_increase_whatever_the_clock_does(clock: list[datetime]) -> None:
    last: datetime | None = None
    for now in clock:
        found = next_instant(now, last)
        assert last is None or found > last
        assert found >= now
        last = found


def test_a_reversal_can_be_reversed() -> None:
    assert out_of_force([(5, 1)]) == {1}
    assert out_of_force([(5, 1), (6, 5)]) == {5}
    assert out_of_force([(5, 1), (6, 5), (7, 6)]) == {6, 1}


def test_what_is_signed_is_the_text_of_a_checkpoint_note() -> None:
    head = Head("auslaenderrat/grant-ledger", 0, EMPTY_ROOT)
    text = b"auslaenderrat/grant-ledger\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    assert text_of(head) == text
    assert head_of(text) == head
    assert cosigned_bytes(text, 1795608000) == b"cosignature/v1\ntime 1795608000\n" + text


@for_all(st.binary(min_size=32, max_size=32), st.text("0123456789abcdef", min_size=64, max_size=64))
def test_a_fingerprint_is_the_same_on_both_sides_and_says_nothing_alone(agreed: bytes, document: str) -> None:
    assert fingerprint(shared_key(agreed), document) == fingerprint(shared_key(agreed), document)
    assert fingerprint(shared_key(agreed), document) != fingerprint(shared_key(agreed + b"x"), document)
    assert document not in fingerprint(shared_key(agreed), document)


def test_the_receipt_of_an_erasure_counts_what_went_and_names_what_stays() -> None:
    person_id = uuid4()
    nothing, some = receipt(person_id), receipt(person_id, openings=2, entries=3)
    assert [one.count for one in nothing.counts] == [0]
    assert nothing.kept == ()
    assert [(one.store, one.count) for one in some.counts] == [("opening", 2)]
    assert [(one.store, one.count, one.rule) for one in some.kept] == [("entry", 3, KEPT_BECAUSE)]
    kept = [{"store": "entry", "count": 3, "rule": KEPT_BECAUSE}]
    said = {"person_id": str(person_id), "counts": [{"store": "opening", "count": 2}], "kept": kept}
    assert some.digest == digest_of(said)
    assert canonical({"b": 1, "a": [True, None]}) == b'{"a":[true,null],"b":1}'
