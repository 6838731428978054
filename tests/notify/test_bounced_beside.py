"""A mail comes back beside an SMS that presumably left: that is no reason to believe that she knows."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from uuid import uuid4

import pytest

from lotse_contracts.notify import CallNotNeeded
from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.consequences import Other, Standing, of_event
from lotse_notify.domain.hooks import Received
from lotse_notify.domain.machine import ENDS, AttemptState, Forbidden
from lotse_notify.domain.outcome import Outcome
from lotse_notify.domain.receipts import Says
from tests.notify.given import NOW, House
from tests.notify.test_two_ways_at_once import YES, Pair, in_doubt

REPORTED = replace(YES, receipt_follows=True)


async def hears(pair: Pair, channel: NoticeChannel, says: Says) -> None:
    """What is said of the SMS, or of the mail that went instead."""
    (of,) = (row["attempt_id"] for row in pair.house.rows("send_attempt") if row["channel"] == channel)
    provider = "carrier" if channel == "sms" else "mailer"
    await pair.desk.inbox.keep(Received(provider, f"{says}{uuid4()}", of, None, says, says))
    await pair.desk.apply()


async def sent_instead(house: House, outcome: Outcome) -> Pair:
    pair = await in_doubt(house, outcome)
    await house.send_all(pair.post)
    assert pair.tries() == {"sms": "presumed_sent", "email": "accepted"}
    return pair


@pytest.mark.parametrize("outcome", [YES, REPORTED], ids=["handed_over", "awaiting_receipt"])
async def test_the_message_counts_as_in_doubt_again_and_somebody_calls(house: House, outcome: Outcome) -> None:
    pair = await sent_instead(house, outcome)
    await hears(pair, "email", "refused")
    assert pair.state() == "presumed_sent"
    assert len(pair.open_calls()) == 1
    await pair.days(9)
    assert pair.tries() == {"sms": "presumed_sent", "email": "undelivered"}, "and no second SMS"
    assert len(pair.mailer.taken) == 1


async def test_a_mail_that_was_said_to_have_arrived_comes_back_all_the_same(house: House) -> None:
    pair = await sent_instead(house, REPORTED)
    await hears(pair, "email", "delivered")
    assert (pair.state(), pair.open_calls()) == ("delivered", [])
    await hears(pair, "email", "refused")
    assert pair.state() == "presumed_sent"


async def test_nobody_calls_once_the_sms_turns_out_to_have_arrived(house: House) -> None:
    pair = await sent_instead(house, REPORTED)
    await hears(pair, "email", "refused")
    await hears(pair, "sms", "delivered")
    assert (pair.state(), pair.open_calls()) == ("delivered", [])
    assert [type(fact) for fact in house.said].count(CallNotNeeded) == 1


@pytest.mark.parametrize("order", list(permutations(("sms", "email"))), ids="-".join)
@pytest.mark.parametrize(("sms", "end"), [("refused", "failed"), ("delivered", "delivered")])
async def test_in_whatever_order_it_is_said_the_end_is_the_same(
    house: House, order: tuple[NoticeChannel, ...], sms: Says, end: str
) -> None:
    pair = await sent_instead(house, REPORTED)
    for channel in order:
        await hears(pair, channel, sms if channel == "sms" else "refused")
        await house.send_all(pair.post)
    assert pair.state() == end
    assert len(pair.open_calls()) == (end == "failed")
    assert len(pair.mailer.taken) == 1


@pytest.mark.parametrize("other", ["submitting", "unknown", "accepted", "buffered", "delivered", "presumed_sent"])
def test_what_is_waited_for_by_another_way_decides_and_what_is_only_presumed_does_not(other: AttemptState) -> None:
    at = Standing(
        state="awaiting_receipt",
        attempt_state="accepted",
        channel="email",
        stage="data",
        plan=("email", "telegram"),
        useful_by=NOW + timedelta(days=1),
        others=(Other("sms", other),),
    )
    verdict = of_event(at, "bounce", "mailbox_gone", NOW).verdict
    if other != "presumed_sent":
        assert verdict is None
        return
    assert verdict is not None
    assert (verdict.state, verdict.plan) == ("ready", ("telegram",)), "and never an SMS again"
    last = of_event(replace(at, plan=("email",)), "bounce", "mailbox_gone", NOW).verdict
    assert last is not None
    assert last.state == "presumed_sent"
    assert last.state in ENDS


def test_one_that_presumably_left_keeps_its_channel_all_the_same() -> None:
    """Rule 2: a late yes about an earlier try of the channel would be a second one."""
    at = Standing(
        state="presumed_sent",
        attempt_state="confirmed_absent",
        channel="sms",
        stage="data",
        plan=("sms",),
        useful_by=NOW + timedelta(days=1),
        others=(Other("sms", "presumed_sent"),),
    )
    with pytest.raises(Forbidden):
        of_event(at, "deliver", "late_evidence", NOW)
    assert of_event(replace(at, others=()), "deliver", "late_evidence", NOW).attempt_state == "delivered"
