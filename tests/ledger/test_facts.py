"""The real case: loaded once, reconstructed, and the three answers for 2026 under both assumptions."""

import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from lotse_ledger.domain.admission import HistoryClosed
from lotse_ledger.domain.asof import AsOf, BeyondLastEntry, as_of
from lotse_ledger.domain.availability import Reading
from lotse_ledger.domain.entries import Draft, Place, digest_of, entered, reversal_of
from lotse_ledger.domain.facts import HISTORY_CLOSED
from lotse_ledger.domain.instants import end_of_day
from lotse_ledger.domain.reported import KINDS, answer, three_answers
from lotse_ledger.handlers.orders import take
from lotse_ledger.store import books, log
from tests.kit import ASSOCIATION, ServiceDatabase
from tests.ledger import given

Database = Callable[[str], ServiceDatabase]

EXPECTED = [
    # asked on, who bears the cut, treated as, available, Ausländerrat, Plattform
    (date(2025, 9, 25), "remainder", "social", 100_000, 50_000, 50_000),
    (date(2025, 11, 12), "remainder", "social", 50_000, 50_000, 0),
    (date(2025, 11, 12), "remainder", "released_group", 75_000, 50_000, 25_000),
    (date(2025, 12, 12), "remainder", "social", 90_000, 50_000, 40_000),
    (date(2025, 9, 25), "pro_rata", "social", 100_000, 50_000, 50_000),
    (date(2025, 11, 12), "pro_rata", "social", 50_000, 25_000, 25_000),
    (date(2025, 11, 12), "pro_rata", "released_group", 75_000, 37_500, 37_500),
    (date(2025, 12, 12), "pro_rata", "social", 90_000, 45_000, 45_000),
]


