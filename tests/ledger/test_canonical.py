"""The quick encoder of leaves gives the bytes of RFC 8785, or what has none is refused."""

import json
import string
from datetime import date, timedelta
from typing import Any

import pytest
import rfc8785
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from lotse_ledger.domain.canonical import INTEGER_MAX, canonical
from lotse_ledger.domain.entries import ACTOR, Draft, Place, Posting, entered, openings_of
from tests.ledger import given

EDGES = st.sampled_from([INTEGER_MAX, -INTEGER_MAX, INTEGER_MAX + 1, -INTEGER_MAX - 1, 0, -0.0, 1e21, 0.1])
TEXTS = st.text() | st.text(alphabet=[*map(chr, range(0x22)), "\\", "\x7f", "\u2028", "\ue000", "😀", "\ud800", "é"])
ATOMS = st.none() | st.booleans() | st.integers() | st.floats() | EDGES | TEXTS
VALUES = st.recursive(ATOMS, lambda one: st.lists(one) | st.tuples(one, one) | st.dictionaries(TEXTS, one))


@hypothesis_given(VALUES)
def test_it_is_what_the_reference_gives_for_any_value(value: Any) -> None:
    try:
        expected = rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as fault:
        with pytest.raises(type(fault)):
            canonical(value)
    else:
        assert canonical(value) == expected


@pytest.mark.parametrize("beyond", [INTEGER_MAX + 1, -INTEGER_MAX - 1, 10**400])
def test_an_integer_that_readers_of_json_would_round_is_refused(beyond: int) -> None:
    assert canonical([INTEGER_MAX, -INTEGER_MAX]) == rfc8785.dumps([INTEGER_MAX, -INTEGER_MAX])
    for value in (beyond, [beyond], {"a": {"b": beyond}}):
        with pytest.raises(rfc8785.CanonicalizationError):
            canonical(value)


NAMES = st.text(alphabet=string.ascii_lowercase + "_", min_size=1, max_size=12)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-INTEGER_MAX, INTEGER_MAX) | st.text(alphabet=st.characters(codec="utf-8")),
    lambda one: st.lists(one, max_size=4) | st.dictionaries(NAMES, one, max_size=4),
    max_leaves=12,
)


@hypothesis_given(st.dictionaries(NAMES, PLAIN), st.dictionaries(NAMES, PLAIN), st.integers(-(10**38) + 1, 10**38 - 1))
def test_every_leaf_is_what_the_reference_gives(data: Any, private: Any, amount: int) -> None:
    draft = Draft(
        key="voucher:1",
        kind="voucher",
        standing="own",
        valid_on=date(2026, 1, 2),
        data=data,
        request_sha256="ab" * 32,
        postings=(Posting("assets:bank", amount, "EUR"), Posting("assets:cash", -amount, "EUR")),
        grant_id=given.GRANT,
        private=private | {ACTOR: "treasurer-1"},
        known_at=given.NOW - timedelta(days=1),
    )
    openings = openings_of(draft, lambda: b"s" * 32)
    body = entered(draft, Place(given.ORIGIN, 7, given.NOW), openings).body
    assert body.encode() == rfc8785.dumps(json.loads(body))
    for one in openings:
        assert one.content.encode() == rfc8785.dumps((private | {ACTOR: "treasurer-1"})[one.part])
