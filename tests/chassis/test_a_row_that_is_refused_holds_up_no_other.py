"""The outbox: what the broker does not take stays, and everything else leaves all the same."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from lotse_chassis import outbox
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.outbox import Staged
from lotse_chassis.relay import BATCH_ROWS_MAX
from lotse_chassis.transfers import Signer
from lotse_contracts import notify
from lotse_contracts.envelope import MESSAGE_BYTES_MAX, Sealed
from tests import kit
from tests.chassis import desk

FACT = "lotse.auslaenderrat.evt.referral.gap-found.v1"
NOBODY_TAKES = "lotse.auslaenderrat.xfer.nobody.referral.referral-answered.v1"  # this broker has no federated streams


@pytest.fixture
def own_database(database: Callable[[str], kit.ServiceDatabase]) -> kit.ServiceDatabase:
    fresh = database(kit.CHASSIS)
    desk.prepare(fresh)
    return fresh


def row(template: str, size: int = 10) -> Staged:
    own = uuid4()
    kind = template.split(".")[2]
    return Staged(own, f"{own}.v1", kind, f"{kind}.referral.x", f"{template}.{own}", str(own), b"x" * size)


async def stage(one: desk.Desk, rows: list[Staged]) -> None:
    async with one.service.engine.begin() as tx:
        await outbox.stage(tx, rows, one.service.now())
    one.service.wake()


async def test_a_row_too_large_for_the_broker(own_database: kit.ServiceDatabase, broker: kit.Broker) -> None:
    async with desk.running_desk(own_database, broker) as one:
        await stage(one, [row(FACT), row(FACT, 2 * MESSAGE_BYTES_MAX), *(row(FACT) for _ in range(20))])
        await kit.eventually(lambda: one.unsent() == 1)
        await stage(one, [row(FACT)])
        await kit.eventually(lambda: one.unsent() == 1)


def test_a_message_that_no_stream_would_take_refuses_its_cause() -> None:
    sealed = Sealed(kid="k", enc="e", ciphertext="A" * MESSAGE_BYTES_MAX)
    order = notify.ChangeContact(person_id=uuid4(), version=1, languages=("uk",), consented=True, contact=sealed)
    context = Context(uuid4(), desk.now(), desk.now(), kit.ASSOCIATION, "intake", kit.ASSOCIATION, uuid4())
    with pytest.raises(Refused, match="too_large"):
        outbox.written(order, context, Signer(kit.ASSOCIATION, "intake"))


async def test_more_rows_than_a_batch_that_no_stream_takes(
    own_database: kit.ServiceDatabase, broker: kit.Broker
) -> None:
    refused = BATCH_ROWS_MAX + 100
    async with desk.running_desk(own_database, broker) as one:
        await stage(one, [*(row(NOBODY_TAKES) for _ in range(refused)), row(FACT)])
        await kit.eventually(lambda: one.rows("SELECT 1 FROM outbox WHERE kind = 'evt' AND sent_at IS NOT NULL"))
        assert one.unsent() == refused
