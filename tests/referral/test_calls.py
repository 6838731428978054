"""A message about an appointment may not have reached her: somebody calls while there is time, and nobody too late."""

from datetime import timedelta
from itertools import permutations
from uuid import UUID, uuid4

import pytest

from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.notify import CallNeeded, CallNotNeeded
from lotse_contracts.referral import AskCalls, AssignCall, CallChanged, CallsAnswer, ErasePerson, SettleCall
from tests.referral.appointed import APPOINTMENT, STARTS, fixing, on_her_way
from tests.referral.desk import Desk, Person, only

CALL = UUID(int=0xCA11)


def needed(person: Person, **changed: object) -> CallNeeded:
    return CallNeeded.model_validate(_about(person) | changed)


def not_needed(person: Person) -> CallNotNeeded:
    return CallNotNeeded.model_validate(_about(person))


def _about(person: Person) -> dict[str, object]:
    return {
        "person_id": person.person_id,
        "notification_id": CALL,
        "appointment_id": APPOINTMENT,
        "until": STARTS,
        "reason": "presumed_sent",
    }


async def appointed(desk: Desk) -> Person:
    person = Person(code="work")
    await on_her_way(desk, person)
    await desk.hears(fixing(person))
    return person


async def listed(desk: Desk, **asked: object) -> CallsAnswer:
    answer: CallsAnswer = await desk.asks(AskCalls.model_validate(asked))
    return answer


async def test_a_message_in_doubt_becomes_a_call_for_the_desk(desk: Desk) -> None:
    person = await appointed(desk)
    opened = only(CallChanged, await desk.hears(needed(person)))
    assert (opened.state, opened.referral_id, opened.until) == ("open", person.referral_id, STARTS)
    (call,) = (await listed(desk)).calls
    assert (call.call_id, call.person_id, call.starts_at) == (CALL, person.person_id, STARTS)
    assert (call.cancelled, call.reason, call.language) == (False, "presumed_sent", "uk")
    for _ in range(2):
        await desk.hears(AssignCall(call_id=CALL, assignee="olena"))
    assert [one.call_id for one in (await listed(desk, assignee="olena")).calls] == [CALL]
    assert (await listed(desk, assignee="petro")).calls == ()
    assert await desk.hears(SettleCall(call_id=CALL, result="no_answer")) == []
    assert (await listed(desk)).calls[0].tries == 1
    assert only(CallChanged, await desk.hears(SettleCall(call_id=CALL, result="done"))).state == "done"
    assert (await listed(desk)).calls == ()
    with pytest.raises(Refused, match="call_over"):
        await desk.hears(SettleCall(call_id=CALL, result="done"))


async def test_the_call_says_how_the_appointment_stands_now(desk: Desk) -> None:
    person = await appointed(desk)
    await desk.hears(needed(person))
    later = STARTS + timedelta(hours=3)
    await desk.hears(fixing(person, later))
    assert (await listed(desk)).calls[0].starts_at == later
    await desk.hears(fixing(person, later, cancelled=True))
    assert (await listed(desk)).calls[0].cancelled


async def test_what_is_of_use_for_the_shortest_time_is_called_first(desk: Desk) -> None:
    person = await appointed(desk)
    sooner = uuid4()
    await desk.hears(needed(person))
    await desk.hears(needed(person, notification_id=sooner, until=STARTS - timedelta(hours=1)))
    assert [one.call_id for one in (await listed(desk)).calls] == [sooner, CALL]


async def test_nobody_calls_when_it_is_too_late(desk: Desk) -> None:
    person = await appointed(desk)
    await desk.hears(needed(person))
    desk.now = STARTS
    assert (await listed(desk)).calls == ()
    with pytest.raises(Refused, match="call_over"):
        await desk.hears(AssignCall(call_id=CALL, assignee="olena"))
    assert only(CallChanged, await desk.fires_timers()).state == "stopped"
    assert await desk.hears(needed(person, notification_id=uuid4())) == []
    assert await desk.fires_timers() == []


