"""What goes by its second way is asked about before the first byte as that way, and not as the one that said no."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from lotse_contracts.intake import SafeHours
from lotse_contracts.notify import SetSwitch
from lotse_notify.domain.outcome import Outcome
from lotse_notify.domain.prices import Prices
from lotse_notify.providers.routes import Guard, Routes
from lotse_notify.workers.post import Post
from tests.notify.carrier import Carrier
from tests.notify.given import House, tell
from tests.notify.mailing import Mailer
from tests.notify.ways import by_ways, mail, phone

YES, NO = Outcome("accepted", "taken"), Outcome("rejected", "content_refused")
FORENOON = SafeHours(weekdays=(1, 2, 3, 4, 5), starts="09:00", ends="11:00")


@dataclass
class Two:
    """A mailbox that refuses this mail, and after it a phone."""

    house: House
    post: Post
    sms: Carrier
    mailer: Mailer
    person_id: UUID


@pytest.fixture
def two(house: House) -> Two:
    sms, mailer = Carrier(YES), Mailer(NO)
    routes = Routes([sms, mailer], guard=Guard("local", Prices({})), clock=house._seconds)
    return Two(house, replace(house.post(1), routes=routes), sms, mailer, uuid4())


async def test_a_switch_of_the_second_way_that_is_thrown_after_its_claim_holds_it(two: Two) -> None:
    await two.house.hear(by_ways(two.house, two.person_id, mail(), phone()))
    two.sms.before = lambda: two.house.hear(SetSwitch(name="sms", on=False))
    await two.house.hear(tell(two.person_id))
    await two.house.send_all(two.post)
    assert two.sms.taken == []
    assert two.house.states()["receipt"] == ("held", "kill_switch")
    await two.house.hear(SetSwitch(name="sms", on=True))
    await two.house.send_all(two.post)
    assert len(two.sms.taken) == 1


async def test_the_safe_hours_of_the_first_way_do_not_hold_the_second(two: Two) -> None:
    """It would be claimed and withdrawn, again and again, until they begin."""
    await two.house.hear(by_ways(two.house, two.person_id, mail(safe_hours=(FORENOON,)), phone()))
    await two.house.hear(tell(two.person_id))

    async def eleven_strikes() -> None:
        two.house.now += timedelta(hours=2)

    two.mailer.during = eleven_strikes
    await two.house.send_all(two.post)
    assert len(two.sms.taken) == 1
    assert [row["state"] for row in two.house.rows("send_attempt", "started_at")] == ["rejected", "accepted"]
