"""Code and PIN over the wire: intake knows whose they are and counts the tries; nobody learns which was wrong."""

from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import httpx
import psycopg

from lotse_chassis.service import Service
from lotse_contracts.envelope import envelope_of, subject_for, to_json
from lotse_contracts.intake import ConcernAccepted
from tests import kit
from tests.referral.desk import Person

Runner = Callable[..., Awaitable[Service]]
PIN = "482913"
ENQUIRY = {
    "language": "uk",
    "codes": ["work"],
    "text": "Допоможіть знайти роботу.",
    "pin": PIN,
    "notice_version": "2026-11",
}


def browser_of(service: Service) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{service.settings.http_port}")


async def asked_for_help(intake: Service) -> tuple[str, UUID]:
    """Her receipt code, and the id that she never sees."""
    async with browser_of(intake) as web:
        answer = await web.post("/enquiries", json=ENQUIRY, headers={"Idempotency-Key": uuid4().hex})
        assert answer.status_code == 201, answer.text
        code = str(answer.json()["receipt_code"])
    async with intake.engine.connect() as tx:
        (person_id,) = (await tx.exec_driver_sql("SELECT person_id FROM enquiry")).scalars()
    return code, person_id


async def concern_arrives(broker: kit.Broker, referral: Service, person_id: UUID) -> None:
    """As intake says it."""
    fact: ConcernAccepted = Person(person_id=person_id, code="work").accepted()
    envelope = envelope_of(fact, id=uuid4(), association=kit.ASSOCIATION, sender="intake", time=referral.now())
    async with broker.connected("intake") as client:
        await client.jetstream().publish(subject_for(fact, kit.ASSOCIATION), to_json(envelope))

    async def known() -> bool:
        async with referral.engine.connect() as tx:
            return (await tx.exec_driver_sql("SELECT 1 FROM concern")).first() is not None

    await kit.eventually(known)


async def test_code_and_pin_open_her_page_and_guessing_is_stopped(run_service: Runner, broker: kit.Broker) -> None:
    intake = await run_service("intake")
    referral = await run_service("referral", own_page_tries_per_minute=600)
    code, person_id = await asked_for_help(intake)
    await concern_arrives(broker, referral, person_id)
    written = f"{code[:13].lower()}-{code[13:]}"
    async with browser_of(referral) as web:
        wrong = await web.post("/me/enter", data={"code": code, "pin": "0000"})
        unknown = await web.post("/me/enter", data={"code": "Z" * 26, "pin": PIN})
        assert (wrong.status_code, wrong.text) == (403, unknown.text)
        assert unknown.status_code == 403
        entered = await web.post("/me/enter", data={"code": f" {written} ", "pin": PIN})
        assert (entered.status_code, entered.headers["location"]) == (303, "/me")
        page = await web.get("/me")
        assert '<html lang="uk">' in page.text
        web.cookies.clear()
        tries = [await web.post("/me/enter", data={"code": code, "pin": f"{n:04}"}) for n in range(6)]
        assert {answer.text for answer in tries} == {wrong.text}
        locked = await web.post("/me/enter", data={"code": code, "pin": PIN})
        assert (locked.status_code, locked.text) == (403, wrong.text), "the right PIN reads as wrong while it is locked"
    assert str(person_id) not in page.text


async def test_while_intake_is_away_the_page_waits_and_works_again_after(
    database: Callable[[str], kit.ServiceDatabase], run_service: Runner
) -> None:
    referral = await run_service("referral", own_page_tries_per_minute=600)
    kept = database("intake")
    async with browser_of(referral) as web:
        away = await web.post("/me/enter", data={"code": "Z" * 26, "pin": PIN})
        assert (away.status_code, away.headers["Retry-After"]) == (503, "120")
        code, _ = await asked_for_help(await run_service("intake", on=kept))
        entered = await web.post("/me/enter", data={"code": code, "pin": PIN})
        assert entered.status_code == 303
    with psycopg.connect(kept.owner_url) as connection:
        seen = connection.execute("SELECT role, action, purpose FROM access_log WHERE purpose = 'own_page'").fetchall()
    assert seen == [("service", "read", "own_page")]
