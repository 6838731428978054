"""The seven rules that make sending safe, each by its number. Source: section 4.3 of the specification of notify."""

from collections.abc import Sequence
from datetime import timedelta
from typing import get_args
from uuid import UUID, uuid4

import psycopg
import pytest

from lotse_contracts.notify import MessageFailed, MessageUnresolved
from lotse_contracts.referral import AppointmentFixed
from lotse_notify.domain.machine import LIVE, AttemptState
from lotse_notify.domain.outcome import SETTLE_SECONDS, Outcome
from lotse_notify.handlers import endings, evidence, resolving
from lotse_notify.handlers.endings import Answer
from lotse_notify.workers import outcomes
from lotse_notify.workers.claiming import Claim, claim
from lotse_notify.workers.post import Post
from tests.notify.carrier import Carrier
from tests.notify.given import NOW, House, tell
from tests.notify.mailserver import MailServer

LEASE = timedelta(minutes=1)
NUMBER = "+4915112345678"
UNKNOWN = Outcome("unknown", "answer_missing")


@pytest.fixture
async def olena(house: House) -> UUID:
    """Somebody who is told by SMS."""
    person_id = uuid4()
    await house.hear(house.contact(person_id, kind="sms", value=NUMBER))
    return person_id


def carried(house: House, carrier: Carrier, mailserver: MailServer) -> Post:
    return house.post(mailserver.port, more=[carrier])


async def test_rule_1_the_intent_is_committed_before_the_first_byte_and_its_stage_before_the_content(
    house: House, olena: UUID, mailserver: MailServer
) -> None:
    carrier, seen = Carrier(), list[tuple[str, str, str]]()

    async def look() -> None:
        seen.extend((row["state"], row["stage"], row["channel"]) for row in house.rows("send_attempt"))

    carrier.before, carrier.during = look, look
    await house.hear(tell(olena))
    await house.send_all(carried(house, carrier, mailserver))
    assert seen == [("submitting", "envelope", "sms"), ("submitting", "data", "sms")]
    assert carrier.taken[0].reference == house.rows("send_attempt")[0]["attempt_id"].hex


async def test_rule_1_a_lease_that_ran_out_never_leads_back_to_before_the_intent(
    house: House, olena: UUID, mailserver: MailServer
) -> None:
    carrier = Carrier()
    post = carried(house, carrier, mailserver)
    await house.hear(tell(olena))
    dead = await _claimed(house, post)
    async with house.unit() as unit:
        assert await outcomes.may_begin(unit, dead.attempt, post)
    house.now = NOW + LEASE
    await house.sweep(post)
    assert [row["state"] for row in house.rows("send_attempt")] == ["unknown"]
    assert await house.send_all(post) == 0
    assert carrier.taken == []


@pytest.mark.parametrize("state", get_args(AttemptState))
async def test_rule_2_a_second_sms_is_impossible_by_constraint_and_possible_after_a_definite_no(
    house: House, olena: UUID, mailserver: MailServer, state: AttemptState
) -> None:
    await house.hear(tell(olena))
    await house.send_all(carried(house, Carrier(), mailserver))
    house.run("UPDATE send_attempt SET state = %s", state)
    (first,) = house.rows("send_attempt")
    second = (uuid4(), first["notification_id"], olena)
    statement = (
        "INSERT INTO send_attempt (attempt_id, notification_id, person_id, channel, provider, contact_version, state,"
        " stage, fence, segments, receipt_rank, lease_until, started_at)"
        " VALUES (%s, %s, %s, 'sms', 'another', 1, 'submitting', 'envelope', 1, 0, 0, now(), now())"
    )
    if state in LIVE:
        with pytest.raises(psycopg.errors.UniqueViolation):
            house.run(statement, *second)
    else:
        house.run(statement, *second)


async def test_rule_2_whatever_the_channel_only_one_try_is_under_way(
    house: House, olena: UUID, mailserver: MailServer
) -> None:
    await house.hear(tell(olena))
    await _claimed(house, carried(house, Carrier(), mailserver))
    with pytest.raises(psycopg.errors.UniqueViolation):
        house.run(
            "INSERT INTO send_attempt SELECT (jsonb_populate_record(a, jsonb_build_object('attempt_id', %s::text,"
            " 'channel', 'email'))).* FROM send_attempt a",
            str(uuid4()),
        )


