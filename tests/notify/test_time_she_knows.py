"""She goes by the time that she last heard: that one is called off, and before it she hears of another."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from lotse_chassis.calendar import ZONE
from lotse_contracts.notify import CallNeeded, SetSwitch
from lotse_contracts.referral import AppointmentCancelled, AppointmentFixed, AppointmentMoved
from lotse_notify.domain.outcome import Outcome
from lotse_notify.domain.prices import Prices
from lotse_notify.handlers.appointments import FILE_WAIT
from lotse_notify.providers.routes import Guard, Routes
from lotse_notify.workers.post import Post
from tests.notify.carrier import Carrier
from tests.notify.given import House
from tests.notify.ways import by_ways, phone

YES, LOST = Outcome("accepted", "taken"), Outcome("unknown", "no_answer")


def here(*wall: int) -> datetime:
    return datetime(2026, *wall, tzinfo=ZONE)  # type: ignore[arg-type, misc]


SUNDAY = here(11, 29, 15)
EARLY, LATER = here(11, 30, 7, 30), here(12, 3, 10)


@dataclass
class Told:
    """Somebody with a phone who wants to see times, and one appointment of hers."""

    house: House
    post: Post
    sms: Carrier
    person_id: UUID
    appointment_id: UUID
    version: int = 0

    async def fixed(self, starts_at: datetime) -> None:
        self.version += 1
        kind = AppointmentFixed if self.version == 1 else AppointmentMoved
        times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)}
        await self.house.hear(kind.model_validate(self._about() | times))
        await self._sent()

    async def off(self) -> None:
        self.version += 1
        await self.house.hear(AppointmentCancelled.model_validate(self._about()))
        await self._sent()

    async def at(self, when: datetime) -> None:
        self.house.now = when
        await self.house.fire_due()
        await self._sent()

    @property
    def texts(self) -> list[str]:
        return [parcel.text for parcel in self.sms.taken]

    @property
    def calls(self) -> list[datetime]:
        return [said.until for said in self.house.said if isinstance(said, CallNeeded)]

    def _about(self) -> dict[str, object]:
        ids = {"appointment_id": self.appointment_id, "referral_id": UUID(int=1), "person_id": self.person_id}
        return {**ids, "version": self.version}

    async def _sent(self) -> None:
        self.house.now += FILE_WAIT
        await self.house.send_all(self.post)


@pytest.fixture
async def told(house: House) -> Told:
    sms, person_id = Carrier(YES), uuid4()
    routes = Routes([sms], guard=Guard("local", Prices({})), clock=house._seconds)
    await house.hear(by_ways(house, person_id, phone(detail="time_and_place"), languages=("de",)))
    house.now = SUNDAY
    return Told(house, replace(house.post(1), routes=routes), sms, person_id, uuid4())


async def held(told: Told) -> None:
    await told.house.hear(SetSwitch(name="all", on=False))


async def let_go(told: Told) -> None:
    await told.house.hear(SetSwitch(name="all", on=True))


async def test_what_is_called_off_is_the_time_that_she_heard_and_not_one_that_never_left(told: Told) -> None:
    await told.fixed(LATER)
    await held(told)
    await told.fixed(LATER + timedelta(days=6))
    await told.off()
    await let_go(told)
    await told.at(SUNDAY + timedelta(minutes=1))
    assert "3. Dez" in told.texts[-1] or "03.12." in told.texts[-1]
    assert "9. Dez" not in told.texts[-1]
    assert "09.12." not in told.texts[-1]


async def test_where_she_may_have_heard_either_of_two_no_time_is_called_off(told: Told) -> None:
    """She reads before she sets out, and believes in neither."""
    await told.fixed(LATER)
    told.sms.says = [LOST]
    await told.fixed(LATER + timedelta(days=6))
    told.sms.says = [YES]
    await told.off()
    assert len(told.sms.taken) == 3
    assert "bevor Sie losgehen" in told.texts[-1]
    assert "12." not in told.texts[-1]


async def test_what_is_moved_to_later_is_told_before_she_sets_out_for_the_earlier_time(told: Told) -> None:
    await told.fixed(EARLY)
    await told.at(here(11, 29, 22, 30))
    await told.fixed(LATER)
    assert len(told.sms.taken) == 1
    await told.at(here(11, 30, 6))
    assert len(told.sms.taken) == 2


async def test_what_is_moved_by_weeks_wakes_nobody(told: Told) -> None:
    await told.fixed(LATER)
    await told.at(here(11, 29, 22, 30))
    await told.fixed(LATER + timedelta(days=14))
    await told.at(here(11, 30, 6))
    assert len(told.sms.taken) == 1
    await told.at(here(11, 30, 8))
    assert len(told.sms.taken) == 2


async def test_somebody_is_asked_to_call_before_the_earlier_time_where_the_later_one_was_not_told(told: Told) -> None:
    friday = told.house.now = here(12, 4, 9)
    soon = friday + timedelta(hours=7)
    await told.fixed(soon)
    await held(told)
    await told.fixed(soon + timedelta(days=14))
    await told.at(soon - timedelta(hours=1))
    assert told.calls == [soon + timedelta(days=14)]
