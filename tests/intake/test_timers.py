"""A concern's clock as the service keeps it: one timer, moved with the concern, struck once, through restarts too."""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from lotse_chassis import links, timers
from lotse_chassis.faults import Away, Refused
from lotse_chassis.timers import Timer
from lotse_contracts import intake, notify, referral
from lotse_contracts.envelope import Message
from lotse_intake.domain.machine import ENDS, OPEN
from tests.intake.desk import act, answer, enrol, held, raised
from tests.intake.desk import timers as timers_of
from tests.intake.given import Intake, enquiry, kinds, only
from tests.intake.test_conversations import addition

SEQUENCES = 30
STEPS = 14


async def strike(here: Intake, concern_id: UUID | None = None) -> list[Message]:
    """The chassis fires what is due now, as often as something is; returns what was said."""
    said: list[Message] = []

    async def handled(timer: Timer, tx: Any) -> list[Message]:
        context = here.service.context(id=timer.id)
        context = type(context)(**{**vars(context), "now": here.now})
        return list(await here.service.timer_handlers["concern"](timer, context, tx))

    async def stage(tx: Any, timer: Timer, messages: Any) -> None:
        said.extend(messages)
        await here.service.stage(tx, here.context(id=timer.id), messages)

    while await timers.fire_one(here.service.engine, {"concern": handled}, stage, lambda: here.now):
        pass
    return said


async def test_the_desk_is_reminded_at_half_time_and_a_coordinator_at_the_end(here: Intake) -> None:
    concern = await raised(here)
    assert await strike(here) == []
    here.now += timedelta(hours=24, seconds=1)
    assert kinds(await strike(here)) == ["evt intake.concern-reminded"]
    assert await strike(here) == []
    here.now += timedelta(hours=24)
    said = await strike(here)
    assert kinds(said) == ["evt intake.concern-overdue", "evt intake.concern-escalated"]
    assert [one.version for one in said if isinstance(one, intake.ConcernReminded)] == [3, 4]
    here.now += timedelta(days=30)
    assert await strike(here) == []
    assert held(here, concern)[0] == "received"


async def test_a_clock_goes_on_where_it_was_after_a_restart_and_strikes_once(here: Intake) -> None:
    concern = await raised(here)
    here.now += timedelta(hours=25)
    await here.service.engine.dispose()
    ((due_at, payload),) = here.rows(f"SELECT due_at, payload FROM timer WHERE key = '{concern}'")

    async def dies(timer: Timer, tx: Any) -> list[Message]:
        await here.service.timer_handlers["concern"](timer, here.context(), tx)
        raise Away("the process ends before the commit")

    async def stage(tx: Any, timer: Timer, messages: Any) -> None:
        raise AssertionError("nothing is said")

    for _ in range(3):
        with pytest.raises(Away):
            await timers.fire_one(here.service.engine, {"concern": dies}, stage, lambda: here.now)
    assert here.rows(f"SELECT due_at, payload FROM timer WHERE key = '{concern}'") == [(due_at, payload)]
    assert kinds(await strike(here)) == ["evt intake.concern-reminded"]
    assert await strike(here) == []


async def test_she_is_told_that_something_waits_twice_and_given_up_on_the_twenty_first_day(here: Intake) -> None:
    await enrol(here, "w-1")
    concern = await raised(here)
    await act(here, concern, "claim")
    await answer(here, concern)
    await act(here, concern, "wait")
    told = []
    for days in (3, 4, 14):
        here.now += timedelta(days=days, seconds=1)
        told.append(await strike(here))
    first, second = only(told[0], notify.Tell), only(told[1], notify.Tell)
    assert (first.template, first.arguments) == ("answer_waits", ())
    assert second.supersedes == first.dedupe_key
    assert only(told[2], intake.ConcernMoved).state == "unreachable"
    assert timers_of(here, concern) == []


async def test_whoever_cannot_be_told_is_named_to_the_desk_instead(here: Intake) -> None:
    await enrol(here, "w-1")
    concern = await raised(here, flags=("deadline_near",), consent_to_contact=False)
    await act(here, concern, "claim")
    await answer(here, concern)
    await act(here, concern, "wait")
    here.now += timedelta(days=3, seconds=1)
    assert kinds(await strike(here)) == ["evt intake.concern-reminded"]


async def test_no_clock_gives_up_an_emergency(here: Intake) -> None:
    await enrol(here, "w-1")
    concern = await raised(here, flags=("danger",))
    await act(here, concern, "claim")
    await answer(here, concern)
    await act(here, concern, "wait")
    said: list[Message] = []
    for days in (3, 4, 14, 1, 1):
        here.now += timedelta(days=days, seconds=1)
        said = await strike(here)
    assert kinds(said) == ["evt intake.concern-escalated"]
    assert held(here, concern)[0] == "waiting_for_client"


async def test_a_strike_while_somebody_acts_waits_and_changes_nothing(here: Intake) -> None:
    concern = await raised(here)
    here.now += timedelta(hours=25)
    with psycopg.connect(here.database.owner_url) as connection:
        connection.execute(f"SELECT 1 FROM concern WHERE concern_id = '{concern}' FOR UPDATE".encode())
        with pytest.raises(Away):
            await strike(here)
    assert timers_of(here, concern) == [("look", "half")]
    assert kinds(await strike(here)) == ["evt intake.concern-reminded"]


async def test_a_timer_of_another_clock_does_nothing(here: Intake) -> None:
    concern = await raised(here)
    ((old,),) = here.rows(f"SELECT payload FROM timer WHERE key = '{concern}'")
    await act(here, concern, "screen")
    before = here.counts(), held(here, concern)
    stale = Timer("concern", str(concern), here.now, old, uuid4())
    async with here.service.engine.begin() as tx:
        assert await here.service.timer_handlers["concern"](stale, here.context(), tx) == []
    assert (here.counts(), held(here, concern)) == before


