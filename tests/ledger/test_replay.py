"""The nightly check over real books: it holds for what went the proper way, and sees what was changed behind it."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.database import engine_of
from lotse_contracts import ledger as said
from lotse_ledger.handlers import replaying
from lotse_ledger.handlers.checkpoints import signed_checkpoint
from lotse_ledger.handlers.orders import take
from lotse_ledger.store import replays
from lotse_ledger.store.replays import Replay
from tests import kit
from tests.kit import ServiceDatabase
from tests.ledger import given

Database = Callable[[str], ServiceDatabase]
NIGHT = datetime(2026, 11, 25, 2, 30, tzinfo=UTC)  # half past three in Berlin


async def give(tx: AsyncConnection, *orders: said.LedgerOrder, **changed: Any) -> None:
    for order in orders:
        await take(order, given.context(**changed), tx, house=given.house())


@pytest.fixture
async def books(database: Database) -> ServiceDatabase:
    """A grant from its award to its settlement, with a refund, a reversal and a closed period."""
    found = database("ledger")
    plan, paid, asked, period = given.plan(state="approved"), given.voucher(), given.drawdown(), uuid4()
    back: dict[str, Any] = {"grant_id": given.GRANT, "standing": "demo"}
    async with given.transaction(found) as tx:
        await given.load_facts(tx)
        await give(tx, given.award(), plan, asked)
        arrived = said.RecordDisbursement(
            disbursement_id=uuid4(),
            drawdown_id=asked.drawdown_id,
            amount=asked.amount,
            budget_year=2026,
            credited_on="2026-01-20",
            **back,
        )
        refund = said.RecordRefund(
            refund_id=uuid4(),
            voucher_id=paid.voucher_id,
            amount=34_56,
            received_on="2026-02-20",
            reason="zu viel",
            **back,
        )
        await give(tx, arrived, paid, refund, given.voucher(line="fees", amount=6_500_00))
        await give(tx, said.ReverseEntry(reversal_id=uuid4(), log_index=await replays_size(tx) - 1, reason="falsch"))
        await give(tx, said.ClosePeriod(period_id=period, until="2026-03-31", standing="demo"))
        await give(tx, said.ApprovePeriod(period_id=period), actor="treasurer-2")
        await give(tx, given.voucher(paid_on="2026-04-01", line="personnel", amount=20_000_00))
        await give(tx, said.ComputeSettlement(settlement_id=uuid4(), valid_on="2026-11-20", **back))
        await signed_checkpoint(tx, given.context(), given.house())
    return found


async def replays_size(tx: AsyncConnection) -> int:
    return len((await replays.books_of(tx, kit.ASSOCIATION, given.NOW.date())).entries)


@pytest.fixture
async def checked(books: ServiceDatabase) -> AsyncIterator[Callable[[], Any]]:
    engine = engine_of(books.url)
    yield lambda: replaying.run(engine, kit.ASSOCIATION, given.NOW)
    await engine.dispose()


def states(found: Replay) -> dict[str, str]:
    return {one.code: one.state for one in found.verdicts if one.state != "holds"}


async def test_books_that_went_the_proper_way_keep_every_invariant(checked: Callable[[], Any]) -> None:
    found = await checked()
    assert states(found) == {"I10": "not_checked"}
    looked_at = {one.code: one.looked_at for one in found.verdicts}
    assert looked_at["I12"] == looked_at["I16"] == 1
    assert looked_at["I18"] > found.size  # pasts were compared besides


async def test_what_was_found_is_kept_and_read_back(books: ServiceDatabase, checked: Callable[[], Any]) -> None:
    done = await checked()
    async with given.transaction(books) as tx:
        assert await replays.latest(tx) == done


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("I14", "UPDATE posting SET amount = amount * 2 WHERE log_index = 14"),
        ("I14", "UPDATE entry SET budget_year = 2025 WHERE kind = 'drawdown'"),
        (
            "I15",
            r"""UPDATE entry SET body = replace(body, 'Druck', 'Miete'),
                leaf_sha256 = sha256('\x00'::bytea || convert_to(replace(body, 'Druck', 'Miete'), 'UTF8'))
                WHERE kind = 'voucher'""",
        ),
        ("I15", "UPDATE checkpoint SET root = leaf_sha256 FROM entry WHERE entry.log_index = 3"),
    ],
)
async def test_what_the_owner_of_the_tables_changed_is_seen(
    books: ServiceDatabase, checked: Callable[[], Any], code: str, change: str, caplog: pytest.LogCaptureFixture
) -> None:
    with psycopg.connect(books.owner_url, autocommit=True) as owner:
        owner.execute(f"ALTER TABLE {change.split()[1]} DISABLE TRIGGER USER")
        assert owner.execute(change).rowcount
    with caplog.at_level(logging.ERROR, logger=replaying.__name__):
        found = await checked()
    assert states(found)[code] == "broken"
    assert {record.getMessage() for record in caplog.records} == {"an invariant of the books is broken"}
    assert code in {vars(record)["invariant"] for record in caplog.records}


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (None, True),
        (NIGHT - timedelta(minutes=1), True),
        (NIGHT, False),
        (NIGHT + timedelta(minutes=10) - timedelta(hours=24), True),
    ],
)
def test_a_run_is_due_every_night_and_when_one_was_missed(last: datetime | None, due: bool) -> None:
    assert replaying.is_due(last, NIGHT + timedelta(minutes=10)) is due


def test_nothing_is_due_during_the_day() -> None:
    assert not replaying.is_due(NIGHT, NIGHT + timedelta(hours=20))


async def test_the_service_checks_at_its_start_and_counts_what_is_broken(
    service: Any, checked: Callable[[], Any]
) -> None:
    del checked
    seen: list[Replay] = []
    stopping = asyncio.Event()
    watching = asyncio.create_task(replaying.watch(stopping, service=service, counted=seen.append))
    await kit.eventually(lambda: bool(seen))
    stopping.set()
    await watching
    assert seen[0].size > 0
    assert not seen[0].broken


async def test_an_auditor_reads_what_was_found(service: Any, auditor: Any) -> None:
    before = (await auditor.get("/v1/invariants")).json()
    assert (before["run_at"], before["verdicts"]) == (None, [])
    await replaying.run(service.engine, service.association, service.now())
    found = (await auditor.get("/v1/invariants")).json()
    assert [one["code"] for one in found["verdicts"]] == [f"I{number}" for number in range(1, 19)]
    assert json.dumps(found).count("broken") == 18  # the counts alone


async def test_the_page_says_what_holds_and_what_cannot_be_checked(service: Any, auditor: Any) -> None:
    assert "Noch keine Prüfung gelaufen." in (await auditor.get("/page/evidence")).text
    await replaying.run(service.engine, service.association, service.now())
    text = (await auditor.get("/page/evidence")).text
    assert "Prüfsummen decken alle Einträge" in text
    assert "nicht prüfbar" in text
    assert "BROKEN" not in text
    assert "the roots cover every entry" in (await auditor.get("/page/evidence?lang=en")).text
