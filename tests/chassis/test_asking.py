"""Questions of one kind are answered side by side: a slow one does not keep the next one waiting."""

import asyncio
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.service import Service
from lotse_chassis.settings import Settings
from lotse_contracts import subject_of
from lotse_contracts.intake import AskSealingKey, SealingKeyAnswer
from tests import kit
from tests.chassis import desk

AT_ONCE = 4


async def test_questions_that_wait_for_each_other_are_all_answered(database: Any, broker: kit.Broker) -> None:
    own = database(kit.CHASSIS)
    settings = Settings(
        association=kit.ASSOCIATION,
        database_url=own.url,
        nats_url=broker.url,
        nats_seed_file=broker.seed_file("intake"),
    )
    service, together = Service("intake", settings), asyncio.Barrier(AT_ONCE)

    async def patiently(question: AskSealingKey, context: Context, tx: AsyncConnection) -> SealingKeyAnswer:
        await together.wait()
        return SealingKeyAnswer(kid="k", public_key="")

    service.answers(AskSealingKey, patiently)
    async with service.running(), broker.connected("web") as client:
        await service.ready()
        _, body, _ = desk.on_the_wire(AskSealingKey(), id=uuid4(), sender="web")
        where = subject_of(AskSealingKey, kit.ASSOCIATION)
        answers = await asyncio.gather(*(client.request(where, body, timeout=5) for _ in range(AT_ONCE)))
        assert len({answer.data for answer in answers}) == 1
