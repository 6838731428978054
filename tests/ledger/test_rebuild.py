"""Everything but the leaves can be computed from the leaves, and what was changed behind their back is named."""

import argparse
import asyncio
import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import insert

from lotse_chassis.database import engine_of
from lotse_chassis.migrate import migrate
from lotse_ledger.cli.exits import EXIT_DIFFERS, EXIT_LEDGER
from lotse_ledger.cli.rebuild import rebuild
from lotse_ledger.domain.asof import AsOf
from lotse_ledger.domain.entries import Draft, Opening, Posting, canonical, commitment, digest_of, leaf_hash, opens
from lotse_ledger.domain.instants import stamp
from lotse_ledger.domain.merkle import Frontier
from lotse_ledger.migrations import MIGRATIONS, RIGHTS
from lotse_ledger.settings import LedgerSettings
from lotse_ledger.store import books, log, openings, snapshots, tables, tree
from lotse_ledger.store.rebuilding import compare
from lotse_local import databases
from tests import kit
from tests.kit import ASSOCIATION, ServiceDatabase
from tests.ledger import given

Database = Callable[[str], ServiceDatabase]
EXPENSE = f"expense:{given.GRANT}:material"
ENTRIES = 300  # one full tile of 256


def drafts() -> list[Draft]:
    return [
        Draft(
            key=f"voucher:{number}",
            kind="voucher",
            standing="own",
            valid_on=date(2026, 1, 1) + timedelta(days=number % 60),
            data={"number": number},
            request_sha256=digest_of(number),
            postings=(Posting(EXPENSE, number, "EUR"), Posting("assets:bank", -number, "EUR")),
        )
        for number in range(ENTRIES)
    ]


@pytest.fixture
async def ledger(database: Database, monkeypatch: pytest.MonkeyPatch) -> ServiceDatabase:
    """Public facts and vouchers, snapshots, a full tile, a checkpoint."""
    monkeypatch.setattr(snapshots, "POSTINGS_BETWEEN", 100)
    found = database("ledger")
    async with given.transaction(found) as tx:
        await given.load_facts(tx)
        await log.append_many(tx, drafts(), journal=given.JOURNAL, now=given.NOW)
        size = await books.size(tx)
        await tree.grow(tx, size)
        grown = Frontier().grown(await books.leaves(tx, 0))
        row = {"size": size, "root": grown.root(), "peaks": list(grown.peaks), "signature": "", "signed_at": given.NOW}
        await tx.execute(insert(tables.checkpoint).values(row))
    engine = engine_of(found.url)
    assert await snapshots.build_all(engine) > 3
    await engine.dispose()
    return found


def run(ledger: ServiceDatabase, *, comparing: bool, name: str | None = None) -> int:
    settings = LedgerSettings.from_env({"LOTSE_ASSOCIATION": ASSOCIATION, "LOTSE_DATABASE_URL": ledger.url})
    return rebuild(settings, argparse.Namespace(compare=comparing, ledger=name))


