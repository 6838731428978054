"""A way by which she may have the message is never the next one, and none is left in doubt or waited for in vain."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from lotse_notify.domain.hooks import Received
from lotse_notify.domain.machine import ENDS
from lotse_notify.domain.outcome import RECEIPT_SECONDS_MAX, Outcome
from lotse_notify.domain.prices import Prices
from lotse_notify.domain.receipts import Says
from lotse_notify.handlers import resolving
from lotse_notify.handlers.resolving import Found
from lotse_notify.providers.routes import Guard, Routes
from lotse_notify.store import attempts
from tests.notify.carrier import Carrier
from tests.notify.given import House, tell
from tests.notify.mailing import Mailer
from tests.notify.reporting import Desk
from tests.notify.test_two_ways_at_once import LOST, YES, in_doubt
from tests.notify.ways import by_ways, mail, phone

REPORTED = Outcome("accepted", "taken", receipt_follows=True)


async def heard(house: House, number: int, says: Says) -> None:
    """Of the try with this number."""
    row, desk = house.rows("send_attempt", "started_at")[number], Desk.of(house)
    await desk.inbox.keep(Received(row["provider"], str(uuid4()), row["attempt_id"], None, says, says))
    await desk.apply()


async def test_no_second_sms_follows_one_that_was_taken_and_of_which_nothing_more_was_heard(house: House) -> None:
    """The SMS was waited for in vain, and only then the mail beside it comes back."""
    pair = await in_doubt(house, LOST)
    pair.mailer.during = lambda: pair.hears("accepted")
    await house.send_all(pair.post)
    house.now += timedelta(seconds=RECEIPT_SECONDS_MAX)
    await house.sweep(pair.post)
    assert pair.tries() == {"sms": "receipt_timeout", "email": "abandoned"}
    await heard(house, 1, "refused")
    await house.send_all(pair.post)
    assert [row["channel"] for row in house.rows("send_attempt", "started_at")] == ["sms", "email"]
    assert pair.state() == "presumed_sent"


@pytest.mark.parametrize(("found", "end", "mails"), [("absent", "handed_over", 2), ("leave", "presumed_sent", 1)])
async def test_a_mail_in_doubt_is_settled_by_hand_although_an_sms_was_waited_for(
    house: House, found: Found, end: str, mails: int
) -> None:
    pair = await in_doubt(house, LOST, YES)
    await house.send_all(pair.post)
    await pair.hears("accepted")
    await pair.hears("lapsed")
    assert (pair.state(), pair.tries()) == ("awaiting_receipt", {"sms": "undelivered", "email": "unknown"})
    (row,) = house.rows("notification")
    async with house.unit() as unit:
        assert await resolving.resolve(unit, row["notification_id"], found)
    await house.send_all(pair.post)
    assert (pair.state(), len(pair.mailer.taken)) == (end, mails)


@pytest.mark.parametrize("found", ["absent", "leave"])
async def test_what_is_found_out_about_the_mail_does_not_end_the_wait_for_the_sms(house: House, found: Found) -> None:
    pair = await in_doubt(house, LOST)
    await house.send_all(pair.post)
    await pair.hears("accepted")
    (row,) = house.rows("notification")
    async with house.unit() as unit:
        assert await resolving.resolve(unit, row["notification_id"], found)
    assert pair.state() == "awaiting_receipt"
    await pair.hears("delivered")
    assert pair.state() in ENDS


async def test_nobody_is_to_find_out_about_an_sms_once_the_mail_has_arrived_while_it_was_under_way(
    house: House,
) -> None:
    sms, person_id = Carrier(LOST), uuid4()
    routes = Routes([sms, Mailer(REPORTED)], guard=Guard("local", Prices({})), clock=house._seconds)
    post = replace(house.post(1), routes=routes)
    await house.hear(by_ways(house, person_id, mail(), phone()))
    await house.hear(tell(person_id))
    await house.send_all(post)
    await heard(house, 0, "lapsed")
    house.now += timedelta(minutes=1)
    sms.during = lambda: heard(house, 0, "delivered")
    await house.send_all(post)
    tries = {row["channel"]: row["state"] for row in house.rows("send_attempt")}
    assert tries == {"email": "delivered", "sms": "presumed_sent"}
    async with house.unit() as unit:
        assert await attempts.unresolved_count(unit.tx) == 0


async def test_a_late_yes_brings_its_price_and_its_name(house: House) -> None:
    """Somebody else took the try over meanwhile, so that its own outcome came too late."""
    carrier, person_id = Carrier(replace(YES, provider_id="abc", cost_e4=750)), uuid4()
    post = replace(house.post(1), routes=Routes([carrier], guard=Guard("local", Prices({})), clock=house._seconds))
    await house.hear(by_ways(house, person_id, phone()))
    await house.hear(tell(person_id))

    async def paused() -> None:
        house.now += timedelta(seconds=carrier.lease_seconds + 1)
        await house.sweep(post)

    carrier.during = paused
    await house.send_all(post)
    (row,) = house.rows("send_attempt")
    assert (row["state"], row["provider_id"], row["cost_e4"]) == ("accepted", "abc", 750)
    assert [(day["messages"], day["amount_e4"]) for day in house.rows("tally")] == [(1, 750)]
