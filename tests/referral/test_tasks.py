"""Somebody of ours goes along or calls: assigned, settled, and what the office said recorded as staff's word."""

from datetime import timedelta

import pytest

from lotse_chassis.faults import Refused
from lotse_contracts.referral import (
    ActOnReferral,
    AskTasks,
    AssignTask,
    ReferralDelivered,
    SettleTask,
    TaskChanged,
    TasksAnswer,
)
from tests.referral.desk import Person, only
from tests.referral.offices import OfficeDesk, office_of


async def on_the_way(desk: OfficeDesk, person: Person, mode: str) -> None:
    await desk.hears(person.sent(await office_of(desk, person), mode=mode))


async def tasks(desk: OfficeDesk, **asked: object) -> TasksAnswer:
    answer: TasksAnswer = await desk.asks(AskTasks.model_validate(asked))
    return answer


async def test_a_volunteer_goes_along_and_it_is_delivered(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    await on_the_way(office_desk, person, "accompanied")
    assert await office_desk.state(person.referral_id) == "sent"
    (task,) = (await tasks(office_desk)).tasks
    assert (task.kind, task.state, task.person_id) == ("accompany", "open", person.person_id)
    assert "Antrag auf Unterstützung" in task.say
    for _ in range(2):
        await office_desk.hears(AssignTask(referral_id=person.referral_id, assignee="volunteer-7"))
    assert [one.assignee for one in (await tasks(office_desk, assignee="volunteer-7")).tasks] == ["volunteer-7"]
    said = await office_desk.hears(SettleTask(referral_id=person.referral_id, result="done"))
    assert only(TaskChanged, said).state == "done"
    assert only(ReferralDelivered, said).person_id == person.person_id
    assert await office_desk.state(person.referral_id) == "delivered"
    assert (await tasks(office_desk)).tasks == ()


async def test_what_failed_may_be_tried_by_somebody_else(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    await on_the_way(office_desk, person, "accompanied")
    await office_desk.hears(AssignTask(referral_id=person.referral_id, assignee="volunteer-7"))
    await office_desk.hears(SettleTask(referral_id=person.referral_id, result="failed"))
    assert await office_desk.state(person.referral_id) == "sent"
    with pytest.raises(Refused, match="task_over"):
        await office_desk.hears(SettleTask(referral_id=person.referral_id, result="done"))
    await office_desk.hears(AssignTask(referral_id=person.referral_id, assignee="volunteer-8"))
    await office_desk.hears(SettleTask(referral_id=person.referral_id, result="done"))
    with pytest.raises(Refused, match="task_over"):
        await office_desk.hears(AssignTask(referral_id=person.referral_id, assignee="volunteer-9"))


CALLS = (("accepted", None, "accepted"), ("waitlisted", None, "waitlisted"), ("declined", "no_capacity", "declined"))


@pytest.mark.parametrize(("answer", "reason", "state"), CALLS)
async def test_a_call_records_what_the_office_said(
    office_desk: OfficeDesk, answer: str, reason: str | None, state: str
) -> None:
    person = Person(code="benefits")
    await on_the_way(office_desk, person, "call")
    (task,) = (await tasks(office_desk, kind="call")).tasks
    assert task.number == "+49 351 4750" or task.number is None
    assert "Ausländerrat Dresden e. V." in task.say
    assert "Sozialleistungen" in task.say
    for _ in range(2):
        assert await office_desk.hears(SettleTask(referral_id=person.referral_id, result="no_answer")) == []
    assert (await tasks(office_desk)).tasks[0].tries == 2
    order = SettleTask.model_validate(
        {"referral_id": person.referral_id, "result": "done", "answer": answer, "reason": reason}
    )
    await office_desk.hears(order)
    assert await office_desk.state(person.referral_id) == state
    step = office_desk.sql(
        "SELECT by FROM referral_step WHERE referral_id = %s ORDER BY version DESC LIMIT 1", person.referral_id
    )
    assert step == [{"by": "receiver_by_staff"}]


@pytest.mark.parametrize(
    ("mode", "given", "code"),
    [
        ("call", {"result": "done"}, "call_answer_needed"),
        ("call", {"result": "failed", "answer": "accepted"}, "call_answer_not_expected"),
        ("call", {"result": "done", "answer": "declined"}, "reason_needed"),
        ("call", {"result": "done", "answer": "accepted", "reason": "other"}, "reason_not_expected"),
        ("accompanied", {"result": "done", "answer": "accepted"}, "call_answer_not_expected"),
        ("accompanied", {"result": "no_answer"}, "no_answer_is_for_calls"),
        ("self", {"result": "done"}, "unknown_task"),
    ],
)
async def test_what_does_not_fit_is_refused_and_nothing_changes(
    office_desk: OfficeDesk, mode: str, given: dict[str, str], code: str
) -> None:
    person = Person(code="benefits")
    await on_the_way(office_desk, person, mode)
    before = await office_desk.state(person.referral_id)
    with pytest.raises(Refused, match=code):
        await office_desk.hears(SettleTask.model_validate({"referral_id": person.referral_id, **given}))
    assert await office_desk.state(person.referral_id) == before


async def test_a_task_ends_with_its_referral_and_says_so(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    await on_the_way(office_desk, person, "accompanied")
    said = await office_desk.hears(
        ActOnReferral(referral_id=person.referral_id, action="withdraw", reason="client_request")
    )
    assert only(TaskChanged, said).state == "stopped"
    assert (await tasks(office_desk)).tasks == ()


async def test_urgent_tasks_come_first_and_reading_them_is_logged(office_desk: OfficeDesk) -> None:
    calm, urgent = Person(code="benefits"), Person(code="benefits")
    await on_the_way(office_desk, calm, "accompanied")
    office_desk.now += timedelta(hours=1)
    await on_the_way(office_desk, urgent, "call")
    office_desk.sql("UPDATE referral SET urgency = 'emergency' WHERE referral_id = %s", urgent.referral_id)
    found = (await tasks(office_desk)).tasks
    assert [one.referral_id for one in found] == [urgent.referral_id, calm.referral_id]
    looks = office_desk.sql("SELECT object_id FROM access_log WHERE purpose = 'task'")
    assert {row["object_id"] for row in looks} == {str(urgent.person_id), str(calm.person_id)}
