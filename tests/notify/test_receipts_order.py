"""Receipts in any order, any number of times, lead to the same end; the lattice of domain/receipts.py."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations, product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.consequences import Standing, of_event
from lotse_notify.domain.machine import AttemptState, State, next_attempt_state
from lotse_notify.domain.receipts import RANKS, Says, Word, applied, events, standing

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
STATES: tuple[AttemptState, ...] = get_args(AttemptState)
SAYS: tuple[Says, ...] = get_args(Says)
FIXED: tuple[AttemptState, ...] = ("submitting", "not_sent", "throttled", "rejected", "deferred", "withdrawn")

whole = st.builds(Word, st.sampled_from(SAYS))
parted = st.integers(1, 3).flatmap(
    lambda parts: st.builds(Word, st.sampled_from(SAYS), st.integers(1, parts), st.just(parts))
)
words = st.lists(st.one_of(whole, parted), max_size=8)


def one_by_one(
    state: AttemptState, said: Sequence[Word], segments: int, before: Says | None = None
) -> tuple[AttemptState, Says | None]:
    """As the worker does: each receipt comes on what those before it have left; all of them are kept."""
    for number in range(1, len(said) + 1):
        state = applied(state, said[:number], segments=segments, before=before)
        before = standing(said[:number], segments=segments, before=before)
    return state, before


@given(st.sampled_from(STATES), words, st.integers(1, 4), st.data())
def test_any_order_and_any_repetition_leads_to_the_same_end(
    state: AttemptState, said: list[Word], segments: int, data: st.DataObject
) -> None:
    """Trap 3: receipts come twice and out of order."""
    shuffled = data.draw(
        st.permutations([*said, *data.draw(st.lists(st.sampled_from(said), max_size=3))] if said else said)
    )
    assert one_by_one(state, shuffled, segments) == one_by_one(state, said, segments)


@given(st.sampled_from(STATES), words, words, st.integers(1, 4))
def test_receipts_applied_in_two_batches_are_receipts_applied_at_once(
    state: AttemptState, first: list[Word], second: list[Word], segments: int
) -> None:
    halfway, before = one_by_one(state, first, segments)
    assert applied(halfway, first + second, segments=segments, before=before) == applied(
        state, first + second, segments=segments
    )


@given(st.sampled_from(STATES), words, words, st.integers(1, 4))
def test_receipts_that_are_no_longer_kept_count_as_what_they_said_together(
    state: AttemptState, old: list[Word], new: list[Word], segments: int
) -> None:
    """Retention takes receipts away; a message that ended does not come back to life by it."""
    halfway, before = one_by_one(state, old, segments)
    after, rank = one_by_one(halfway, new, segments, before)
    assert rank is None or before is None or RANKS[rank] >= RANKS[before]
    if before == "refused" and state not in FIXED:
        assert after == "undelivered"


@given(
    st.sampled_from([("awaiting_receipt", "accepted"), ("unresolved", "unknown"), ("handed_over", "receipt_timeout")]),
    st.lists(whole, min_size=1, max_size=6),
    st.sampled_from([("sms",), ("sms", "email")]),
    st.booleans(),
    st.data(),
)
def test_any_order_leads_the_message_to_the_same_end_as_well(
    start: tuple[State, AttemptState],
    said: list[Word],
    plan: tuple[NoticeChannel, ...],
    cancelled: bool,
    data: st.DataObject,
) -> None:
    """Acceptance test f: of the notification too, with another way left or not, and also if it was cancelled."""
    at = Standing(
        state=start[0],
        attempt_state=start[1],
        channel="sms",
        stage="data",
        plan=plan,
        useful_by=NOW + timedelta(days=1),
        cancelled_because="superseded" if cancelled else None,
    )
    assert message_after(at, data.draw(st.permutations(said))) == message_after(at, said)


def message_after(at: Standing, said: Sequence[Word]) -> tuple[State, AttemptState]:
    """As handlers/evidence.py moves both, receipt by receipt."""
    before: Says | None = None
    for number in range(1, len(said) + 1):
        target = applied(at.attempt_state, said[:number], before=before)
        before = standing(said[:number], before=before)
        for event in events(at.attempt_state, target):
            found = of_event(at, event, "receipt", NOW, receipt_follows=True)
            at = replace(at, attempt_state=found.attempt_state)
            if found.verdict is not None:
                at = replace(at, state=found.verdict.state, plan=found.verdict.plan)
    return at.state, at.attempt_state


@given(st.sampled_from(STATES), words, st.integers(1, 4))
def test_the_machine_of_an_attempt_allows_every_way_that_receipts_lead(
    state: AttemptState, said: list[Word], segments: int
) -> None:
    target = applied(state, said, segments=segments)
    for event in events(state, target):
        state = next_attempt_state(state, event, frozenset({"alone"}))
    assert state == target


@given(words, st.integers(1, 4), st.one_of(whole, parted))
def test_one_more_receipt_never_takes_anything_back(said: list[Word], segments: int, more: Word) -> None:
    less, all_of_them = standing(said, segments=segments), standing([*said, more], segments=segments)
    assert all_of_them is not None
    assert less is None or RANKS[all_of_them] >= RANKS[less]


@pytest.mark.parametrize(
    ("said", "end"),
    [
        (("accepted",), "accepted"),
        (("accepted", "buffered"), "buffered"),
        (("buffered", "delivered"), "delivered"),
        (("buffered", "lapsed"), "undelivered"),
        (("lapsed", "delivered"), "delivered"),
        (("delivered", "refused"), "undelivered"),
        (("accepted", "buffered", "lapsed", "delivered", "refused"), "undelivered"),
    ],
)
@pytest.mark.parametrize("state", ["accepted", "unknown", "presumed_sent"])
def test_every_permutation_by_example(state: AttemptState, said: tuple[Says, ...], end: AttemptState) -> None:
    for order in permutations(said):
        assert one_by_one(state, [Word(says) for says in order], 1)[0] == end


@pytest.mark.parametrize(
    ("said", "end"),
    [
        ((Word("delivered", 1, 2), Word("delivered", 2, 2)), "delivered"),
        ((Word("delivered", 1, 2),), "buffered"),
        ((Word("lapsed", 1, 2), Word("delivered", 2, 2)), "undelivered"),
        ((Word("refused", 1, 2), Word("delivered", 1, 2), Word("delivered", 2, 2)), "undelivered"),
        ((Word("lapsed", 1, 2), Word("delivered", 1, 2), Word("delivered", 2, 2)), "delivered"),
        ((Word("delivered"),), "delivered"),  # Kannel asks for a receipt of the first part alone
        ((Word("lapsed"), Word("delivered")), "undelivered"),  # two parts without a number: one of them failed
    ],
)
def test_one_failed_part_fails_the_message_and_only_all_of_them_deliver_it(
    said: tuple[Word, ...], end: AttemptState
) -> None:
    """Trap 2: receipts are of parts; the second one's yes does not undo the first one's no."""
    for order in permutations(said):
        assert one_by_one("accepted", order, 2)[0] == end


@pytest.mark.parametrize(("state", "says"), list(product(FIXED, SAYS)))
def test_a_receipt_changes_nothing_while_it_is_sent_or_after_a_definite_no(state: AttemptState, says: Says) -> None:
    assert applied(state, [Word(says)]) == state


@pytest.mark.parametrize(
    ("says", "end"),
    [
        ("accepted", "receipt_timeout"),
        ("buffered", "receipt_timeout"),
        ("lapsed", "undelivered"),
        ("delivered", "delivered"),
        ("refused", "undelivered"),
    ],
)
def test_after_the_deadline_only_a_final_word_counts(says: Says, end: AttemptState) -> None:
    assert applied("receipt_timeout", [Word(says)]) == end


@pytest.mark.parametrize(
    ("says", "end"),
    [("accepted", "undelivered"), ("buffered", "undelivered"), ("lapsed", "undelivered"), ("delivered", "delivered")],
)
def test_what_was_not_delivered_comes_back_only_by_a_yes(says: Says, end: AttemptState) -> None:
    assert applied("undelivered", [Word(says)]) == end


def test_only_a_no_for_good_overrides_delivered() -> None:
    """Trap 4: delivered is not final for a mail; what passes by itself, such as a late delay, changes nothing."""
    for says in SAYS:
        end = "undelivered" if says == "refused" else "delivered"
        assert applied("delivered", [Word(says)]) == end
