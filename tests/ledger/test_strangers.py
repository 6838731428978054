"""What somebody makes up to get further than she may: a foreign document's digest, logs that do not exist."""

from collections.abc import Callable

import httpx

from lotse_contracts import ledger as said
from lotse_ledger.app import build
from lotse_ledger.domain.scopes import Reach
from lotse_ledger.store import alarms, books, journal
from lotse_ledger.store.journal import Span
from lotse_local.layout import AssociationFolder
from tests import kit
from tests.ledger import given
from tests.ledger.ordered import OTHER_GRANT, an, plan, taken
from tests.ledger.test_evidence_http import settings
from tests.ledger.test_witness_http import ADD, Log, body

Database = Callable[[str], kit.ServiceDatabase]


async def test_a_finding_that_names_a_foreign_document_does_not_open_it(database: Database) -> None:
    foreign = given.voucher(grant_id=OTHER_GRANT)
    digest = foreign.document_sha256
    async with given.transaction(database("ledger")) as tx:
        await taken(tx, given.award(), given.award(grant_id=OTHER_GRANT), plan(grant_id=OTHER_GRANT), foreign)
        await taken(tx, an(said.RecordFinding, about=digest))
        last = await books.last_recorded_at(tx)
        assert last is not None
        opened = [
            await journal.names_file(tx, Span(last), Reach(frozenset({one}), vouchers=True, findings=True), digest)
            for one in (given.GRANT, OTHER_GRANT)
        ]
    assert opened == [False, True]


async def test_logs_that_somebody_makes_up_fill_no_table(database: Database, place: AssociationFolder) -> None:
    ledger, log = database("ledger"), Log()
    service = build(settings(place, ledger))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=service.http), base_url="http://ledger") as client:
        for number in range(5):
            note = log.note(3, origin=f"example.com/made-up-{number}")
            assert (await client.post(ADD, content=body(0, (), note))).status_code == 404
    await service.engine.dispose()
    async with given.transaction(ledger) as tx:
        kept = [one.alarm for one in await alarms.alarms(tx)]
    assert [(one.code, one.origin) for one in kept] == [("checkpoint_of_unknown_log", "")]
