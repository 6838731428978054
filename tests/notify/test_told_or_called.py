"""Lives of appointments drawn at random: she is told once and at a decent hour, or somebody is asked to call her."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from lotse_chassis.calendar import ZONE
from lotse_contracts.notify import CallNeeded, SetSwitch
from lotse_contracts.referral import AppointmentCancelled, AppointmentFixed, AppointmentMoved
from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.calls import TOLD, last_chance
from lotse_notify.domain.hooks import Received
from lotse_notify.domain.machine import ENDS
from lotse_notify.domain.outcome import Outcome
from lotse_notify.domain.prices import Prices
from lotse_notify.domain.quiet import LEFT_OF_USE
from lotse_notify.domain.receipts import Says
from lotse_notify.providers.provider import MayBegin, Parcel
from lotse_notify.providers.routes import Guard, Routes
from lotse_notify.workers.post import Post
from tests.notify.carrier import Carrier
from tests.notify.given import NOW, House
from tests.notify.reporting import Desk
from tests.notify.ways import by_ways, mail, phone

NUMBER = "+4915112345678"
YES, NO, LATER, LOST = (
    Outcome("accepted", "taken"),
    Outcome("rejected", "content_refused"),
    Outcome("deferred", "busy"),
    Outcome("unknown", "no_answer"),
)
STEPS = 14
MEANWHILE = 0.3
SEEDS = range(8)
SAYS: tuple[Says, ...] = ("accepted", "buffered", "lapsed", "delivered")
COPIES_MAX = {"sms": 1, "email": 2}
"""Of one message; a mail in doubt goes again under the same Message-ID."""


class Clocked(Carrier):
    """Remembers when each parcel's content began, and how it ended."""

    def __init__(self, house: House, luck: random.Random, channel: NoticeChannel = "sms") -> None:
        super().__init__()
        self.house, self.luck, self.channel = house, luck, channel
        self.name, self.receipts = f"carrier_of_{channel}", False
        self.log: list[tuple[UUID, datetime, Outcome]] = []

    async def submit(self, parcel: Parcel, may_begin: MayBegin) -> Outcome:
        self.says = [self.luck.choices((YES, NO, LATER, LOST), (6, 1, 3, 2))[0]]
        if self.receipts and self.luck.random() < MEANWHILE:
            self.during = self.meanwhile
        outcome = await super().submit(parcel, may_begin)
        if outcome.ending != "withdrawn":
            self.log.append((UUID(hex=parcel.reference), self.house.now, outcome))
        return outcome

    async def meanwhile(self) -> None:
        """Something is heard of an SMS while this one is under way."""
        await _receipt(self.house, self.luck)


@dataclass
class Life:
    """One appointment, and what was said of it."""

    person_id: UUID = field(default_factory=uuid4)
    appointment_id: UUID = field(default_factory=uuid4)
    version: int = 0
    starts_at: datetime = NOW
    cancelled_at: datetime | None = None
    said_at: datetime = NOW

    def fact(self, starts_at: datetime) -> AppointmentFixed:
        self.version += 1
        self.starts_at = starts_at
        kind = AppointmentFixed if self.version == 1 else AppointmentMoved
        return kind(
            appointment_id=self.appointment_id,
            referral_id=UUID(int=1),
            person_id=self.person_id,
            version=self.version,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
        )

    def off(self) -> AppointmentCancelled:
        self.version += 1
        return AppointmentCancelled(
            appointment_id=self.appointment_id,
            referral_id=UUID(int=1),
            person_id=self.person_id,
            version=self.version,
        )


@pytest.mark.parametrize("seed", SEEDS)
async def test_she_is_told_or_somebody_is_asked_to_call(house: House, seed: int) -> None:
    luck = random.Random(seed)  # noqa: S311
    carrier, life = Clocked(house, luck), Life()
    post = house.post(1, more=[carrier])
    await house.hear(house.contact(life.person_id, kind="sms", value=NUMBER))
    await house.hear(life.fact(_start(luck, house.now)))
    await _lived(house, life, luck, post)
    if life.cancelled_at is None:
        await _until_it_begins(house, life, post)
        _told_or_called(house, life, seed)
    _each_left_once_in_time_and_at_a_decent_hour(house, carrier.log, seed)


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_same_by_two_ways_with_receipts_at_any_moment(house: House, seed: int) -> None:
    """And in the end nothing waits for anything any more."""
    luck = random.Random(seed)  # noqa: S311
    sms, mailer, life = Clocked(house, luck), Clocked(house, luck, "email"), Life()
    sms.receipts = mailer.receipts = True
    routes = Routes([sms, mailer], guard=Guard("local", Prices({})), clock=house._seconds)
    post = replace(house.post(1), routes=routes)
    await house.hear(by_ways(house, life.person_id, phone(), mail()))
    await house.hear(life.fact(_start(luck, house.now)))
    await _lived(house, life, luck, post, receipts=True)
    if life.cancelled_at is None:
        await _until_it_begins(house, life, post)
        _told_or_called(house, life, seed)
    _each_left_once_in_time_and_at_a_decent_hour(house, sms.log + mailer.log, seed)
    for _ in range(4):
        house.now += timedelta(days=5)
        await house.fire_due()
        await house.send_all(post)
        await house.sweep(post)
    assert {row["state"] for row in house.rows("notification")} <= set(ENDS), f"seed {seed}"
    assert not {row["state"] for row in house.rows("send_attempt")} & {"submitting", "unknown"}, f"seed {seed}"


