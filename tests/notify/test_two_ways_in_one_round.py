"""Receipts of two ways of one message that are applied in one round make the same of it as one after the other."""

from itertools import permutations

import pytest

from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.hooks import Received
from lotse_notify.domain.receipts import Says
from tests.notify.given import House
from tests.notify.test_bounced_beside import REPORTED, sent_instead


@pytest.mark.parametrize("order", list(permutations(("sms", "email"))), ids="-".join)
@pytest.mark.parametrize("before", [None, "accepted"], ids=["presumed", "accepted"])
@pytest.mark.parametrize(("sms", "end"), [("lapsed", "failed"), ("refused", "failed"), ("delivered", "delivered")])
async def test_both_ways_are_reported_at_once(
    house: House, order: tuple[NoticeChannel, ...], before: Says | None, sms: Says, end: str
) -> None:
    pair = await sent_instead(house, REPORTED)
    if before is not None:
        await pair.hears(before)
    tries = {row["channel"]: row["attempt_id"] for row in house.rows("send_attempt")}
    said: dict[NoticeChannel, tuple[str, Says]] = {"sms": ("carrier", sms), "email": ("mailer", "refused")}
    for channel in order:
        provider, says = said[channel]
        await pair.desk.inbox.keep(Received(provider, f"end {says}", tries[channel], None, says, says))
    await pair.desk.apply()
    await house.send_all(pair.post)
    arrived = sms == "delivered"
    assert pair.tries() == {"sms": "delivered" if arrived else "undelivered", "email": "undelivered"}
    assert (pair.state(), len(pair.open_calls())) == (end, 0 if arrived else 1)
    assert {row["state"] for row in house.rows("receipt")} == {"applied"}
