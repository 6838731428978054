"""The desk over a real broker: refusals name what is allowed, and clocks strike once through a restart."""

import asyncio
from typing import Any

import psycopg
import pytest

from lotse_chassis import links
from lotse_chassis.faults import Refused
from lotse_contracts import intake
from tests import kit
from tests.conftest import ServiceRunner
from tests.intake.desk import act, enrol, held, raised
from tests.intake.given import Intake
from tests.intake.test_running import SECONDS, enquiry, frontend, seal_key


async def test_a_refusal_over_the_broker_names_what_is_allowed(broker: kit.Broker, run_service: ServiceRunner) -> None:
    service = await run_service("intake")
    code, _ = links.new_code()
    async with frontend(broker, "web") as web, frontend(broker, "desk") as desk:
        assert (await web.order(enquiry(seal_key(service), code))).accepted
        (waiting,) = (await desk.ask(intake.AskInbox())).entries
        wrong = intake.ActOnConcern(concern_id=waiting.concern_id, action="resume")
        answer = await desk.order(wrong)
        assert answer.problem
        assert (answer.accepted, answer.problem.code) == (False, "not_allowed_now")
        told = await desk.ask(intake.AskConcernActions(concern_id=waiting.concern_id))
        assert answer.problem.allowed == ", ".join(told.actions)
        done = await desk.order(intake.ActOnConcern(concern_id=waiting.concern_id, action="screen"))
        assert (done.accepted, done.warnings) == (True, ())


async def test_what_needs_a_second_person_is_answered_so(broker: kit.Broker, run_service: ServiceRunner) -> None:
    service = await run_service("intake")
    async with frontend(broker, "web") as web, frontend(broker, "desk") as desk:
        order = enquiry(seal_key(service), links.new_code()[0], flags=("danger",))
        assert (await web.order(order)).accepted
        (waiting,) = (await desk.ask(intake.AskInbox())).entries
        answer = await desk.order(intake.ActOnConcern(concern_id=waiting.concern_id, action="mark_spam"))
        assert (answer.accepted, answer.warnings) == (True, ("second_person_needed",))


async def test_a_clock_that_was_due_while_nobody_was_there_strikes_once_after_the_restart(
    broker: kit.Broker, run_service: ServiceRunner, database: Any
) -> None:
    here = database("intake")
    service = await run_service("intake", on=here)
    async with frontend(broker, "web") as web:
        for _ in range(5):
            assert (await web.order(enquiry(seal_key(service), links.new_code()[0]))).accepted
    await service.engine.dispose()
    with psycopg.connect(here.owner_url, autocommit=True) as connection:
        connection.execute("UPDATE timer SET due_at = now() - interval '1 hour' WHERE kind = 'concern'")
        await run_service("intake", on=here)  # two processes now, and both look for what is due

        def reminded() -> bool:
            found = "SELECT count(*) FROM outbox WHERE claim_name = 'evt.intake.concern-reminded'"
            ((count,),) = connection.execute(found).fetchall()
            return bool(count == 5)

        await kit.eventually(reminded, seconds=SECONDS)
        await asyncio.gather(*(kit.eventually(reminded) for _ in range(3)))
        ((left,),) = connection.execute("SELECT count(*) FROM timer WHERE kind = 'concern'").fetchall()
        assert left == 5


async def test_of_two_who_claim_at_once_one_gets_it(here: Intake) -> None:
    await enrol(here, "w-1", "w-2")
    for _ in range(10):
        concern = await raised(here)
        done = await asyncio.gather(
            act(here, concern, "claim", actor="w-1"), act(here, concern, "claim", actor="w-2"), return_exceptions=True
        )
        (lost,) = [one for one in done if isinstance(one, Refused)]
        assert lost.code == "not_allowed_now"
        assert held(here, concern)[:2] in (("assigned", "w-1"), ("assigned", "w-2"))


async def test_a_coordinator_alone_may_enrol_and_a_counsellors_token_does_not_do(
    broker: kit.Broker, run_service: ServiceRunner
) -> None:
    await run_service("intake")
    async with frontend(broker, "desk") as desk:
        assert (await desk.order(intake.EnrolStaff(actor="w-1", languages=("uk",)))).accepted
        assert [one.actor for one in (await desk.ask(intake.AskStaff())).members] == ["w-1"]
        with pytest.raises(AssertionError, match="role_not_allowed"):
            await asked_as_treasurer(desk)


async def asked_as_treasurer(desk: Any) -> None:
    desk._token = lambda role, token=desk._token: token("treasurer")
    await desk.ask(intake.AskStaff())
