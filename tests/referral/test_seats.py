"""Seats: never more than there are, and who waits longest moves up first."""

from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from lotse_referral.domain.seats import Booking, moving_up, must_wait


@given(st.integers(0, 5), st.lists(st.booleans(), max_size=30))
def test_no_order_of_bookings_and_leavings_gives_a_seat_twice(seats: int, steps: list[bool]) -> None:
    held: list[Booking] = []
    for position, books in enumerate(steps, start=1):
        if books:
            held.append(Booking(uuid4(), uuid4(), position, must_wait(seats, held)))
        elif held:
            held.pop(0)
            lucky = {place.booking_id for place in moving_up(seats, held)}
            held = [
                Booking(p.booking_id, p.person_id, p.position, p.waitlisted and p.booking_id not in lucky) for p in held
            ]
        seated = [place.position for place in held if not place.waitlisted]
        waiting = [place.position for place in held if place.waitlisted]
        assert len(seated) <= seats
        assert not waiting or len(seated) == seats
        assert not waiting or not seated or max(seated) < min(waiting)


def test_nobody_overtakes_the_waiting_list() -> None:
    waiting = Booking(UUID(int=1), UUID(int=2), 1, waitlisted=True)
    assert must_wait(5, [waiting])
