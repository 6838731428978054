"""What ended a call may come to nothing; and whoever may have heard of an appointment hears that it is off."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

import pytest

from lotse_contracts.notify import CallNeeded, CallNotNeeded, SetSwitch
from lotse_contracts.referral import AppointmentCancelled, AppointmentFixed, AppointmentMoved
from lotse_notify.domain.hooks import Received
from lotse_notify.domain.outcome import SETTLE_SECONDS, Outcome
from lotse_notify.domain.prices import Prices
from lotse_notify.handlers import resolving
from lotse_notify.providers.routes import Guard, Routes
from lotse_notify.workers.post import Post
from tests.notify.given import NOW, House
from tests.notify.mailing import Mailer
from tests.notify.reporting import Desk
from tests.notify.ways import by_ways, mail

YES, NO, LOST = Outcome("accepted", "taken"), Outcome("rejected", "content_refused"), Outcome("unknown", "no_answer")
START = NOW + timedelta(days=9)


@dataclass
class Mailed:
    """Somebody with a mailbox, and her appointment."""

    house: House
    post: Post
    mailer: Mailer
    about: dict[str, Any]

    async def said(self, kind: type[AppointmentFixed | AppointmentCancelled], version: int) -> None:
        times = {"starts_at": START, "ends_at": START + timedelta(hours=1)} if kind is not AppointmentCancelled else {}
        await self.house.hear(kind.model_validate(self.about | times | {"version": version}))

    def calls(self) -> list[object]:
        return [row["ended_at"] for row in self.house.rows("call")]


@pytest.fixture
async def mailed(house: House) -> Mailed:
    mailer, person_id = Mailer(), uuid4()
    post = replace(house.post(1), routes=Routes([mailer], guard=Guard("local", Prices({})), clock=house._seconds))
    await house.hear(by_ways(house, person_id, mail()))
    about = {"appointment_id": uuid4(), "referral_id": UUID(int=1), "person_id": person_id}
    return Mailed(house, post, mailer, about)


async def test_a_call_that_a_yes_had_ended_is_asked_for_again_once_the_mail_comes_back(mailed: Mailed) -> None:
    house = mailed.house
    mailed.mailer.says = [NO, YES]
    await mailed.said(AppointmentFixed, 1)
    await house.send_all(mailed.post)
    assert mailed.calls() == [None]
    (row,) = house.rows("notification")
    async with house.unit() as unit:
        assert await resolving.try_again(unit, row["notification_id"])
    house.now += timedelta(minutes=1)
    await house.send_all(mailed.post)
    assert mailed.calls() == [house.now]
    house.now += timedelta(hours=1)
    last, desk = house.rows("send_attempt", "started_at")[-1]["attempt_id"], Desk.of(house)
    await desk.inbox.keep(Received("smtp", "bounce", last, None, "refused", "5.1.1", no_way=True))
    await desk.apply()
    assert mailed.calls() == [None]
    said = [type(fact) for fact in house.said if isinstance(fact, CallNeeded | CallNotNeeded)]
    assert said == [CallNeeded, CallNotNeeded, CallNeeded]


@pytest.mark.parametrize("then", ["cancelled", "moved"])
async def test_a_mail_in_doubt_that_waits_to_go_again_may_have_told_her(
    mailed: Mailed, then: Literal["cancelled", "moved"]
) -> None:
    house = mailed.house
    mailed.mailer.says = [LOST, YES]
    await mailed.said(AppointmentFixed, 1)
    await house.send_all(mailed.post)
    house.now += timedelta(seconds=SETTLE_SECONDS["email"])
    await house.hear(SetSwitch(name="all", on=False))
    await house.sweep(mailed.post)
    await house.send_all(mailed.post)
    assert house.states()["appointment"] == ("held", "kill_switch")
    await mailed.said(AppointmentCancelled if then == "cancelled" else AppointmentMoved, 2)
    await house.hear(SetSwitch(name="all", on=True))
    await house.send_all(mailed.post)
    told = [(row["arguments"]["change"], row["state"]) for row in house.rows("notification", "created_at")]
    assert told == [("fixed", "cancelled"), (then, "handed_over")]
