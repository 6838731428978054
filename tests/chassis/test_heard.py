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


def receipts_of(*batch: Any) -> list[tuple[str, TransfersHeard]]:
    """The receipts that leave, opened by whoever gets them."""
    found = []
    for row in heard.receipts(batch, WE, NOW):
        to = row.subject.split(".")[3]
        reader = Signer(to, "referral", SIGN, SEAL, {"auslaenderrat": BOTH})
        envelope = Envelope[SealedTransfer].model_validate_json(row.body)
        receipt = opened(envelope, TransfersHeard, reader, now=NOW)
        assert isinstance(receipt, TransfersHeard)
        found.append((to, receipt))
    return found


def test_each_sender_gets_one_receipt_for_what_came_from_it() -> None:
    batch = [arrived(answer()), arrived(answer(), "dritte"), arrived(answer())]
    receipts = dict(receipts_of(*batch))
    assert {to: set(receipt.ids) for to, receipt in receipts.items()} == {
        "plattform": {batch[0].context.id, batch[2].context.id},
        "dritte": {batch[1].context.id},
    }


def test_a_receipt_is_not_acknowledged_itself() -> None:
    assert receipts_of(arrived(TransfersHeard(to="auslaenderrat", receipt_id=uuid4(), ids=(uuid4(),)))) == []


def test_a_receipt_leads_to_nothing_that_it_acknowledges() -> None:
    one = arrived(answer())
    (row,) = heard.receipts([one], WE, NOW)
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
        assert await heard.note(receipt, context(NOW, "plattform"), tx, first=FIRST) == ()
    await said_again(engine, NOW + timedelta(hours=1))
    assert set(await waiting(engine)) == {other}


async def test_what_was_said_before_what_has_come_is_lost_and_said_again_at_once(engine: AsyncEngine) -> None:
    long_ago, hour = NOW - timedelta(days=3), NOW - timedelta(hours=1)
    lost = await said(engine, answer(), at=long_ago, sent=hour)
    await said(engine, answer("dritte"), at=long_ago, sent=hour)
    come = await said(engine, answer(), at=long_ago, sent=hour + FIRST + SECOND)
    await said(engine, answer(), at=long_ago, sent=hour + SECOND)  # may be on its way beside the other
    await said(engine, answer(), at=long_ago, sent=hour + timedelta(minutes=5))
    assert await said_again(engine, NOW) == 0  # their turn has not come
    await acknowledged(engine, come)
    assert set(await waiting(engine)) == {lost}


async def test_a_receipt_for_what_is_known_as_heard_changes_nothing(engine: AsyncEngine) -> None:
    one = await said(engine, answer(), at=NOW, sent=NOW)
    await acknowledged(engine, one)
    await said(engine, answer(), at=NOW - timedelta(days=3), sent=NOW - timedelta(hours=1))
    await acknowledged(engine, one)
    assert await waiting(engine) == {}


async def acknowledged(engine: AsyncEngine, *ids: UUID) -> None:
    receipt = TransfersHeard(to="auslaenderrat", receipt_id=uuid4(), ids=ids)
    async with engine.begin() as tx:
        await heard.note(receipt, context(NOW, "plattform"), tx, first=FIRST)


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