async def test_a_concern_in_work_is_looked_at_again_each_month(here: Intake) -> None:
    await enrol(here, "w-1")
    concern = await raised(here)
    await act(here, concern, "claim")
    await answer(here, concern)
    for _ in range(3):
        here.now += timedelta(days=30, seconds=1)
        assert kinds(await strike(here)) == ["evt intake.concern-reminded"]
    assert timers_of(here, concern) == [("look_again", "look_again")]


async def test_what_becomes_an_emergency_in_advice_is_to_be_looked_at_within_the_hour(here: Intake) -> None:
    await enrol(here, "w-1")
    code, _ = links.new_code()
    concern = only(await here.hear(enquiry(here, code=code), actor=None), intake.ConcernRaised).concern_id
    await act(here, concern, "claim")
    await answer(here, concern)
    await here.hear(addition(here, code, text="Дякую!"), actor=None)
    assert timers_of(here, concern) == [("look_again", "look_again")]
    await here.hear(addition(here, code, text="чоловік б'є мене"), actor=None)
    assert timers_of(here, concern) == [("look", "half")]
    assert held(here, concern)[:4] == ("in_advice", "w-1", None, "look")
    ((due_at,),) = here.rows("SELECT due_at FROM concern")
    assert due_at - here.now <= timedelta(hours=1)


async def test_whoever_writes_again_is_no_longer_waited_for(here: Intake) -> None:
    await enrol(here, "w-1")
    code, _ = links.new_code()
    concern = only(await here.hear(enquiry(here, code=code), actor=None), intake.ConcernRaised).concern_id
    await act(here, concern, "claim")
    await answer(here, concern)
    await act(here, concern, "wait")
    said = await here.hear(addition(here, code, text="Ось документ."), actor=None)
    assert only(said, intake.ConcernMoved).state == "in_advice"
    assert timers_of(here, concern) == [("look_again", "look_again")]


def sound(here: Intake, concern_id: UUID) -> None:
    """One timer where something waits and its time is not over; none where it has ended."""
    ((state, clock, due_at, reminded),) = here.rows(
        "SELECT state, clock, due_at, (SELECT count(*) FROM outbox WHERE claim_name = 'evt.intake.concern-overdue'"
        f" AND key = person_id::text) FROM concern WHERE concern_id = '{concern_id}'"
    )
    found = here.rows(
        f"SELECT payload->>'clock', (payload->>'due_at')::timestamptz FROM timer WHERE key = '{concern_id}'"
    )
    if state in OPEN:
        assert found == [(clock, due_at)] or (found == [] and reminded)
    else:
        assert (found, clock) == ([], None)
    assert state in OPEN or state == "answered" or state in ENDS


EVENTS = (
    *(("staff", action) for action in intake.ActOnConcern.model_json_schema()["properties"]["action"]["enum"]),
    *(("staff", action) for action in ("claim", "wait", "resume", "reopen", "screen", "assign")),
    *(("answer",), ("answer",), ("sent",), ("completed",), ("declined",), ("withdrawn",), ("again",)),
    *(("time", hours) for hours in (1, 30, 24 * 5, 24 * 22)),
)


async def test_random_events_leave_one_state_and_one_clock(here: Intake) -> None:
    """The handlers themselves, on a real database; the pure machine has its ten thousand in `test_clocks`."""
    dice = random.Random(20261125)  # noqa: S311 - a printed seed, no secret
    await enrol(here, "w-1", "w-2", "co-1")
    for _ in range(SEQUENCES):
        concern = only(await here.hear(enquiry(here), actor=None), intake.ConcernRaised)
        past: list[tuple[Message, UUID]] = []
        for _ in range(STEPS):
            await happens(here, concern, dice, past)
            sound(here, concern.concern_id)
    assert here.rows("SELECT 1 FROM timer WHERE state = 'stuck'") == []


async def happens(
    here: Intake, concern: intake.ConcernRaised, dice: random.Random, past: list[tuple[Message, UUID]]
) -> None:
    """One event; what the rules refuse changes nothing."""
    event = dice.choice(EVENTS)
    actor = dice.choice(("w-1", "w-2", "co-1"))
    try:
        match event:
            case ("staff", action):
                given = {"to": "w-2", "team": "south", "outcome": "need_met", "reason": "other", "code": "work"}
                more = {"urgency": dice.choice(("normal", "urgent")), "tags": ("a_tag",)}
                await act(here, concern.concern_id, str(action), actor=actor, **given, **more)
            case ("answer",):
                await answer(here, concern.concern_id, actor=actor)
            case ("time", hours):
                here.now += timedelta(hours=int(hours))
                await strike(here)
            case ("again",) if past:
                await here.hear(dice.choice(past)[0], actor=None)
            case (kind,):
                fact = fact_of(str(kind), concern, dice)
                past.append((fact, uuid4()))
                await here.hear(fact, actor=None)
    except Refused:
        return


def fact_of(kind: str, concern: intake.ConcernRaised, dice: random.Random) -> Message:
    ids: dict[str, Any] = {
        "referral_id": UUID(int=concern.concern_id.int ^ dice.randrange(2)),
        "person_id": concern.person_id,
        "concern_id": concern.concern_id,
        "version": 2,
    }
    match kind:
        case "completed":
            return referral.ReferralCompleted(**ids, outcome="need_met", confirmed_by="client")
        case "declined":
            return referral.ReferralDeclined(**ids, reason="no_capacity")
        case "withdrawn":
            return referral.ReferralWithdrawn(**ids, reason="client_request")
    return referral.ReferralSent(**ids, service_id=uuid4(), mode="self")
