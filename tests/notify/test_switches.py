"""The kill switch holds back before the first byte, lets go again, and a flood is held by the caps and said once."""

import asyncio
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from lotse_contracts.notify import AskSwitches, CapReached, MessageFailed, SetSwitch, SwitchesAnswer, SwitchSet
from lotse_contracts.referral import AppointmentFixed
from lotse_contracts.values import COORDINATORS
from lotse_notify.domain.caps import Caps
from lotse_notify.domain.outcome import Outcome
from lotse_notify.workers.claiming import claim
from lotse_notify.workers.post import Post
from tests.notify.carrier import Carrier
from tests.notify.given import NOW, House, tell
from tests.notify.mailserver import MailServer

NUMBER = "+4915112345678"


@pytest.fixture
def olena() -> UUID:
    return uuid4()


async def asked(house: House) -> SwitchesAnswer:
    answer = await house.ask(AskSwitches())
    assert isinstance(answer, SwitchesAnswer)
    return answer


async def with_phone(house: House, *people: UUID) -> None:
    for person_id in people:
        await house.hear(house.contact(person_id, kind="sms", value=NUMBER))


def capped(post: Post, caps: Caps) -> Post:
    return replace(post, caps=caps)


def test_only_coordinators_turn_it() -> None:
    assert SetSwitch.ROLES == COORDINATORS


@pytest.mark.parametrize("name", ["all", "sms"])
async def test_what_it_holds_goes_when_it_is_let_go(house: House, olena: UUID, name: str) -> None:
    carrier = Carrier()
    post = house.post(1, more=[carrier])
    await with_phone(house, olena)
    (off,) = await house.hear(SetSwitch.model_validate({"name": name, "on": False}))
    assert off == SwitchSet.model_validate({"name": name, "on": False, "since": NOW})
    await house.hear(tell(olena))
    await house.send_all(post)
    assert (house.states()["receipt"], carrier.taken) == (("held", "kill_switch"), [])
    answer = await asked(house)
    assert [one.name for one in answer.switches if not one.on] == [name]
    assert answer.waiting == 1
    house.now += timedelta(minutes=1)
    await house.hear(SetSwitch.model_validate({"name": name, "on": True}))
    await house.send_all(post)
    assert (house.states()["receipt"][0], len(carrier.taken)) == ("handed_over", 1)
    assert all(one.on for one in (await asked(house)).switches)


async def test_it_looks_again_by_itself_and_holds_on(house: House, olena: UUID) -> None:
    post = house.post(1, more=[Carrier()])
    await with_phone(house, olena)
    await house.hear(SetSwitch(name="all", on=False))
    await house.hear(tell(olena))
    for _ in range(3):
        await house.send_all(post)
        house.now += timedelta(hours=1)
    assert house.states()["receipt"] == ("held", "kill_switch")


async def test_another_channel_goes_on(house: House, olena: UUID) -> None:
    carrier = Carrier()
    await with_phone(house, olena)
    await house.hear(SetSwitch(name="email", on=False))
    await house.hear(tell(olena))
    await house.send_all(house.post(1, more=[carrier]))
    assert len(carrier.taken) == 1


async def test_turned_off_after_the_intent_nothing_leaves_either(house: House, olena: UUID) -> None:
    """The policy is asked once more before the first byte."""
    carrier = Carrier()
    carrier.before = lambda: house.hear(SetSwitch(name="sms", on=False))
    post = house.post(1, more=[carrier])
    await with_phone(house, olena)
    await house.hear(tell(olena))
    await house.send_all(post)
    await house.send_all(post)
    assert (house.states()["receipt"], carrier.taken) == (("held", "kill_switch"), [])
    assert [row["state"] for row in house.rows("send_attempt")] == ["withdrawn"]
    await house.hear(SetSwitch(name="sms", on=True))
    await house.send_all(post)
    assert len(carrier.taken) == 1


