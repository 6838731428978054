"""One voucher over several grants: largest remainder, refunds as the voucher was."""

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from lotse_ledger.domain.law.shares import RefundExceedsVoucher, SharesExceedWhole, refund_shares, shares_of

CENTS = st.integers(0, 10**12)
PARTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 1_600), min_size=1)


def test_equal_remainders_go_to_the_smallest_grant() -> None:
    assert shares_of(1_00, {"b": 3_333, "a": 3_333, "c": 3_334}) == {"a": 33, "b": 33, "c": 34}
    assert shares_of(1, {"b": 5_000, "a": 5_000}) == {"a": 1, "b": 0}
    assert shares_of(5, {"c": 2_500, "b": 2_500, "a": 2_500, "d": 2_500}) == {"a": 2, "b": 1, "c": 1, "d": 1}


def test_what_the_grants_leave_is_own_cost() -> None:
    assert shares_of(10_01, {"a": 5_000}) == {"a": 5_00}
    assert shares_of(10_01, {"a": 5_000, "b": 3_000}) == {"a": 5_00, "b": 3_00}


def test_more_than_the_whole_is_refused() -> None:
    with pytest.raises(SharesExceedWhole):
        shares_of(1_00, {"a": 5_001, "b": 5_000})
    with pytest.raises(SharesExceedWhole):
        shares_of(1_00, {"a": 11_000, "b": -1_000})


@for_all(CENTS, PARTS)
def test_shares_lose_no_cent(amount: int, parts: dict[str, int]) -> None:
    found = shares_of(amount, parts)
    assert sum(found.values()) == amount * sum(parts.values()) // 10_000
    for grant, points in parts.items():
        assert amount * points // 10_000 <= found[grant] <= amount * points // 10_000 + 1


@for_all(st.dictionaries(st.sampled_from("abcd"), st.integers(0, 10**6), min_size=1), st.lists(CENTS))
def test_refunds_give_back_exactly_what_was_borne(borne: dict[str, int], refunds: list[int]) -> None:
    left = dict(borne)
    for refund in refunds:
        amount = min(refund, sum(left.values()))
        for grant, back in refund_shares(amount, left).items():
            left[grant] -= back
        assert all(one >= 0 for one in left.values())
    assert refund_shares(sum(left.values()), left) == left
    with pytest.raises(RefundExceedsVoucher):
        refund_shares(sum(left.values()) + 1, left)