async def test_what_the_city_could_pay_for_2026_has_three_answers_under_both_assumptions(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await given.load_facts(tx)
        facts = await books.entries_of_kinds(tx, KINDS)
    for day, falls_on, treated_as, available, first, remainder in EXPECTED:
        found = answer(facts, 2026, AsOf(day, end_of_day(day)), Reading(falls_on, treated_as))  # type: ignore[arg-type]
        assert found.available == available * 100
        assert [share.amount for share in found.shares] == [first * 100, remainder * 100]
        assert [share.applicant for share in found.shares] == ["auslaenderrat", "plattform"]
        assert found.split == ("if_it_had_been_known" if day < date(2025, 11, 12) else "known")
    assert [day for day, _ in three_answers(facts)] == [date(2025, 9, 25), date(2025, 11, 12), date(2025, 12, 12)]


async def test_the_committee_changes_nothing_only_the_council_does(database: Database) -> None:
    reading = Reading("remainder", "social")
    async with given.transaction(database("ledger")) as tx:
        await given.load_facts(tx)
        facts = await books.entries_of_kinds(tx, KINDS)
    days = [(date(2025, 12, 2), 50_000_00), (date(2025, 12, 11), 50_000_00), (date(2025, 12, 12), 90_000_00)]
    for day, available in days:
        assert answer(facts, 2026, AsOf(day, end_of_day(day)), reading).available == available
    not_yet_valid = AsOf(date(2025, 12, 10), end_of_day(date(2026, 1, 1)))
    assert answer(facts, 2026, not_yet_valid, reading).available == 50_000_00


@pytest.mark.parametrize(
    ("day", "available", "frozen"),
    [
        (date(2025, 9, 25), 100_000_00, 0),
        (date(2025, 11, 12), 50_000_00, 50_000_00),
        (date(2025, 12, 12), 90_000_00, 10_000_00),
    ],
)
async def test_the_accounts_say_the_same(database: Database, day: date, available: int, frozen: int) -> None:
    async with given.transaction(database("ledger")) as tx:
        await given.load_facts(tx)
        found = {one.account: one.amount for one in await books.balances(tx, AsOf(day, end_of_day(day)), limit=99)}
    assert found["reported:city:available:2026"] == available
    assert found.get("reported:city:frozen:2026", 0) == frozen
    assert found["reported:city:appropriation:2026"] == -100_000_00


async def test_an_answer_about_the_past_never_changes(database: Database) -> None:
    ledger = database("ledger")
    moments = [AsOf(day, end_of_day(day)) for day in (date(2025, 9, 25), date(2025, 11, 12), date(2025, 12, 12))]
    async with given.transaction(ledger) as tx:
        await given.load_facts(tx)
        last = await books.last_recorded_at(tx)
        assert last is not None
        moments.append(AsOf(date(2026, 12, 31), last))
        before = [await books.balances(tx, moment, limit=99) for moment in moments]
        answers = three_answers(await books.entries_of_kinds(tx, KINDS))
    async with given.transaction(ledger) as tx:
        order = given.application(valid_on="2025-09-01")
        await take(order, given.context(given.NOW - timedelta(days=400)), tx, house=given.house())
        freeze = next(one for one in await books.entries_of_kinds(tx, KINDS) if one.kind == "freeze_reported")
        reversal = reversal_of(freeze, reason="irrtümlich erfasst", valid_on=date(2025, 1, 1))
        await log.append(tx, reversal, journal=given.JOURNAL, now=given.NOW)
        assert [await books.balances(tx, moment, limit=99) for moment in moments] == before
        assert three_answers(await books.entries_of_kinds(tx, KINDS)) == answers


async def test_an_answer_that_could_still_change_is_refused(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        await given.load_facts(tx)
        last = await books.last_recorded_at(tx)
    assert last is not None
    assert as_of(valid_to=None, recorded_to=last, last_recorded_at=last, now=given.NOW).recorded_to == last
    for beyond in (last + timedelta(microseconds=1), given.NOW.date()):
        with pytest.raises(BeyondLastEntry):
            as_of(valid_to=None, recorded_to=beyond, last_recorded_at=last, now=given.NOW)


async def test_each_fact_names_its_source_and_that_it_is_reconstructed(database: Database) -> None:
    async with given.transaction(database("ledger")) as tx:
        size = await given.load_facts(tx)
        found = await books.page(tx, first=0, limit=100)
    assert len(found) == size
    *facts, closing = found
    assert closing.kind == HISTORY_CLOSED
    assert not closing.reconstructed
    for fact in facts:
        assert fact.reconstructed
        assert fact.standing == "public"
        assert fact.known_at < given.NOW <= fact.recorded_at
        assert all(source.startswith("https://") for source in fact.data["sources"])
        assert fact.data["sources"]
    assert [one.known_at for one in facts] == sorted(one.known_at for one in facts)


async def test_no_more_of_the_past_can_be_written_once_it_is_closed(database: Database) -> None:
    ledger = database("ledger")
    async with given.transaction(ledger) as tx:
        await given.load_facts(tx)
    late = Draft(
        key="late",
        kind="freeze_reported",
        standing="public",
        valid_on=date(2025, 1, 1),
        data={},
        request_sha256=digest_of(1),
        known_at=end_of_day(date(2025, 1, 1)),
    )
    async with given.transaction(ledger) as tx:
        with pytest.raises(HistoryClosed):
            await log.append(tx, late, journal=given.JOURNAL, now=given.NOW)
        by_hand = entered(late, Place(given.ORIGIN, await books.size(tx), given.NOW + timedelta(seconds=1)))
        with pytest.raises(DBAPIError, match="closed"):
            await log.write(tx, [(by_hand, ())])
        await tx.rollback()


def load(ledger: ServiceDatabase) -> subprocess.CompletedProcess[str]:
    environment = {"LOTSE_DATABASE_URL": ledger.url, "LOTSE_ASSOCIATION": ASSOCIATION}
    command = [sys.executable, "-m", "lotse_ledger", "load-facts"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=30)


async def test_the_command_loads_once(database: Database) -> None:
    ledger = database("ledger")
    first, second = load(ledger), load(ledger)
    assert (first.returncode, second.returncode) == (0, 0)
    assert "reconstructed public facts" in first.stdout
    assert "nothing changed" in second.stdout
    async with given.transaction(ledger) as tx:
        assert await books.size(tx) == 11


async def test_the_command_refuses_when_the_log_has_begun(database: Database) -> None:
    ledger = database("ledger")
    async with given.transaction(ledger) as tx:
        await take(given.application(), given.context(), tx, house=given.house())
    found = load(ledger)
    assert found.returncode == 4
    assert "too late" in found.stderr
