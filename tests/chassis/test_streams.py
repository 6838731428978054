"""What the streams have room for."""

from lotse_chassis import streams
from lotse_contracts import wiring
from lotse_contracts.envelope import PUBLIC_BYTES_MAX
from tests.kit import ASSOCIATION


def test_a_flooded_frontend_leaves_room_for_every_other_ones_largest_orders() -> None:
    subjects = wiring.stream_subjects(ASSOCIATION)["ORDERS_PUBLIC"]
    largest = PUBLIC_BYTES_MAX + streams.HEADERS_BYTES_MAX
    assert len(subjects) * streams.PUBLIC_ORDERS_WAITING_MAX * largest <= streams.PUBLIC_BYTES_STORED_MAX