@pytest.mark.parametrize(
    ("outcome", "mails"),
    [
        (Outcome("rejected", "unknown_subscriber", no_way=True), 1),
        (Outcome("deferred", "busy"), 0),
        (Outcome("throttled", "busy", retry_after_seconds=60), 0),
        (Outcome("not_sent", "away"), 0),
        (UNKNOWN, 0),
        (Outcome("accepted", "taken"), 0),
    ],
)
async def test_rule_3_the_next_channel_is_tried_only_after_a_definite_no_for_good(
    house: House, mailserver: MailServer, outcome: Outcome, mails: int
) -> None:
    carrier, person_id = Carrier(outcome), uuid4()
    await _two_ways(house, person_id)
    await house.hear(tell(person_id))
    await house.send_all(carried(house, carrier, mailserver))
    assert (len(carrier.taken), len(mailserver.taken)) == (1, mails)


async def test_rule_3_at_the_settle_deadline_an_appointment_goes_by_mail_too_and_never_by_a_second_sms(
    house: House, mailserver: MailServer
) -> None:
    carrier, person_id = Carrier(UNKNOWN), uuid4()
    await _two_ways(house, person_id)
    await house.hear(_appointment(person_id))
    post = carried(house, carrier, mailserver)
    await house.send_all(post)
    house.now = NOW + timedelta(seconds=SETTLE_SECONDS["sms"])
    for _ in range(3):
        await house.sweep(post)
        await house.send_all(post)
    assert (len(carrier.taken), len(mailserver.taken)) == (1, 1)
    assert [row["state"] for row in house.rows("send_attempt", "started_at")] == ["presumed_sent", "accepted"]


async def test_rule_3_anything_else_that_is_in_doubt_is_presumed_sent_alone(
    house: House, mailserver: MailServer
) -> None:
    carrier, person_id = Carrier(UNKNOWN), uuid4()
    await _two_ways(house, person_id)
    await house.hear(tell(person_id))
    post = carried(house, carrier, mailserver)
    await house.send_all(post)
    house.now = NOW + timedelta(seconds=SETTLE_SECONDS["sms"])
    await house.sweep(post)
    assert await house.send_all(post) == 0
    assert house.states() == {"receipt": ("presumed_sent", "waited_long_enough")}
    assert mailserver.taken == []


@pytest.mark.parametrize("order", [("buffer", "deliver"), ("deliver", "buffer"), ("deliver", "deliver")])
async def test_rule_4_receipts_in_any_order_lead_to_the_same_end(
    house: House, olena: UUID, mailserver: MailServer, order: Sequence[str]
) -> None:
    carrier = Carrier(Outcome("accepted", "taken", receipt_follows=True))
    await house.hear(tell(olena))
    await house.send_all(carried(house, carrier, mailserver))
    assert house.states() == {"receipt": ("awaiting_receipt", "taken")}
    for event in order:
        async with house.unit() as unit:
            await evidence.became(unit, UUID(carrier.taken[0].reference), event, event)  # type: ignore[arg-type]
    assert house.states() == {"receipt": ("delivered", "deliver")}


@pytest.mark.parametrize("after", ["lease", "settling"])
async def test_rule_5_a_paused_worker_overwrites_nothing_and_its_late_yes_is_evidence(
    house: House, olena: UUID, mailserver: MailServer, after: str
) -> None:
    post = carried(house, Carrier(), mailserver)
    await house.hear(tell(olena))
    paused = await _claimed(house, post)
    async with house.unit() as unit:
        assert await outcomes.may_begin(unit, paused.attempt, post)
    house.now = NOW + LEASE
    await house.sweep(post)
    if after == "settling":
        house.now += timedelta(seconds=SETTLE_SECONDS["sms"])
        await house.sweep(post)
    await _answers(house, paused, Outcome("deferred", "busy"))
    assert house.rows("send_attempt")[0]["state"] == ("unknown" if after == "lease" else "presumed_sent")
    await _answers(house, paused, Outcome("accepted", "taken"))
    assert house.rows("send_attempt")[0]["state"] == "accepted"
    assert house.states()["receipt"][0] == ("handed_over" if after == "lease" else "presumed_sent")