async def _lived(house: House, life: Life, luck: random.Random, post: Post, *, receipts: bool = False) -> None:
    for _ in range(STEPS):
        await _something(house, life, luck)
        if receipts:
            await _receipt(house, luck)
        await house.fire_due()
        await house.send_all(post)
        await house.sweep(post)


async def _receipt(house: House, luck: random.Random) -> None:
    """Any word about any SMS that was ever begun, however late."""
    tries = [row["attempt_id"] for row in house.rows("send_attempt", "started_at") if row["channel"] == "sms"]
    if tries:
        says, desk = luck.choice(SAYS), Desk.of(house)
        await desk.inbox.keep(Received("carrier_of_sms", str(uuid4()), luck.choice(tries), None, says, says))
        await desk.apply()


def _start(luck: random.Random, now: datetime) -> datetime:
    day = (now + timedelta(days=luck.randint(1, 12))).astimezone(ZONE).date()
    local = datetime(day.year, day.month, day.day, luck.randint(7, 18), luck.choice((0, 30)), tzinfo=ZONE)
    return local.astimezone(UTC)


async def _something(house: House, life: Life, luck: random.Random) -> None:
    """Time passes, and sometimes something happens."""
    house.now += timedelta(minutes=luck.choice((1, 7, 40, 180, 720, 1_440)))
    happens = luck.choices(("nothing", "moved", "off", "held", "let_go"), (10, 2, 0.4, 1, 2))[0]
    if life.cancelled_at is None and happens == "moved":
        life.said_at = house.now
        await house.hear(life.fact(_start(luck, house.now)))
    elif life.cancelled_at is None and happens == "off" and house.now < life.starts_at:
        life.cancelled_at = house.now
        await house.hear(life.off())
    elif happens in ("held", "let_go"):
        await house.hear(SetSwitch(name="all", on=happens == "let_go"))


async def _until_it_begins(house: House, life: Life, post: Post) -> None:
    """The desk's last chance, and a quarter of an hour later for whoever was told late."""
    for moment in (last_chance(life.starts_at), house.now + timedelta(minutes=16)):
        if house.now < moment < life.starts_at:
            house.now = moment
            await house.fire_due()
            await house.send_all(post)
            await house.sweep(post)
            await house.fire_due()


def _told_or_called(house: House, life: Life, seed: int) -> None:
    """Where there were still twenty minutes when referral said it last."""
    if house.now >= life.starts_at or life.starts_at - life.said_at < timedelta(minutes=45):
        return
    newest = [
        row
        for row in house.rows("notification", "created_at")
        if row["arguments"]["starts_at"] == life.starts_at.isoformat() and row["created_at"] >= life.said_at
    ]
    told = [row for row in newest if row["state"] in TOLD]
    asked = [one for one in house.said if isinstance(one, CallNeeded) and one.until == life.starts_at]
    assert told or asked, f"seed {seed}: {[(row['state'], row['because']) for row in newest]}"


def _each_left_once_in_time_and_at_a_decent_hour(
    house: House, log: Sequence[tuple[UUID, datetime, Outcome]], seed: int
) -> None:
    tries = {row["attempt_id"]: row for row in house.rows("send_attempt")}
    notices = {row["notification_id"]: row for row in house.rows("notification")}
    perhaps = Counter[tuple[UUID, str]]()
    for attempt_id, at, outcome in log:
        one, channel = notices[tries[attempt_id]["notification_id"]], tries[attempt_id]["channel"]
        starts_at = datetime.fromisoformat(one["arguments"]["starts_at"])
        assert at < one["useful_by"] < starts_at, f"seed {seed}: it came too late"
        local = at.astimezone(ZONE)
        if not 8 <= local.hour < 21:
            day = local.date() + timedelta(days=local.hour >= 21)
            morning = datetime(day.year, day.month, day.day, 8, tzinfo=ZONE)
            assert morning + LEFT_OF_USE > one["useful_by"], f"seed {seed}: it could have waited until the morning"
        if outcome in (YES, LOST):
            perhaps[one["notification_id"], channel] += 1
    assert all(count <= COPIES_MAX[channel] for (_, channel), count in perhaps.items()), f"seed {seed}: a second one"