async def test_what_is_of_no_use_any_more_expires_behind_it(house: House, olena: UUID) -> None:
    post = house.post(1, more=[Carrier()])
    await with_phone(house, olena)
    await house.hear(SetSwitch(name="all", on=False))
    await house.hear(tell(olena, useful_by=NOW + timedelta(hours=2)))
    await house.send_all(post)
    house.now += timedelta(hours=2)
    await house.send_all(post)
    assert house.states()["receipt"] == ("expired", "too_late")
    assert [one.reason for one in house.said if isinstance(one, MessageFailed)] == ["too_late"]


async def test_again_says_nothing_and_who_turned_it_stays_written(house: House) -> None:
    for on, count in ((False, 1), (False, 0), (True, 1), (True, 0)):
        assert len(await house.hear(SetSwitch(name="all", on=on))) == count
    looked = [(row["action"], row["object_id"], row["actor"]) for row in house.rows("access_log", "at")]
    assert sorted(looked) == [("turn_off", "all", "desk-1"), ("turn_on", "all", "desk-1")]


async def test_the_command_needs_nothing_but_the_database(house: House, olena: UUID) -> None:
    await with_phone(house, olena)
    shown = _command(house, "all", "off", "--lang", "en")
    assert re.match(r"all: OFF since \d\d\.\d\d\.\d{4} \d\d:\d\d$", shown, re.MULTILINE), "the time of Dresden"
    await house.hear(tell(olena))
    await house.send_all(house.post(1, more=[Carrier()]))
    lines = _command(house, "--lang", "en").splitlines()
    assert [line.partition(" since")[0] for line in lines[:4]] == ["all: OFF", "sms: on", "email: on", "telegram: on"]
    assert lines[4:] == ["1 messages wait for a switch", "SMS parts today: 0 of 3000"]
    assert _command(house, "all", "on").splitlines()[0] == "all: an"
    assert _command(house, "all", "on").splitlines()[0] == "all: steht schon so"
    said = [row["subject"].split(".")[4] for row in house.rows("outbox") if "switch-set" in row["subject"]]
    assert said == ["switch-set", "switch-set"]


async def test_one_person_gets_no_more_than_the_cap_of_a_day_and_the_rest_tomorrow(house: House, olena: UUID) -> None:
    carrier = Carrier()
    post = capped(house.post(1, more=[carrier]), Caps(to_person=5, identical=100))
    await with_phone(house, olena)
    for number in range(8):
        await house.hear(tell(olena, "checkback", key=f"k{number}", arguments={"round": str(number + 1)}))
    await house.send_all(post)
    assert len(carrier.taken) == 4, "the last fifth is for what is urgent"
    house.now = datetime(2026, 11, 26, 6, 59, tzinfo=UTC)
    await house.send_all(post)
    assert len(carrier.taken) == 4
    house.now = datetime(2026, 11, 26, 7, 0, tzinfo=UTC)
    await house.send_all(post)
    assert len(carrier.taken) == 8


async def test_the_same_words_do_not_come_again_and_again(house: House, olena: UUID) -> None:
    carrier = Carrier()
    post = capped(house.post(1, more=[carrier]), Caps(identical=2))
    await with_phone(house, olena)
    for number in range(4):
        await house.hear(tell(olena, key=f"k{number}"))
    await house.hear(tell(olena, "referral_made", key="other"))
    await house.send_all(post)
    assert len(carrier.taken) == 3
    assert house.states()["referral_made"][0] == "handed_over"


@pytest.mark.parametrize(("caps", "at_once"), [(Caps(to_person=5), 4), (Caps(identical=3), 3)])
async def test_a_number_that_many_enquiries_name_gets_no_more_than_one_person(
    house: House, caps: Caps, at_once: int
) -> None:
    """Each anonymous enquiry makes a new person: with somebody else's number they are a storm upon one phone."""
    carrier = Carrier()
    post = capped(house.post(1, more=[carrier]), caps)
    storm = [uuid4() for _ in range(12)]
    await with_phone(house, *storm[:9])
    for person_id in storm[:9]:
        await house.hear(tell(person_id))
    await house.send_all(post)
    assert len(carrier.taken) == at_once, "in one group"
    await with_phone(house, *storm[9:])
    for person_id in storm[9:]:
        await house.hear(tell(person_id))
    await house.send_all(post)
    assert len(carrier.taken) == at_once, "and over several"
    assert {row["because"] for row in house.rows("notification") if row["state"] == "held"} == {"cap"}
    assert [one.cap for one in house.said if isinstance(one, CapReached)] == ["person"]
    other = uuid4()
    await house.hear(house.contact(other, kind="sms", value="+4915187654321"))
    await house.hear(tell(other))
    await house.send_all(post)
    assert len(carrier.taken) == at_once + 1, "a number of her own is not held"


