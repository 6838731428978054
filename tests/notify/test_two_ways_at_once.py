"""Two ways of one message at once: an SMS in doubt that is heard of while the mail that goes instead is on its way."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

import pytest

from lotse_contracts.notify import CallNotNeeded, MessageDelivered
from lotse_contracts.referral import AppointmentFixed
from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.hooks import Received
from lotse_notify.domain.machine import ENDS
from lotse_notify.domain.outcome import SETTLE_SECONDS, Outcome
from lotse_notify.domain.prices import Prices
from lotse_notify.domain.receipts import Says
from lotse_notify.handlers import resolving
from lotse_notify.providers.routes import Guard, Routes
from lotse_notify.store import attempts
from lotse_notify.workers import outcomes
from lotse_notify.workers.claiming import claim
from lotse_notify.workers.post import Post
from tests.notify.carrier import Carrier
from tests.notify.given import NOW, House, tell
from tests.notify.reporting import Desk
from tests.notify.ways import by_ways, mail, phone

LOST = Outcome("unknown", "no_answer")
YES, NO, LATER = Outcome("accepted", "taken"), Outcome("rejected", "content_refused"), Outcome("deferred", "busy")
EVENING = NOW.replace(hour=19, minute=30)
"""Half past eight in Berlin: what settles now waits for the morning."""


class Mailer(Carrier):
    name = "mailer"
    channel: NoticeChannel = "email"


@dataclass
class Pair:
    """Her SMS, which is in doubt, and the mail that goes instead."""

    house: House
    post: Post
    mailer: Mailer
    desk: Desk
    sms: UUID

    async def hears(self, says: Says) -> None:
        """What the provider says of the SMS."""
        await self.desk.inbox.keep(Received("carrier", f"{says}{uuid4()}", self.sms, None, says, says))
        await self.desk.apply()

    async def days(self, count: int) -> None:
        for _ in range(count):
            self.house.now += timedelta(days=1)
            await self.house.send_all(self.post)
            await self.house.sweep(self.post)

    def state(self) -> str:
        (row,) = self.house.rows("notification")
        return str(row["state"])

    def tries(self) -> dict[str, str]:
        return {row["channel"]: row["state"] for row in self.house.rows("send_attempt", "started_at")}

    def open_calls(self) -> list[dict[str, Any]]:
        return [row for row in self.house.rows("call") if row["ended_at"] is None]


async def in_doubt(house: House, *says: Outcome, at: datetime = NOW) -> Pair:
    """An appointment told by an SMS of which nobody is sure any more; the mail that `says` so is due, or held."""
    house.now, person_id = at, uuid4()
    mailer = Mailer(*says)
    guard = Guard("local", Prices({}))
    clock = house._seconds
    post = replace(house.post(1), routes=Routes([Carrier(LOST), mailer], guard=guard, clock=clock))
    await house.hear(by_ways(house, person_id, phone(), mail()))
    await house.hear(appointment(person_id, at + timedelta(days=9)))
    await house.send_all(post)
    house.now += timedelta(seconds=SETTLE_SECONDS["sms"])
    await house.sweep(post)
    (row,) = house.rows("send_attempt")
    assert row["state"] == "presumed_sent"
    return Pair(house, post, mailer, Desk.of(house), row["attempt_id"])


def appointment(person_id: UUID, starts_at: datetime) -> AppointmentFixed:
    return AppointmentFixed(
        appointment_id=uuid4(),
        referral_id=UUID(int=1),
        person_id=person_id,
        version=1,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
    )


@pytest.mark.parametrize("says", ["accepted", "buffered", "delivered"])
@pytest.mark.parametrize("ends", [YES, NO, LATER, LOST], ids=lambda one: one.ending)
async def test_what_is_heard_of_the_sms_while_the_mail_is_under_way_holds_up_nothing(
    house: House, says: Says, ends: Outcome
) -> None:
    """And the message ends as what is known of both says: delivered as soon as one is."""
    pair = await in_doubt(house, ends)
    pair.mailer.during = lambda: pair.hears(says)
    await house.send_all(pair.post)
    taken = "handed_over" if ends is YES else "awaiting_receipt"
    assert pair.state() == ("delivered" if says == "delivered" else taken)
    assert all(row["state"] != "submitting" for row in house.rows("send_attempt"))
    told = [fact.channel for fact in house.said if isinstance(fact, MessageDelivered)]
    assert told == (["sms"] if says == "delivered" else [])
    assert {row["channel"] for row in house.rows("notification")} == {
        "email" if pair.state() == "handed_over" else "sms"
    }
    await pair.days(9)
    assert pair.state() in ENDS
    assert len(pair.mailer.taken) == 1


async def test_a_worker_that_dies_after_that_leaves_nothing_that_stops_the_others(house: House) -> None:
    pair = await in_doubt(house)
    (mine,) = (await claim(house.unit, pair.post, rows_max=5)).claims
    async with house.unit() as unit:
        assert await outcomes.may_begin(unit, mine.attempt, pair.post)
    await pair.hears("buffered")
    house.now += timedelta(minutes=5)
    await house.sweep(pair.post)
    assert pair.tries() == {"sms": "buffered", "email": "unknown"}
    assert pair.state() == "awaiting_receipt"


@pytest.mark.parametrize("what", ["abandoned", "waiting"])
async def test_one_that_cannot_be_settled_is_put_off_and_the_rest_is_settled(house: House, what: str) -> None:
    mailer = Mailer(LOST)
    guard = Guard("local", Prices({}))
    post = replace(house.post(1), routes=Routes([mailer], guard=guard))
    for _ in range(2):
        person_id = uuid4()
        await house.hear(house.contact(person_id))
        await house.hear(tell(person_id))
    if what == "abandoned":
        for one in (await claim(house.unit, post, rows_max=5)).claims:
            async with house.unit() as unit:
                assert await outcomes.may_begin(unit, one.attempt, post)
    else:
        await house.send_all(post)
    poison, fine = house.rows("send_attempt", "started_at")
    house.run(
        "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF new.attempt_id = '{poison['attempt_id']}' AND new.state <> old.state THEN RAISE 'poison'; END IF;"
        " RETURN new; END $$;"
        " CREATE TRIGGER poison BEFORE UPDATE ON send_attempt FOR EACH ROW EXECUTE FUNCTION poison()"
    )
    house.now += timedelta(minutes=20)
    await house.sweep(post)
    states = {row["attempt_id"]: row["state"] for row in house.rows("send_attempt")}
    assert states[poison["attempt_id"]] == poison["state"]
    assert states[fine["attempt_id"]] == ("unknown" if what == "abandoned" else "abandoned")
    house.run("DROP TRIGGER poison ON send_attempt")
    house.now += timedelta(hours=1)
    await house.sweep(post)
    assert all(row["state"] != poison["state"] for row in house.rows("send_attempt"))


@pytest.mark.parametrize("stage", ["submitting", "unknown"])
async def test_what_only_newer_code_can_say_is_left_for_it(house: House, stage: str) -> None:
    """After a step back to older code nothing of it is settled, and nothing else is held up."""
    post = replace(house.post(1), routes=Routes([Mailer(LOST)], guard=Guard("local", Prices({}))))
    person_id = uuid4()
    await house.hear(house.contact(person_id))
    await house.hear(tell(person_id))
    if stage == "unknown":
        await house.send_all(post)
    else:
        assert len((await claim(house.unit, post, rows_max=5)).claims) == 1
    house.run("UPDATE notification SET template = 'newer_thing'")
    before = house.rows("send_attempt"), house.rows("notification")
    house.now += timedelta(hours=1)
    await house.sweep(post)
    assert (house.rows("send_attempt"), house.rows("notification")) == before


@pytest.mark.parametrize("says", ["accepted", "buffered"])
async def test_a_held_mail_goes_once_the_sms_that_was_heard_of_has_failed(house: House, says: Says) -> None:
    pair = await in_doubt(house, YES, at=EVENING)
    await pair.hears(says)
    assert pair.state() == "awaiting_receipt"
    house.now += timedelta(hours=14)
    await pair.hears("lapsed")
    await house.send_all(pair.post)
    assert (pair.state(), len(pair.mailer.taken)) == ("handed_over", 1)


@pytest.mark.parametrize("says", ["accepted", "buffered"])
async def test_the_wait_for_an_sms_that_was_heard_of_ends_although_a_mail_was_due(house: House, says: Says) -> None:
    pair = await in_doubt(house, YES, at=EVENING)
    await pair.hears(says)
    await pair.days(9)
    assert (pair.state(), pair.tries()) == ("handed_over", {"sms": "receipt_timeout"})


@pytest.mark.parametrize("then", ["nothing", "lapsed", "delivered"])
@pytest.mark.parametrize("says", ["accepted", "buffered"])
async def test_a_mail_in_doubt_does_not_hold_up_the_sms_that_was_heard_of(
    house: House, says: Says, then: Says | Literal["nothing"]
) -> None:
    pair = await in_doubt(house, LOST)
    await house.send_all(pair.post)
    await pair.hears(says)
    if then != "nothing":
        await pair.hears(then)
    await pair.days(9)
    assert pair.state() in ENDS
    assert pair.tries()["sms"] not in ("accepted", "buffered", "unknown")


async def test_nobody_calls_her_once_the_sms_has_arrived_while_a_mail_was_under_way(house: House) -> None:
    pair = await in_doubt(house, NO)
    assert len(pair.open_calls()) == 1
    pair.mailer.during = lambda: pair.hears("delivered")
    await house.send_all(pair.post)
    assert (pair.state(), pair.open_calls()) == ("delivered", [])
    assert [type(fact) for fact in house.said].count(CallNotNeeded) == 1


async def test_nobody_calls_her_once_what_had_failed_was_let_go_again_and_taken(house: House) -> None:
    mailer, person_id = Mailer(NO, YES), uuid4()
    post = replace(house.post(1), routes=Routes([mailer], guard=Guard("local", Prices({}))))
    await house.hear(by_ways(house, person_id, mail()))
    await house.hear(appointment(person_id, NOW + timedelta(days=5)))
    await house.send_all(post)
    (row,) = house.rows("call")
    assert (row["reason"], row["ended_at"]) == ("failed", None)
    async with house.unit() as unit:
        assert await resolving.try_again(unit, row["notification_id"])
    await house.send_all(post)
    assert [one["ended_at"] for one in house.rows("call")] == [house.now]
    assert [type(fact) for fact in house.said].count(CallNotNeeded) == 1


@pytest.mark.parametrize("how", ["delivered", "waited"])
async def test_a_mail_in_doubt_is_given_up_once_the_sms_has_ended_the_message(house: House, how: str) -> None:
    """Else it would be counted as unresolved for ever."""
    pair = await in_doubt(house, LOST)
    await house.send_all(pair.post)
    if how == "delivered":
        await pair.hears("delivered")
    else:
        await pair.hears("buffered")
        await pair.days(9)
    assert pair.tries()["email"] == "abandoned"
    async with house.unit() as unit:
        assert await attempts.unresolved_count(unit.tx) == 0
