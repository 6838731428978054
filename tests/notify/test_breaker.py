"""A provider that fails is left alone for a while, and is given no more messages a second than it takes."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_notify.domain.breaker import ERRORS_MAX, OPEN_SECONDS, PROBE_LOOK_SECONDS, WINDOW_SECONDS, Breaker
from lotse_notify.domain.bucket import TURN_SECONDS_MAX, Bucket


def opened(at: float = 0.0) -> Breaker:
    breaker = Breaker(probe_seconds=30.0)
    for _ in range(ERRORS_MAX):
        breaker.failed(at)
    return breaker


def test_fifty_errors_in_a_minute_shut_a_provider_out_for_a_minute() -> None:
    breaker = Breaker(probe_seconds=30.0)
    for number in range(ERRORS_MAX - 1):
        breaker.failed(number)
    assert breaker.away_until(50.0) is None
    breaker.failed(50.0)
    assert (breaker.state(50.0), breaker.away_until(50.0)) == ("open", 50.0 + OPEN_SECONDS)


def test_errors_of_long_ago_do_not_count() -> None:
    breaker = Breaker(probe_seconds=30.0)
    for number in range(10 * ERRORS_MAX):
        breaker.failed(number * WINDOW_SECONDS / (ERRORS_MAX - 1))
    assert breaker.away_until(10_000.0) is None


def test_then_one_message_tries_first() -> None:
    breaker = opened()
    assert breaker.away_until(OPEN_SECONDS) is None
    breaker.chosen(OPEN_SECONDS)
    assert breaker.away_until(OPEN_SECONDS + 1) == OPEN_SECONDS + 1 + PROBE_LOOK_SECONDS
    breaker.succeeded(OPEN_SECONDS + 2)
    assert (breaker.state(OPEN_SECONDS + 2), breaker.away_until(OPEN_SECONDS + 2)) == ("closed", None)


def test_the_others_look_again_soon_and_ever_more_rarely_while_it_tries() -> None:
    """A lease may be minutes long, but who has tried usually knows within seconds."""
    breaker = Breaker(probe_seconds=210.0)
    for _ in range(ERRORS_MAX):
        breaker.failed(0.0)
    breaker.chosen(OPEN_SECONDS)
    looks, at = 0, OPEN_SECONDS
    while (again := breaker.away_until(at)) is not None:
        assert again - at <= max(PROBE_LOOK_SECONDS, at - OPEN_SECONDS)
        looks, at = looks + 1, again
    assert (at, looks < 10) == (OPEN_SECONDS + 210, True)


def test_if_that_one_fails_the_minute_begins_anew() -> None:
    breaker = opened()
    breaker.chosen(OPEN_SECONDS)
    breaker.failed(OPEN_SECONDS + 5)
    assert breaker.away_until(OPEN_SECONDS + 6) == 2 * OPEN_SECONDS + 5


def test_a_first_message_that_is_never_heard_of_again_blocks_nobody_for_long() -> None:
    """Its worker may have died with it."""
    breaker = opened()
    breaker.chosen(OPEN_SECONDS)
    assert breaker.away_until(OPEN_SECONDS + 29) is not None
    assert breaker.away_until(OPEN_SECONDS + 30) is None


def test_a_first_message_that_was_held_back_makes_room_at_once() -> None:
    breaker = opened()
    breaker.chosen(OPEN_SECONDS)
    breaker.withdrawn(OPEN_SECONDS + 1)
    assert (breaker.away_until(OPEN_SECONDS + 1), breaker.state(OPEN_SECONDS + 1)) == (None, "half_open")


def test_a_late_success_of_before_opens_nothing_too_early() -> None:
    breaker = opened()
    breaker.succeeded(1.0)
    assert breaker.state(1.0) == "open"


@given(st.lists(st.tuples(st.sampled_from(["failed", "succeeded", "withdrawn", "chosen"]), st.floats(0.0, 20.0))))
def test_a_breaker_never_shuts_out_for_longer_than_its_minute(steps: list[tuple[str, float]]) -> None:
    breaker, now = Breaker(probe_seconds=30.0), 0.0
    for what, pause in steps:
        now += pause
        getattr(breaker, what)(now)
        until = breaker.away_until(now)
        assert until is None or now < until <= now + OPEN_SECONDS
        assert (breaker.state(now) == "closed") <= (until is None)


@given(st.floats(0.1, 500.0), st.lists(st.floats(0.0, 2.0), min_size=1, max_size=200))
def test_a_bucket_gives_no_more_than_its_rate(per_second: float, pauses: list[float]) -> None:
    bucket, now, given_out = Bucket(per_second), 0.0, 0
    for pause in pauses:
        now += pause
        while bucket.away_until(now) is None:
            bucket.take(now)
            given_out += 1
    assert given_out <= max(1.0, per_second) + now * per_second + 1e-6


@given(st.floats(0.1, 500.0))
def test_a_bucket_says_when_the_next_one_may_go(per_second: float) -> None:
    bucket = Bucket(per_second)
    while (until := bucket.away_until(0.0)) is None:
        bucket.take(0.0)
    assert 0.0 < until <= 1 / per_second + 1e-9
    assert bucket.away_until(until + 1e-6) is None


def test_without_a_rate_there_is_no_bound() -> None:
    bucket = Bucket(0.0)
    for _ in range(10_000):
        bucket.take(0.0)
    assert bucket.away_until(0.0) is None


@pytest.mark.parametrize("per_second", [0.0, 10.0])
def test_a_pause_that_a_provider_asks_for_is_kept_and_not_shortened(per_second: float) -> None:
    bucket = Bucket(per_second)
    bucket.pause(100.0)
    bucket.pause(50.0)
    assert bucket.away_until(99.0) == 100.0
    assert bucket.away_until(100.0) is None


@given(st.integers(1, 50), st.integers(2, 100))
def test_those_who_must_wait_are_given_turns_that_the_rate_can_keep(per_second: int, waiting: int) -> None:
    bucket = Bucket(per_second)
    while bucket.away_until(0.0) is None:
        bucket.take(0.0)
    turns = [bucket.turn(0.0) for _ in range(waiting)]
    apart = [after - before for before, after in pairwise(turns)]
    assert turns[0] > 0
    assert all(one == pytest.approx(1 / per_second) for one in apart) or turns[-1] == TURN_SECONDS_MAX
    assert max(turns) <= TURN_SECONDS_MAX