async def test_a_flooded_number_leaves_her_mailbox_and_what_is_urgent(house: House, mailserver: MailServer) -> None:
    carrier = Carrier()
    post = capped(house.post(mailserver.port, more=[carrier]), Caps(to_person=5))
    storm, olena, oksana = [uuid4() for _ in range(6)], uuid4(), uuid4()
    await with_phone(house, *storm, oksana)
    await house.hear(house.contact(olena, more=[("sms", NUMBER)]))
    for person_id in [*storm, olena]:
        await house.hear(tell(person_id))
    await house.send_all(post)
    assert (len(carrier.taken), len(mailserver.taken)) == (4, 1)
    start = NOW + timedelta(hours=5)
    fixed = AppointmentFixed(
        appointment_id=uuid4(),
        referral_id=UUID(int=1),
        person_id=oksana,
        version=1,
        starts_at=start,
        ends_at=start + timedelta(hours=1),
    )
    await house.hear(fixed)
    await house.send_all(post)
    assert len(carrier.taken) == 5


async def test_a_storm_is_held_by_the_segments_of_a_day_and_said_once(house: House) -> None:
    """Trap 28: many people, one after the other, in one group of claims and over several."""
    carrier = Carrier()
    post = capped(house.post(1, more=[carrier]), Caps(segments=50))
    storm = [uuid4() for _ in range(40)]
    for number, person_id in enumerate(storm):
        await house.hear(house.contact(person_id, kind="sms", value=f"+49151123456{number:02}"))
        await house.hear(tell(person_id))
    await house.send_all(post)
    spent = sum(row["segments"] for row in house.rows("send_attempt"))
    assert 0 < spent <= 40
    states = [row["state"] for row in house.rows("notification")]
    assert states.count("held") == 40 - len(carrier.taken) > 0
    assert [(one.cap, one.limit, one.day) for one in house.said if isinstance(one, CapReached)] == [
        ("segments", 50, "2026-11-25")
    ]
    assert ("at_once", "cap_reached", 1) in [tuple(row.values()) for row in house.rows("staff_count")]
    assert (await asked(house)).segments == spent
    house.now += timedelta(hours=22)
    await house.send_all(post)
    assert len(carrier.taken) > spent // 2


async def test_what_never_left_is_not_counted(house: House, olena: UUID) -> None:
    carrier = Carrier(Outcome("deferred", "busy"), Outcome("accepted", "taken"))
    post = capped(house.post(1, more=[carrier]), Caps(to_person=2))
    await with_phone(house, olena)
    await house.hear(tell(olena))
    await house.send_all(post)
    house.now += timedelta(minutes=5)
    await house.send_all(post)
    assert house.states()["receipt"][0] == "handed_over"


def _command(house: House, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "lotse_notify", "switch", *arguments],
        env={**os.environ, "LOTSE_DATABASE_URL": house.database.url, "LOTSE_ASSOCIATION": "auslaenderrat"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


async def test_two_processes_that_claim_at_once_keep_the_cap_of_a_person(house: House) -> None:
    """Her row is locked by the first, and the second reads what was begun, or passes her over."""
    person_id = uuid4()
    await house.hear(house.contact(person_id, kind="sms", value=NUMBER))
    for number in range(6):
        await house.hear(tell(person_id, key=f"k{number}"))
    post = replace(house.post(1, more=[Carrier()]), caps=Caps(to_person=3, identical=100))
    for _ in range(4):
        await asyncio.gather(*(claim(house.unit, post, rows_max=1) for _ in range(2)))
    await post.routes.close()
    assert len(house.rows("send_attempt")) == 2, "the last fifth is for what is urgent"
