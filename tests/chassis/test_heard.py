"""A transfer is said again until the association that it is for has acknowledged it."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from lotse_chassis import heard, outbox
from lotse_chassis.context import Context
from lotse_chassis.database import engine_of
from lotse_chassis.database import outbox as rows
from lotse_chassis.settings import Partner
from lotse_chassis.transfers import TRANSFER_AGE_MAX, Signer, opened
from lotse_contracts.envelope import Envelope, Message, SealedTransfer
from lotse_contracts.referral import ReferralAnswered, TransfersHeard
from lotse_contracts.sealed import public_bytes
from tests import kit

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
FIRST = timedelta(seconds=30)
SECOND = timedelta(seconds=1)
SIGN, SEAL = Ed25519PrivateKey.generate(), X25519PrivateKey.generate()
BOTH = Partner(public_bytes(SIGN), b"", public_bytes(SEAL), b"")
WE = Signer("auslaenderrat", "referral", SIGN, SEAL, {"plattform": BOTH, "dritte": BOTH})
THEY = Signer("plattform", "referral", SIGN, SEAL, {"auslaenderrat": BOTH})


@pytest.fixture
async def engine(database: Callable[[str], kit.ServiceDatabase]) -> AsyncIterator[AsyncEngine]:
    made = engine_of(database("referral").url)
    yield made
    await made.dispose()


def context(at: datetime, sender: str = "auslaenderrat", id: UUID | None = None) -> Context:
    own = id or uuid4()
    return Context(
        id=own,
        now=at,
        time=at,
        association="auslaenderrat",
        sender="referral",
        sender_association=sender,
        correlation=own,
    )


async def said(engine: AsyncEngine, message: Message, *, at: datetime, sent: datetime | None = None) -> UUID:
    """Staged, and sent if so; returns its id."""
    row = outbox.written(message, context(at), WE)
    async with engine.begin() as tx:
        await outbox.stage(tx, [row], at)
        if sent is not None:
            await tx.exec_driver_sql(
                "UPDATE outbox SET sent_at = %(sent)s WHERE message_id = %(id)s", {"sent": sent, "id": row.message_id}
            )
    return row.message_id


def answer(to: str = "plattform") -> ReferralAnswered:
    return ReferralAnswered(to=to, referral_id=uuid4(), answer="accepted")


async def waiting(engine: AsyncEngine) -> dict[UUID, str]:
    """What the relay will publish, with the id that the stream will know it by."""
    async with engine.begin() as tx:
        found = await tx.execute(select(rows.c.message_id, rows.c.publish_id).where(rows.c.sent_at.is_(None)))
        return {one.message_id: one.publish_id for one in found}


async def said_again(engine: AsyncEngine, now: datetime) -> int:
    async with engine.begin() as tx:
        return await heard.say_again(tx, now, FIRST)


def arrived(message: Message, sender: str = "plattform") -> Any:
    """As it was decoded."""
    return SimpleNamespace(message=message, context=context(NOW, sender))


async def hears(engine: AsyncEngine, *batch: Any) -> list[tuple[str, TransfersHeard]]:
    """The receipts that leave, opened by whoever gets them."""
    async with engine.begin() as tx:
        told = await heard.receipts(tx, batch, WE, NOW, FIRST)
    found = []
    for row in told:
        to = row.subject.split(".")[3]
        reader = Signer(to, "referral", SIGN, SEAL, {"auslaenderrat": BOTH})
        envelope = Envelope[SealedTransfer].model_validate_json(row.body)
        receipt = opened(envelope, TransfersHeard, reader, now=NOW)
        assert isinstance(receipt, TransfersHeard)
        found.append((to, receipt))
    return found


async def test_each_sender_gets_one_receipt_for_what_came_from_it(engine: AsyncEngine) -> None:
    batch = [arrived(answer()), arrived(answer(), "dritte"), arrived(answer())]
    receipts = dict(await hears(engine, *batch))
    assert {to: set(receipt.ids) for to, receipt in receipts.items()} == {
        "plattform": {batch[0].context.id, batch[2].context.id},
        "dritte": {batch[1].context.id},
    }


async def test_a_receipt_is_not_acknowledged_itself(engine: AsyncEngine) -> None:
    assert await hears(engine, arrived(TransfersHeard(to="auslaenderrat", receipt_id=uuid4(), ids=(uuid4(),)))) == []


async def test_a_receipt_leads_to_nothing_that_it_acknowledges(engine: AsyncEngine) -> None:
    one = arrived(answer())
    async with engine.begin() as tx:
        (row,) = await heard.receipts(tx, [one], WE, NOW, FIRST)
    envelope = Envelope[SealedTransfer].model_validate_json(row.body)
    assert one.context.id not in {envelope.id, envelope.causationid, envelope.correlationid}
    assert row.headers == {}


@pytest.mark.parametrize(
    ("sent_after", "again_after"),
    [
        (timedelta(0), FIRST),
        (timedelta(seconds=31), timedelta(seconds=62)),
        (timedelta(seconds=63), timedelta(seconds=126)),
        (timedelta(hours=5), timedelta(hours=10)),
        (timedelta(days=20), timedelta(days=20) + heard.WAIT_MAX),
    ],
)
async def test_what_nobody_acknowledged_is_said_again_and_each_time_twice_as_late(
    engine: AsyncEngine, sent_after: timedelta, again_after: timedelta
) -> None:
    await said(engine, answer(), at=NOW, sent=NOW + sent_after)
    assert await said_again(engine, NOW + again_after) == 0
    assert await said_again(engine, NOW + again_after + SECOND) == 1


async def test_it_is_said_under_an_id_that_the_stream_does_not_know(engine: AsyncEngine) -> None:
    one, at, known = await said(engine, answer(), at=NOW, sent=NOW), NOW, set[str]()
    for _ in range(3):
        at += timedelta(days=2)
        await said_again(engine, at)
        known |= set((await waiting(engine)).values())
        await sent_now(engine, at)
    assert len(known) == 3
    assert {publish_id.partition("~")[0] for publish_id in known} == {f"{one}.v1"}


async def sent_now(engine: AsyncEngine, at: datetime) -> None:
    async with engine.begin() as tx:
        await tx.exec_driver_sql("UPDATE outbox SET sent_at = %(at)s WHERE sent_at IS NULL", {"at": at})


async def test_what_no_partner_would_take_any_more_rests(engine: AsyncEngine) -> None:
    await said(engine, answer(), at=NOW, sent=NOW)
    assert await said_again(engine, NOW + TRANSFER_AGE_MAX) == 0


async def test_a_receipt_is_said_once(engine: AsyncEngine) -> None:
    receipt = TransfersHeard(to="plattform", receipt_id=uuid4(), ids=(uuid4(),))
    await said(engine, receipt, at=NOW, sent=NOW)
    assert await said_again(engine, NOW + timedelta(days=1)) == 0


async def test_an_acknowledged_one_is_said_no_more_and_only_its_receiver_acknowledges_it(engine: AsyncEngine) -> None:
    mine = await said(engine, answer(), at=NOW, sent=NOW)
    other = await said(engine, answer("dritte"), at=NOW, sent=NOW)
    async with engine.begin() as tx:
        receipt = TransfersHeard(to="auslaenderrat", receipt_id=uuid4(), ids=(mine, other, uuid4()))
        assert await heard.note(receipt, context(NOW, "plattform"), tx) == ()
    await said_again(engine, NOW + timedelta(hours=1))
    assert set(await waiting(engine)) == {other}


@pytest.mark.parametrize("known", [ReferralAnswered, TransfersHeard])
async def test_who_is_heard_is_told_sooner_what_it_may_have_missed(engine: AsyncEngine, known: type) -> None:
    """A day after it was staged: after three hours instead of a day."""
    day, long = timedelta(days=1), timedelta(hours=3, seconds=1)
    missed = await said(engine, answer(), at=NOW - day - long, sent=NOW - long)
    young = await said(engine, answer(), at=NOW - FIRST - SECOND, sent=NOW - FIRST - SECOND)
    await said(engine, answer(), at=NOW - day - long, sent=NOW - long + 2 * SECOND)
    await said(engine, answer(), at=NOW - FIRST, sent=NOW - FIRST)
    await said(engine, answer("dritte"), at=NOW - day - long, sent=NOW - long)
    receipt = TransfersHeard(to="auslaenderrat", receipt_id=uuid4(), ids=(uuid4(),))
    await hears(engine, arrived(receipt if known is TransfersHeard else answer()))
    assert set(await waiting(engine)) == {missed, young}


async def test_a_stream_that_takes_no_more_gets_no_repetitions(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heard, "WAITING_MAX", 2)
    monkeypatch.setattr(heard, "AGAIN_ROWS_MAX", 1)
    for _ in range(4):
        await said(engine, answer(), at=NOW, sent=NOW)
    later = NOW + timedelta(hours=1)
    assert [await said_again(engine, later) for _ in range(4)] == [1, 1, 0, 0]
    await sent_now(engine, later)
    assert await said_again(engine, later) == 1


async def test_the_oldest_is_what_waits_for_its_receipt(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        assert await heard.oldest(tx, NOW) is None
    await said(engine, answer(), at=NOW - SECOND, sent=NOW)
    await said(engine, answer(), at=NOW)
    async with engine.begin() as tx:
        assert await heard.oldest(tx, NOW) == NOW - SECOND
