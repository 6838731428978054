"""A STOP is answered to the phone that said it, and to no other one of hers."""

from uuid import uuid4

import pytest

from lotse_notify.handlers.orders import Book
from lotse_notify.providers.pepper import read_pepper
from tests.notify.carrier import Carrier
from tests.notify.given import House
from tests.notify.test_inbound import write
from tests.notify.ways import OTHER_PHONE, PHONE, by_ways, phone


@pytest.mark.parametrize(("number", "answered"), [(PHONE, [PHONE]), (OTHER_PHONE, [])])
async def test_a_stop_is_never_answered_to_another_phone_of_hers(
    house: House, number: str, answered: list[str]
) -> None:
    assert house.service.ring is not None
    book, carrier = Book(house.service.ring, house.keys, read_pepper(None, b"k" * 32)), Carrier()
    await house.hear(by_ways(house, uuid4(), phone(), phone(value=OTHER_PHONE)))
    await write(house, book, "STOP", number)
    await house.send_all(house.post(1, more=[carrier]))
    assert [parcel.address for parcel in carrier.taken] == answered
    assert [row["channel"] for row in house.rows("channel_stop") if row["opted_out_at"]] == ["sms"]