def tamper(ledger: ServiceDatabase, *statements: str) -> None:
    """As somebody who owns the database could."""
    with psycopg.connect(ledger.owner_url, autocommit=True) as owner:
        for table in ("entry", "posting", "checkpoint", "tile"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        for statement in statements:
            owner.execute(statement.encode())


async def difference(ledger: ServiceDatabase) -> str:
    async with given.transaction(ledger) as tx:
        found = (await compare(tx)).difference
    return "" if found is None else f"{found.log_index}: {found.what}"


async def test_all_is_as_the_leaves_say(ledger: ServiceDatabase) -> None:
    async with given.transaction(ledger) as tx:
        found = await compare(tx)
        assert found.difference is None
        assert found.entries == await books.size(tx)


FREE = "ALTER TABLE entry DROP CONSTRAINT leaf_is_of_the_body"
UNTIED = "ALTER TABLE posting DROP CONSTRAINT posting_of_entry"
MONTH = "size = (SELECT min(size) FROM snapshot) AND month = '2026-01-01'"
SPACED = """UPDATE entry SET body = body || ' ', leaf_sha256 = sha256('\\x00'::bytea || convert_to(body || ' ', 'UTF8'))
 WHERE log_index = 200"""
LATER = """UPDATE entry SET recorded_at = recorded_at + interval '1 microsecond',
 known_at = known_at + interval '1 microsecond' WHERE log_index = 200"""
INVENTED = f"""INSERT INTO snapshot_month SELECT log_id, size, '1999-01-01', accounts, currencies, standings, amounts
 FROM snapshot_month WHERE {MONTH}"""
TAMPERED = [
    ("200: leaf_sha256", [FREE, "UPDATE entry SET body = replace(body, 'voucher', 'Voucher') WHERE log_index = 200"]),
    ("200: leaf_sha256", [FREE, "UPDATE entry SET leaf_sha256 = sha256('x') WHERE log_index = 200"]),
    ("200: body", [SPACED]),
    ("200: key", ["UPDATE entry SET key = 'other' WHERE log_index = 200"]),
    ("200: kind", ["UPDATE entry SET kind = 'refund' WHERE log_index = 200"]),
    ("200: recorded_at", [LATER]),
    ("200: grant_id", ["UPDATE entry SET grant_id = gen_random_uuid() WHERE log_index = 200"]),
    ("200: valid_on", [UNTIED, "UPDATE entry SET valid_on = valid_on + 1 WHERE log_index = 200"]),
    ("200: posting_count", [UNTIED, "UPDATE entry SET posting_count = 3 WHERE log_index = 200"]),
    ("200: posting 1: amount", ["UPDATE posting SET amount = amount - 1 WHERE log_index = 200 AND position = 1"]),
    ("200: posting 0: account", ["UPDATE posting SET account = 'assets:cash' WHERE log_index = 200 AND position = 0"]),
    ("200: posting 0: valid_on", [UNTIED, "UPDATE posting SET valid_on = valid_on + 1 WHERE log_index = 200"]),
    ("200: postings", ["DELETE FROM posting WHERE log_index = 200 AND position = 1"]),
    ("200: a gap", [UNTIED, "DELETE FROM entry WHERE log_index = 200"]),
    ("the sums of 2026-01", [f"UPDATE snapshot_month SET amounts[1] = amounts[1] + 1 WHERE {MONTH}"]),
    ("the sums of 2026-01", [f"DELETE FROM snapshot_month WHERE {MONTH}"]),
    ("the sums of 1999-01", [INVENTED]),
    ("255: tile 0/0", ["UPDATE tile SET hashes = set_byte(hashes, 9, get_byte(hashes, 9) # 1)"]),
    ("255: tile 0/0", ["UPDATE tile SET root = sha256('x')"]),
    ("the checkpoint of", ["UPDATE checkpoint SET root = sha256('x')"]),
    ("the checkpoint of", ["UPDATE checkpoint SET peaks = peaks || sha256('x')"]),
    ("a checkpoint of 9999 entries, which there are not", ["UPDATE checkpoint SET size = 9999"]),
    ("tile 3/7, which is not full", ["INSERT INTO tile SELECT 0, 3, 7, hashes, root FROM tile"]),
    ("a snapshot of 9999 entries, which there are not", ["INSERT INTO snapshot VALUES (0, 9999, 1, 1)"]),
]  # fmt: skip


@pytest.mark.parametrize(("named", "statements"), TAMPERED)
async def test_the_first_difference_is_named(ledger: ServiceDatabase, named: str, statements: list[str]) -> None:
    tamper(ledger, *statements)
    assert named in await difference(ledger)


async def test_what_was_built_is_built_anew_and_the_exit_code_says_what_was_found(
    ledger: ServiceDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await asyncio.to_thread(run, ledger, comparing=True) == 0
    assert "all is as the leaves say" in capsys.readouterr().out
    tamper(ledger, "UPDATE snapshot_month SET amounts[1] = amounts[1] + 1")
    assert await asyncio.to_thread(run, ledger, comparing=True) == EXIT_DIFFERS
    assert "the first difference is at entry" in capsys.readouterr().err
    assert await asyncio.to_thread(run, ledger, comparing=False) == 0
    assert await asyncio.to_thread(run, ledger, comparing=True) == 0
    assert await asyncio.to_thread(run, ledger, comparing=True, name="nobody") == EXIT_LEDGER


OLD_RIGHTS = dict.fromkeys(("entry", "posting", "checkpoint", "cosignature", "witnessed"), "SELECT, INSERT")
OLD_OPENING = Opening("actor", b"s" * 32, '{"actor":"treasurer-1"}')
OLD_ENTRY = """INSERT INTO entry (log_index, key, kind, standing, valid_on, recorded_at, known_at, reconstructed,
 grant_id, budget_year, reverses, posting_count, request_sha256, body, leaf_sha256) VALUES (%(log_index)s, %(key)s,
 'voucher', 'demo', '2026-01-02', %(at)s, %(at)s, false, NULL, NULL, NULL, 2, 'x', %(body)s, %(leaf)s)"""


def old_leaf(index: int) -> dict[str, Any]:
    """As version 1 wrote it."""
    at = given.NOW + timedelta(seconds=index)
    return {
        "v": 1,
        "origin": "auslaenderrat-grant-ledger",
        "log_index": index,
        "recorded_at": stamp(at),
        "known_at": stamp(at),
        "reconstructed": False,
        "valid_on": "2026-01-02",
        "key": f"old:{index}",
        "kind": "voucher",
        "standing": "demo",
        "request_sha256": "x",
        "actor_commitment": commitment(OLD_OPENING),
        "data": {},
        "postings": [
            {"account": "expense:a", "amount": "5", "currency": "EUR"},
            {"account": "assets:bank", "amount": "-5", "currency": "EUR"},
        ],
    }


def old_database(postgres: kit.Postgres) -> ServiceDatabase:
    """A database of the first release, with two entries, an opening and what hangs on them."""
    described = postgres._described("ledger", "ledger_of_old")
    databases.create_database(postgres.cluster, "ledger", postgres._passwords("ledger"), database=described.name)
    migrate(described.owner_url, "ledger", MIGRATIONS[:3], OLD_RIGHTS)
    with psycopg.connect(described.owner_url) as owner:
        for index in range(2):
            leaf = old_leaf(index)
            body = canonical(leaf)
            row = {"log_index": index, "key": leaf["key"], "at": leaf["recorded_at"], "body": body.decode()}
            owner.execute(OLD_ENTRY.encode(), row | {"leaf": leaf_hash(body)})
            for position, one in enumerate(leaf["postings"]):
                values = (index, position, one["account"], one["amount"])
                owner.execute("INSERT INTO posting VALUES (%s, %s, 2, %s, %s, 'EUR')", values)
            owner.execute("INSERT INTO opening VALUES (%s, %s, %s)", (index, OLD_OPENING.salt, OLD_OPENING.content))
            owner.execute("INSERT INTO fingerprint VALUES ('plattform', 'f', %s)", (index,))
        owner.execute("INSERT INTO checkpoint VALUES (1, 'x', '{}', now(), 'x')")
        owner.execute("INSERT INTO cosignature VALUES (1, 'plattform', 'x', now())")
    return described


async def test_a_log_of_the_first_release_migrates_and_goes_on(postgres: kit.Postgres) -> None:
    ledger = old_database(postgres)
    try:
        assert MIGRATIONS[3].name in migrate(ledger.owner_url, "ledger", MIGRATIONS, RIGHTS)
        async with given.transaction(ledger) as tx:
            found = await books.page(tx, first=0, limit=9)
            assert [one.key for one in found] == ["old:0", "old:1"]
            assert found[0].postings[0] == Posting("expense:a", 5, "EUR")
            opened = await openings.opened(tx, 1, keys=None)
            assert opened["actor"] == OLD_OPENING
            assert opens(old_leaf(1), opened["actor"])
            sums = await books.balances(tx, AsOf(date.max, found[1].known_at))
            assert {one.account: one.amount for one in sums} == {"expense:a": 10, "assets:bank": -10}
            done = await log.append(tx, drafts()[7], journal=given.JOURNAL, now=given.NOW)
            assert done.log_index == 2
            body = await books.body_of(tx, 2)
            assert body is not None
            assert json.loads(body)["v"] == 2
            tables_of_old = ("checkpoint", "cosignature", "fingerprint")
            for table in tables_of_old:
                assert (await tx.exec_driver_sql(f"SELECT DISTINCT log_id FROM {table}")).scalar_one() == 0
    finally:
        postgres.drop(ledger)
