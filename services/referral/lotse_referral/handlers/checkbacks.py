"""Closes the loop without the office: the person is asked what became of it, and her answer counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import links
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.timers import Timer, set_timer
from lotse_contracts import Message
from lotse_contracts.notify import Tell, TemplateArgument
from lotse_contracts.referral import AnswerCheckback, CheckbackAnswered, CheckbackAsked
from lotse_contracts.values import CheckbackAnswerName, CheckbackSeries, CheckbackThrough, CheckbackWay, CheckbackWord
from lotse_referral.domain.checkbacks import (
    CHECKBACK,
    MEANING,
    ROUND_DAYS,
    USEFUL_FOR,
    VISITS_MAX,
    Checkback,
    Meaning,
    asks_back,
    following_at,
    open_question,
    waits_until,
)
from lotse_referral.domain.machine import Forbidden, Role, allowed_actions
from lotse_referral.domain.referral import Given, Referral
from lotse_referral.handlers import asking_back, moving
from lotse_referral.handlers.finding import ours
from lotse_referral.handlers.telling import LIVES_AFTER, OwnPages, tell_with_link
from lotse_referral.store import alive, checkbacks, referrals

CHECKBACK_LINK = "checkback"
"""Purpose of the codes that answer without a page, such as by a bot's button; their subject is the referral."""
ANSWER_PATH = "/me/checkbacks/"


class Turn(NamedTuple):
    """One time of being asked; numbers count from 1 in each series."""

    series: CheckbackSeries
    number: int


@dataclass(frozen=True)
class Word:
    """An answer, whose it is, and how it reached us."""

    answer: CheckbackAnswerName
    said_by: CheckbackWord
    through: CheckbackThrough


async def due(timer: Timer, context: Context, tx: AsyncConnection, *, pages: OwnPages) -> Sequence[Message]:
    """Ask and set the next round; after the last one and a while of silence nobody knows, and that is said."""
    held = await _under_way(tx, timer)
    if held is None:
        return ()
    number, handed_over_at = int(timer.payload["round"]), datetime.fromisoformat(timer.payload["handed_over_at"])
    if number > len(ROUND_DAYS):
        return await _given_up(tx, held, timer, context)
    payload = {"round": number + 1, "handed_over_at": timer.payload["handed_over_at"]}
    next_at = following_at(handed_over_at, number, context.now)
    await set_timer(tx, kind=CHECKBACK, key=timer.key, due_at=next_at, payload=payload)
    if not asks_back(held):
        return ()
    return await _asked(tx, held, Turn("way", number), context, pages)


async def visit_due(timer: Timer, context: Context, tx: AsyncConnection, *, pages: OwnPages) -> Sequence[Message]:
    """The morning after an appointment; the next appointment has its own."""
    held = await _under_way(tx, timer)
    if held is None:
        return ()
    await asking_back.plan_visit(tx, held, context)
    number = await checkbacks.next_round(tx, held.referral_id, "visit")
    return () if number > VISITS_MAX else await _asked(tx, held, Turn("visit", number), context, pages)