async def test_rule_5_who_has_lost_the_fence_writes_nothing_even_while_the_state_is_the_same(
    house: House, olena: UUID, mailserver: MailServer
) -> None:
    """Trap 23: its notification has gone on with another try meanwhile."""
    post = carried(house, Carrier(), mailserver)
    await house.hear(tell(olena))
    paused = await _claimed(house, post)
    house.run("UPDATE send_attempt SET fence = fence + 1")
    async with house.unit() as unit:
        assert not await outcomes.may_begin(unit, paused.attempt, post)
    async with house.unit() as unit:
        assert await outcomes.begin_unchanged(unit, [paused], post) == [False]
    await _answers(house, paused, Outcome("rejected", "unknown_subscriber"))
    assert [(row["state"], row["stage"]) for row in house.rows("send_attempt")] == [("submitting", "envelope")]


async def test_rule_6_a_replay_goes_by_the_policy_under_the_same_id(
    house: House, olena: UUID, mailserver: MailServer
) -> None:
    carrier = Carrier(Outcome("rejected", "account_empty"), Outcome("accepted", "taken"))
    post = carried(house, carrier, mailserver)
    await house.hear(tell(olena))
    await house.send_all(post)
    assert house.states() == {"receipt": ("failed", "account_empty")}
    assert [type(fact) for fact in house.said] == [MessageFailed]
    (row,) = house.rows("notification")
    async with house.unit() as unit:
        assert await resolving.try_again(unit, row["notification_id"])
    await house.send_all(post)
    assert len(carrier.taken) == 2
    assert house.states() == {"receipt": ("handed_over", "taken")}
    async with house.unit() as unit:
        assert not await resolving.try_again(unit, row["notification_id"])
    assert await house.send_all(post) == 0


async def test_rule_6_a_replay_cannot_send_what_may_have_arrived(
    house: House, olena: UUID, mailserver: MailServer
) -> None:
    """Even where somebody has written by hand that it failed, the try that may have arrived still occupies its way."""
    carrier = Carrier(UNKNOWN)
    post = carried(house, carrier, mailserver)
    await house.hear(tell(olena))
    await house.send_all(post)
    house.run("UPDATE notification SET state = 'failed'")
    async with house.unit() as unit:
        assert await resolving.try_again(unit, house.rows("notification")[0]["notification_id"])
    await house.send_all(post)
    assert len(carrier.taken) == 1
    assert house.states() == {"receipt": ("failed", "no_channel_left")}


async def test_rule_7_an_order_is_done_with_before_anything_is_sent_and_its_twin_changes_nothing(
    house: House, olena: UUID, mailserver: MailServer
) -> None:
    carrier = Carrier(UNKNOWN)
    post = carried(house, carrier, mailserver)
    for _ in range(3):
        await house.hear(tell(olena))
    assert (carrier.taken, len(house.rows("notification"))) == ([], 1)
    await house.send_all(post)
    for _ in range(3):
        await house.hear(tell(olena))
        await house.send_all(post)
    assert len(carrier.taken) == 1
    assert [type(fact) for fact in house.said] == [MessageUnresolved]


async def _two_ways(house: House, person_id: UUID) -> None:
    """First by SMS, then by e-mail."""
    await house.hear(house.contact(person_id, kind="sms", value=NUMBER, more=[("email", "olena@example.org")]))


async def _claimed(house: House, post: Post) -> Claim:
    (one,) = (await claim(house.unit, post, rows_max=10)).claims
    return one


async def _answers(house: House, of: Claim, outcome: Outcome) -> None:
    async with house.unit() as unit:
        await endings.write(unit, [Answer(of.attempt, outcome)], retry_seconds=30)


def _appointment(person_id: UUID) -> AppointmentFixed:
    starts_at = NOW + timedelta(days=2)
    return AppointmentFixed(
        appointment_id=uuid4(),
        referral_id=uuid4(),
        person_id=person_id,
        version=1,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
    )
