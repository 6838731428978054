"""The lists of a proof of use as of two dates: the same rows on a terminal, in a file and in a bundle."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.personkeys import PersonKeys
from lotse_chassis.settings import secret
from lotse_ledger.domain import reports
from lotse_ledger.domain.asof import AsOf
from lotse_ledger.domain.entries import Recorded
from lotse_ledger.domain.grants import Grant
from lotse_ledger.domain.lists.belegliste import belegliste
from lotse_ledger.domain.lists.charges import Charge, charges_of, pair_of
from lotse_ledger.domain.lists.soll_ist import Planned, soll_ist
from lotse_ledger.domain.lists.spreadsheet import Cell
from lotse_ledger.settings import LedgerSettings
from lotse_ledger.store import books, openings

PAYEE = "payee"


def person_keys(settings: LedgerSettings) -> PersonKeys | None:
    """What private parts are opened with; None where no folder is set. Raises SettingsInvalid."""
    if settings.keys_folder is None:
        return None
    return PersonKeys(settings.keys_folder, secret(settings.kek_file, "kek_file"))


async def entries_at(tx: AsyncConnection, at: AsOf) -> list[Recorded]:
    """All of the association's log as of two dates, in its order."""
    size = await books.size_at(tx, at.recorded_to)
    return await books.page(tx, first=0, limit=size, valid_to=at.valid_to, recorded_to=at.recorded_to)


async def belegliste_rows(
    tx: AsyncConnection,
    at: AsOf,
    *,
    grants: Sequence[Grant],
    keys: PersonKeys | None,
    today: date,
    shows_payees: bool = True,
) -> list[tuple[Cell, ...]]:
    """The Belegliste of these grants. Without keys a payee may still be readable: who may see none is to be said."""
    charges = charges_of(await entries_at(tx, at), frozenset(one.grant_id for one in grants))
    payees = await payees_of(tx, charges, keys) if shows_payees else {}
    return belegliste(charges, payees=payees, drawdowns=money_of(grants, today))


async def soll_ist_rows(tx: AsyncConnection, at: AsOf, *, grants: Sequence[Grant]) -> list[tuple[Cell, ...]]:
    """Of these grants."""
    return planned_and_spent(await entries_at(tx, at), grants)


def planned_and_spent(entries: Iterable[Recorded], grants: Sequence[Grant]) -> list[tuple[Cell, ...]]:
    """The plan in force against the balances of the expense accounts."""
    spent: dict[tuple[UUID, str], int] = {}
    ours = {one.grant_id for one in grants}
    for entry in entries:
        for posting in entry.postings:
            pair = pair_of(posting.account)
            if pair is not None and pair[0] in ours:
                spent[pair] = spent.get(pair, 0) + posting.amount
    plans = {
        one.grant_id: [Planned(line.line, line.title, line.amount) for line in one.plan.costs]
        for one in grants
        if one.plan is not None
    }
    return soll_ist(plans, spent, frozenset(one.grant_id for one in grants if one.standing == "demo"))


async def payees_of(tx: AsyncConnection, charges: Iterable[Charge], keys: PersonKeys | None) -> dict[int, str]:
    """Who was paid, by log index, as far as it can still be opened."""
    found: dict[int, str] = {}
    for index in dict.fromkeys(one.entry.log_index for one in charges if PAYEE in one.entry.commitments):
        content = (await openings.contents(tx, index, keys=keys)).get(PAYEE)
        if isinstance(content, Mapping) and content.get("name"):
            found[index] = str(content["name"])
    return found


def money_of(grants: Iterable[Grant], today: date) -> dict[tuple[UUID, int], tuple[str, ...]]:
    """Which disbursements each payment used, by the log index of their entries."""
    return {
        (one.grant_id, row.part.log_index): tuple(str(disbursement) for disbursement, _ in row.disbursements)
        for one in grants
        for row in reports.belegliste(one, today).rows
    }
