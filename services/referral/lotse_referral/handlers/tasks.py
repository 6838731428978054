"""Somebody of ours goes along, or calls: who does it, and what became of it."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.referral import AskTasks, AssignTask, SettleTask, TaskEntry, TasksAnswer
from lotse_referral.domain.codes import parent_of
from lotse_referral.domain.machine import Action, Role, rule_of
from lotse_referral.domain.phrases import call_text, concerns_named, phrase
from lotse_referral.domain.referral import Given, Referral
from lotse_referral.domain.tasks import Task, TaskOver, assigned, settled
from lotse_referral.handlers import moving
from lotse_referral.handlers.carrying import said_of
from lotse_referral.handlers.finding import ours
from lotse_referral.handlers.moving import Move
from lotse_referral.providers.offices import Offices
from lotse_referral.store import directory, referrals, tasks
from lotse_referral.store.directory import NamedService

ACTION_OF: dict[str, Action] = {"accepted": "accept", "waitlisted": "waitlist", "declined": "decline"}


async def assign(order: AssignTask, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Again with the same name changes nothing."""
    _, task = await _task(tx, order)
    if task.state == "assigned" and task.assignee == order.assignee:
        return ()
    try:
        changed = assigned(task, order.assignee, context.now)
    except TaskOver:
        raise Refused("task_over", fields=("referral_id",)) from None
    await tasks.save(tx, changed)
    return (said_of(changed),)


async def settle(order: SettleTask, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """A call says what the office answered; somebody who went along delivers. A failed task may be tried again."""
    held, task = await _task(tx, order)
    _must_fit(order, task)
    try:
        changed = settled(task, order.result, context.now)
    except TaskOver:
        raise Refused("task_over", fields=("referral_id",)) from None
    await tasks.save(tx, changed)
    said: list[Message] = [said_of(changed)] if changed.state != task.state else []
    if order.result != "done":
        return said
    delivered = held
    more: list[Message] = []
    if held.state == "sent":
        delivered, more = await moving.moved(tx, context, held, Move("deliver", _deliverer(held)))
    return (*said, *more, *await _answered(tx, context, delivered, order))


async def ask(question: AskTasks, context: Context, tx: AsyncConnection, *, offices: Offices) -> TasksAnswer:
    """What is to be done, with number and words; nothing of the person but her id and her language."""
    entries = []
    for task in await tasks.live(tx, kind=question.kind, assignee=question.assignee, size=question.size):
        held = await referrals.read(tx, task.referral_id)
        if held is None or held.service_id is None:
            continue
        service = await directory.one(tx, held.service_id)
        entries.append(_entry(task, held, service, offices))
        key = str(task.person_id)
        await accesslog.record(tx, context, action="read", object_kind="person", object_id=key, purpose="task")
    return TasksAnswer(tasks=tuple(entries))


async def _task(tx: AsyncConnection, order: AssignTask | SettleTask) -> tuple[Referral, Task]:
    held = await ours(tx, order.referral_id)
    task = await tasks.load(tx, held.referral_id)
    if task is None:
        raise Refused("unknown_task", fields=("referral_id",))
    return held, task


def _must_fit(order: SettleTask, task: Task) -> None:
    """A call that was answered has an answer, a refusal has a reason, and nothing else has either."""
    called = task.kind == "call" and order.result == "done"
    if called != (order.answer is not None):
        raise Refused("call_answer_needed" if called else "call_answer_not_expected", fields=("answer",))
    if (order.answer == "declined") != (order.reason is not None):
        raise Refused("reason_needed" if order.answer == "declined" else "reason_not_expected", fields=("reason",))
    if task.kind == "accompany" and order.result == "no_answer":
        raise Refused("no_answer_is_for_calls", fields=("result",))


def _deliverer(held: Referral) -> Role:
    return "sender" if rule_of(held.state, "deliver", "sender") else "system"


async def _answered(tx: AsyncConnection, context: Context, held: Referral, order: SettleTask) -> Sequence[Message]:
    if order.answer is None:
        return ()
    given = Given(reason=order.reason)
    return await moving.by_desk(tx, context, held, Move(ACTION_OF[order.answer], "receiver_by_staff", given), "answer")


def _entry(task: Task, held: Referral, service: NamedService | None, offices: Offices) -> TaskEntry:
    code = parent_of(held.codes[0]) if held.codes else ""
    called = task.kind == "call"
    return TaskEntry(
        referral_id=task.referral_id,
        person_id=task.person_id,
        kind=task.kind,
        state=task.state,
        assignee=task.assignee,
        urgency=held.urgency,
        since=task.opened_at,
        tries=task.tries,
        service=service.name if service else "",
        number=service.phone if service else None,
        address=service.address if service else None,
        language=held.language,
        say=call_text(offices.sender.name, concerns_named(held.codes, "de")) if called else phrase(code, "de"),
    )
