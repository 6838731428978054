"""A bundle's part that is read: the lists, the journals, and of what is private as much as may be seen."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.personkeys import PersonKeys
from lotse_ledger.domain.amounts import SCALES
from lotse_ledger.domain.asof import AsOf
from lotse_ledger.domain.bundle import BEANCOUNT, BELEGLISTE, HLEDGER, OPENINGS, SOLL_IST, openings_text
from lotse_ledger.domain.entries import ACTOR, Recorded
from lotse_ledger.domain.grants import Grant, grants_of
from lotse_ledger.domain.lists import belegliste, soll_ist
from lotse_ledger.domain.lists.charges import Charge, charges_of
from lotse_ledger.domain.lists.spreadsheet import written
from lotse_ledger.domain.twins import beancount, hledger
from lotse_ledger.domain.twins.transactions import Journal, transactions_of
from lotse_ledger.handlers import listing
from lotse_ledger.providers.evidence_files import EvidenceFiles
from lotse_ledger.store import openings

APPROVER = "approver"
OF_STAFF = frozenset({ACTOR, APPROVER})
"""Who gave and who approved an order is nobody's but the association's."""


@dataclass(frozen=True)
class Wanted:
    """As of when, and for whom: `grants` are those that the lists cover, all where there is none.

    `vouchers` shows who was paid, and the evidence.
    """

    at: AsOf
    grants: frozenset[UUID] = frozenset()
    vouchers: bool = False


@dataclass(frozen=True)
class Covered:
    """The books as of the two dates, and what of them the lists cover."""

    entries: Sequence[Recorded]
    grants: Sequence[Grant]
    charges: Sequence[Charge]
    listed: Mapping[int, Recorded] = field(default_factory=dict)


def covered(entries: Sequence[Recorded], wanted: Wanted, association: str) -> Covered:
    """Of the grants wanted."""
    found = grants_of(entries, association)
    grants = [one for one in found if not wanted.grants or one.grant_id in wanted.grants]
    charges = charges_of(entries, frozenset(one.grant_id for one in grants))
    return Covered(entries, grants, charges, {one.entry.log_index: one.entry for one in charges})


async def list_files(tx: AsyncConnection, books: Covered, wanted: Wanted, keys: PersonKeys | None) -> dict[str, bytes]:
    """Both lists and the openings that stand behind the names in them."""
    opened = await _openings(tx, books.listed.values(), keys) if wanted.vouchers else []
    payees = {
        index: str(content["name"])
        for index, part, _, content in opened
        if part == listing.PAYEE and isinstance(content, Mapping) and content.get("name")
    }
    money = listing.money_of(books.grants, wanted.at.valid_to)
    rows = belegliste.belegliste(books.charges, payees=payees, drawdowns=money)
    return {
        BELEGLISTE: written(belegliste.TITLES, rows),
        SOLL_IST: written(soll_ist.TITLES, listing.planned_and_spent(books.entries, books.grants)),
        OPENINGS: openings_text(opened),
    }


def journal_files(entries: Iterable[Recorded], association: str, size: int) -> dict[str, bytes]:
    """All of the log's postings for two other programs. Raises TooManyDigits."""
    journal = journal_of(entries, association, size)
    return {
        HLEDGER: "".join(hledger.hledger(journal)).encode(),
        BEANCOUNT: "".join(beancount.beancount(journal)).encode(),
    }


def journal_of(entries: Iterable[Recorded], association: str, size: int) -> Journal:
    """What both journals are written from."""
    found = transactions_of(entries)
    demo = ("DEMO: some of these values are of a demonstration.",) if any(one.is_demo for one in found) else ()
    return Journal(f"{association}: grant ledger, {size} entries", found, SCALES, demo)


def attached(listed: Iterable[Recorded]) -> dict[str, int]:
    """Every file that these entries stand on: its digest and its bytes."""
    return {one.sha256: one.bytes for entry in listed for one in entry.attachments}


def evidence_of(listed: Iterable[Recorded], wanted: Wanted, files: EvidenceFiles | None) -> dict[str, int]:
    """Of these the ones that may be seen and are there."""
    if not wanted.vouchers or files is None:
        return {}
    return {digest: size for digest, size in attached(listed).items() if files.holds(digest)}


async def _openings(
    tx: AsyncConnection, listed: Iterable[Recorded], keys: PersonKeys | None
) -> list[tuple[int, str, bytes, object]]:
    found: list[tuple[int, str, bytes, object]] = []
    for entry in listed:
        if entry.commitments.keys() - OF_STAFF:
            parts = await openings.opened(tx, entry.log_index, keys=keys)
            found += [
                (entry.log_index, part, one.salt, json.loads(one.content))
                for part, one in parts.items()
                if part not in OF_STAFF
            ]
    return found
