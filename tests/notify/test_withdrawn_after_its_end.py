"""What was told and then superseded or stopped does not come back, neither by a late bounce nor by hand."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

import pytest

from lotse_contracts.notify import CallNeeded, ErasePerson, SetSwitch, StopTelling
from lotse_contracts.referral import AppointmentCancelled, AppointmentFixed, AppointmentMoved
from lotse_notify.domain.hooks import Received
from lotse_notify.domain.outcome import Outcome
from lotse_notify.domain.prices import Prices
from lotse_notify.domain.receipts import Says
from lotse_notify.handlers import resolving
from lotse_notify.providers.routes import Guard, Routes
from lotse_notify.workers.post import Post
from tests.notify.carrier import Carrier
from tests.notify.given import NOW, House, tell
from tests.notify.mailing import Mailer
from tests.notify.reporting import Desk
from tests.notify.ways import by_ways, mail, phone

YES, NO, LATER = Outcome("accepted", "taken"), Outcome("rejected", "content_refused"), Outcome("deferred", "busy")
START = NOW + timedelta(days=9)


@dataclass
class Told:
    """Somebody with a mailbox and, after it, a phone."""

    house: House
    post: Post
    sms: Carrier
    mailer: Mailer
    person_id: UUID
    appointment_id: UUID

    async def fixed(self, starts_at: datetime = START, *, version: int = 1) -> None:
        kind = AppointmentFixed if version == 1 else AppointmentMoved
        ids = {"appointment_id": self.appointment_id, "referral_id": UUID(int=1), "person_id": self.person_id}
        times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)}
        await self.house.hear(kind.model_validate(ids | times | {"version": version}))
        await self.house.send_all(self.post)

    async def off(self) -> None:
        ids = {"appointment_id": self.appointment_id, "referral_id": UUID(int=1), "person_id": self.person_id}
        await self.house.hear(AppointmentCancelled.model_validate(ids | {"version": 2}))
        await self.house.send_all(self.post)

    async def comes_back(self) -> None:
        """The first mail, although the server had taken it."""
        await self.reported("refused", "5.2.2")

    async def reported(self, says: Says, code: str, *, no_way: bool = False) -> None:
        """Of the first mail."""
        self.house.now += timedelta(minutes=1)
        first, desk = self.house.rows("send_attempt", "started_at")[0]["attempt_id"], Desk.of(self.house)
        await desk.inbox.keep(Received("smtp", str(uuid4()), first, None, says, code, no_way))
        await desk.apply()
        await self.house.send_all(self.post)

    def states(self) -> list[tuple[str, str]]:
        return [(row["state"], row["because"]) for row in self.house.rows("notification", "created_at")]


@pytest.fixture
async def told(house: House) -> Told:
    sms, mailer, person_id = Carrier(YES), Mailer(YES), uuid4()
    routes = Routes([sms, mailer], guard=Guard("local", Prices({})), clock=house._seconds)
    await house.hear(by_ways(house, person_id, mail(), phone()))
    return Told(house, replace(house.post(1), routes=routes), sms, mailer, person_id, uuid4())


async def test_without_anything_newer_a_late_bounce_opens_the_next_way(told: Told) -> None:
    await told.fixed()
    await told.comes_back()
    assert len(told.sms.taken) == 1


@pytest.mark.parametrize("then", ["moved", "off"])
async def test_the_old_time_is_not_told_after_the_new_one(told: Told, then: Literal["moved", "off"]) -> None:
    await told.fixed()
    told.house.now += timedelta(hours=1)
    await (told.off() if then == "off" else told.fixed(NOW + timedelta(days=5), version=2))
    assert len(told.mailer.taken) == 2
    await told.comes_back()
    assert told.sms.taken == []
    assert told.states() == [("cancelled", "superseded"), ("handed_over", "taken")]


async def test_a_stop_under_a_key_holds_after_a_late_bounce(told: Told) -> None:
    await told.house.hear(tell(told.person_id, "answer_waits", key="a"))
    await told.house.send_all(told.post)
    await told.house.hear(StopTelling(person_id=told.person_id, dedupe_key="a"))
    await told.comes_back()
    assert told.sms.taken == []
    assert told.states() == [("cancelled", "stopped")]


async def test_a_late_bounce_sends_nothing_to_whoever_is_being_forgotten(told: Told) -> None:
    await told.fixed()
    told.mailer.says = [LATER]  # the farewell is on its way
    await told.house.deliver(ErasePerson(person_id=told.person_id))
    await told.comes_back()
    assert told.sms.taken == []
    assert told.states()[0] == ("cancelled", "erased")


async def test_what_failed_and_was_superseded_is_not_tried_again(told: Told) -> None:
    told.mailer.says, told.sms.says = [NO, YES], [NO]
    await told.fixed()
    (old,) = told.house.rows("notification")
    assert old["state"] == "failed"
    told.house.now += timedelta(minutes=1)
    await told.fixed(NOW + timedelta(days=5), version=2)
    async with told.house.unit() as unit:
        assert not await resolving.try_again(unit, old["notification_id"])
    await told.house.send_all(told.post)
    assert [state for state, _ in told.states()] == ["failed", "handed_over"]


async def test_nobody_is_asked_to_call_about_a_version_that_expired_once_the_next_is_told(told: Told) -> None:
    await told.house.hear(SetSwitch(name="all", on=False))
    await told.fixed(NOW + timedelta(hours=3))
    told.house.now = NOW + timedelta(hours=2, minutes=59, seconds=30)
    await told.house.send_all(told.post)
    assert told.states() == [("expired", "too_late")]
    await told.house.hear(SetSwitch(name="all", on=True))
    told.house.now, start = NOW + timedelta(hours=4), NOW + timedelta(days=2)
    await told.fixed(start, version=2)
    told.house.run("DELETE FROM timer WHERE kind = 'reminder'")
    told.house.now = start - timedelta(hours=1)
    assert [fact for fact in await told.house.fire_due() if isinstance(fact, CallNeeded)] == []


async def test_what_was_superseded_between_two_ways_is_not_told_by_the_second(told: Told) -> None:
    """The mail is first not delivered, then it is, and at last it comes back; meanwhile the time has changed."""
    told.mailer.says, told.sms.says = [YES], [LATER]
    await told.fixed()
    await told.reported("lapsed", "4.4.7")
    assert told.states() == [("scheduled", "busy")]
    told.house.now += timedelta(seconds=1)
    await told.fixed(NOW + timedelta(days=5), version=2)
    told.sms.says, tried = [YES], len(told.sms.taken)
    await told.reported("delivered", "2.0.0")
    await told.comes_back()
    assert len(told.sms.taken) == tried
    assert told.states()[0] == ("cancelled", "superseded")


async def test_nor_by_another_address_of_the_first_way(told: Told) -> None:
    other = mail(value="canary.other@example.org")
    await told.house.hear(by_ways(told.house, told.person_id, mail(), other, phone(), version=2))
    told.sms.says = [LATER]
    await told.fixed()
    await told.reported("lapsed", "4.4.7")
    told.house.now += timedelta(seconds=1)
    await told.off()
    told.sms.says, mails = [YES], len(told.mailer.taken)
    await told.reported("delivered", "2.0.0")
    await told.reported("refused", "5.1.1", no_way=True)
    assert len(told.mailer.taken) == mails