async def test_what_failed_may_be_tried_by_somebody_else(desk: Desk) -> None:
    person = await appointed(desk)
    await desk.hears(needed(person))
    await desk.hears(AssignCall(call_id=CALL, assignee="olena"))
    assert only(CallChanged, await desk.hears(SettleCall(call_id=CALL, result="failed"))).state == "failed"
    assert only(CallChanged, await desk.hears(AssignCall(call_id=CALL, assignee="petro"))).state == "assigned"


async def test_needed_and_no_longer_needed_end_the_same_in_every_order(desk: Desk) -> None:
    person = await appointed(desk)
    ends: list[object] = []
    for order in permutations(range(2)):
        for _ in range(2):
            both: list[Message] = [needed(person, notification_id=UUID(int=len(ends) + 1)), not_needed(person)]
            both[1] = both[1].model_copy(update={"notification_id": UUID(int=len(ends) + 1)})
            for place in order * 3:
                await desk.hears(both[place])
            ends.append((await listed(desk)).calls)
    assert ends == [()] * 4
    assert {row["state"] for row in await desk.rows("person_call")} == {"stopped"}


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
async def test_a_call_that_is_needed_again_is_open_in_whatever_order_that_is_heard(
    desk: Desk, order: tuple[int, ...]
) -> None:
    person, began = await appointed(desk), desk.now
    said: list[Message] = [needed(person), not_needed(person), needed(person, reason="failed")]
    for place in order * 2:
        desk.now = began + timedelta(minutes=place)  # when it was said
        await desk.hears(said[place])
    assert [(call.reason, call.state) for call in (await listed(desk)).calls] == [("failed", "open")]
    desk.now = STARTS
    assert only(CallChanged, await desk.fires_timers()).state == "stopped"


async def test_a_call_that_was_made_is_not_asked_for_again(desk: Desk) -> None:
    person = await appointed(desk)
    await desk.hears(needed(person))
    await desk.hears(SettleCall(call_id=CALL, result="done"))
    desk.now += timedelta(minutes=1)
    assert await desk.hears(not_needed(person)) == []
    desk.now += timedelta(minutes=1)
    assert await desk.hears(needed(person)) == []
    assert (await listed(desk)).calls == ()


async def test_a_call_about_somebody_elses_appointment_is_none(desk: Desk) -> None:
    person = await appointed(desk)
    assert await desk.hears(needed(Person())) == []
    assert await desk.hears(needed(person, appointment_id=uuid4())) == []
    assert await desk.hears(needed(person, appointment_id=None)) == []
    assert await desk.rows("person_call") == []
    with pytest.raises(Refused, match="unknown_call"):
        await desk.hears(AssignCall(call_id=CALL, assignee="olena"))


async def test_an_erased_person_is_called_no_more(desk: Desk) -> None:
    person = await appointed(desk)
    await desk.hears(needed(person))
    await desk.hears(ErasePerson(person_id=person.person_id))
    assert await desk.rows("person_call") == []
    assert await desk.hears(needed(person)) == []
    assert await desk.hears(not_needed(person)) == []
    assert await desk.rows("person_call") == []
    with pytest.raises(Refused, match="person_erased"):
        await desk.hears(SettleCall(call_id=CALL, result="done"))
    desk.now = STARTS
    assert not [said for said in await desk.fires_timers() if isinstance(said, CallChanged)]


async def test_each_look_at_whom_to_call_is_in_the_access_log(desk: Desk) -> None:
    person = await appointed(desk)
    await desk.hears(needed(person))
    await listed(desk)
    looked = [row for row in await looks(desk) if row["purpose"] == "call"]
    assert [row["object_id"] for row in looked] == [str(person.person_id)]


async def looks(desk: Desk) -> list[dict[str, object]]:
    async with desk.service.engine.connect() as tx:
        found = await tx.exec_driver_sql("SELECT object_id, purpose FROM access_log")
        return [dict(row) for row in found.mappings()]