async def answer(order: AnswerCheckback, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """The desk writes down what she said, or what it knows itself."""
    held = await ours(tx, order.referral_id)
    return await answered(tx, held, Word(order.answer, order.said_by, "desk"), context)


async def answered_by_code(
    tx: AsyncConnection, code: str, given: CheckbackAnswerName, context: Context
) -> Sequence[Message]:
    """A tap on a button somewhere else: the code is good for one answer. Raises Refused as `links.use`, `answered`."""
    found = await links.use(tx, code, purpose=CHECKBACK_LINK, now=context.now)
    held = await ours(tx, UUID(found.subject_id))
    return await answered(tx, held, Word(given, "person", "bot"), context)


async def answered(tx: AsyncConnection, held: Referral, word: Word, context: Context) -> Sequence[Message]:
    """Her answer completes the referral, ends it, or leaves it open until she is asked again.

    The referral is locked. The same answer to the same question again changes nothing. Raises Refused once the loop is
    closed, or where there is nobody who could have answered.
    """
    if held.direction != "out" or held.person_id is None or not held.under_way:
        raise Refused("action_not_allowed" if held.open else "checkback_closed", fields=("answer",))
    asked = await checkbacks.of_referral(tx, held.referral_id)
    newest = asked[-1] if asked else None
    if newest is not None and newest.answer == word.answer and word.through != "desk":
        return ()
    question = open_question(asked) or newest
    if question is not None:
        await checkbacks.note_answer(tx, question, word.answer, context.now, said_by=word.said_by, through=word.through)
    said = CheckbackAnswered(
        referral_id=held.referral_id,
        person_id=held.person_id,
        answer=word.answer,
        said_by=word.said_by,
        through=word.through,
    )
    return (said, *await _moved(tx, held, word, context))


async def _moved(tx: AsyncConnection, held: Referral, word: Word, context: Context) -> Sequence[Message]:
    """What the answer does; where the office itself has to close the loop, the desk knows what she said."""
    meaning = MEANING[word.answer]
    role: Role = "sender" if word.said_by == "staff" else "person"
    if meaning is None or meaning.action not in allowed_actions(held.state, role, held.mode, named=held.named):
        return ()
    try:
        _, said = await moving.moved(tx, context, held, moving.Move(meaning.action, role, _given(meaning)))
    except Forbidden:
        return ()
    return said


def _given(meaning: Meaning) -> Given:
    return Given(reason=meaning.reason, outcome=meaning.outcome)


async def _under_way(tx: AsyncConnection, timer: Timer) -> Referral | None:
    """Under her lock, so that what intake says of her contact is before or after."""
    seen = await referrals.read(tx, UUID(timer.key))
    if seen is None or seen.person_id is None or await alive.erased(tx, seen.person_id):
        return None
    held = await referrals.load(tx, seen.referral_id)
    return held if held is not None and held.under_way else None


async def _given_up(tx: AsyncConnection, held: Referral, timer: Timer, context: Context) -> Sequence[Message]:
    """Each question has its week, also the one about an appointment that still lies ahead."""
    asked = [one.asked_at for one in await checkbacks.of_referral(tx, held.referral_id)]
    visit = await asking_back.visit_asked_at(tx, held.referral_id)
    until = waits_until([*asked, visit] if visit is not None else asked)
    if until is not None and until > context.now:
        await set_timer(tx, kind=CHECKBACK, key=timer.key, due_at=until, payload=timer.payload)
        return ()
    if "give_up" not in allowed_actions(held.state, "system", held.mode, named=held.named):
        return ()
    _, said = await moving.moved(tx, context, held, moving.Move("give_up", "system"))
    return said


async def _asked(
    tx: AsyncConnection, held: Referral, turn: Turn, context: Context, pages: OwnPages
) -> Sequence[Message]:
    """By a message, or by the desk where nothing may be sent to her; not at all where nothing may be told."""
    if held.person_id is None or not await asking_back.tellable(tx, held):
        return ()
    way: CheckbackWay = "message" if await checkbacks.is_safe(tx, held.person_id) else "desk"
    asked = Checkback(held.referral_id, held.person_id, turn.series, turn.number, way, context.now)
    await checkbacks.add(tx, asked)
    fact = CheckbackAsked(
        referral_id=held.referral_id, person_id=held.person_id, round=turn.number, series=turn.series, way=way
    )
    return (fact,) if way == "desk" else (fact, await _told(tx, asked, context, pages))


async def _told(tx: AsyncConnection, asked: Checkback, context: Context, pages: OwnPages) -> Tell:
    useful_by = context.now + USEFUL_FOR
    told = Tell(
        person_id=asked.person_id,
        template="checkback",
        arguments=(TemplateArgument(name="round", value=str(asked.round)),),
        useful_by=useful_by,
        dedupe_key=_key(asked.referral_id, asked.series, asked.round),
        supersedes=_key(asked.referral_id, asked.series, asked.round - 1) if asked.round > 1 else None,
    )
    if pages.notify_key.key is None:
        return told
    code = await links.create(
        tx, purpose=CHECKBACK_LINK, subject_id=str(asked.referral_id), expires_at=useful_by + LIVES_AFTER
    )
    return await tell_with_link(tx, pages, told, context.now, answer_url=pages.url(ANSWER_PATH + code))


def _key(referral_id: UUID, series: CheckbackSeries, number: int) -> str:
    """Under which a question is told once; of the series `way` as it was when notify made it itself."""
    return f"checkback-{referral_id}-{number}" if series == "way" else f"checkback-{referral_id}-visit-{number}"
