"""The list of vouchers (Belegliste), one voucher with its evidence, and those that may be the same."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request

from lotse_chassis.faults import Refused
from lotse_ledger.domain import reading, reports
from lotse_ledger.domain.entries import Recorded
from lotse_ledger.domain.reports.vouchers import VoucherRow
from lotse_ledger.http import shaped
from lotse_ledger.http.access import gate_of
from lotse_ledger.http.accounts import PAGE_ROWS, PAGE_ROWS_MAX
from lotse_ledger.http.answers_of_grants import (
    DuplicateShape,
    OfGrant,
    VoucherListShape,
    VoucherRowShape,
    VoucherShape,
)
from lotse_ledger.http.books import grants_at, one_grant, span
from lotse_ledger.http.dates import Books, Reading
from lotse_ledger.http.entries import proof_path, whole
from lotse_ledger.http.exchange import may_change, router
from lotse_ledger.http.grants import GrantId
from lotse_ledger.http.openings import opened
from lotse_ledger.store import fingerprints, journal, vouchers

ROW_MAX = 10**6

routes = router()


@routes.get("/grants/{grant_id}/belegliste")
async def belegliste(
    request: Request,
    grant_id: GrantId,
    at: Books,
    first: Annotated[int, Query(ge=1, le=ROW_MAX, description="the number of the row to begin with")] = 1,
    limit: Annotated[int, Query(ge=1, le=PAGE_ROWS_MAX)] = PAGE_ROWS,
) -> OfGrant[VoucherListShape]:
    """Each eligible payment of a grant exactly once, with the money that it used and what is odd about it.

    Rows are numbered over the whole list as of the two dates: name both to walk through it.
    """
    found = await one_grant(at, grant_id)
    asked = await fingerprints.unanswered(at.tx, gate_of(request).house.partners)
    listed = reports.belegliste(found, at.as_of.valid_to, provisional=asked)
    may_change(request)
    shown = listed.rows[first - 1 : first - 1 + limit]
    answer = VoucherListShape(
        rows_total=len(listed.rows),
        charged=listed.charged,
        eligible=listed.eligible,
        rows=tuple([await _row(request, at, one) for one in shown]),
        next=first + limit if len(listed.rows) >= first + limit else None,
    )
    return OfGrant(
        **shaped.dated(at.as_of), standing=found.standing, grant_id=grant_id, currency=found.currency, answer=answer
    )


@routes.get("/vouchers/{voucher_id}")
async def voucher(
    request: Request, at: Books, voucher_id: Annotated[UUID, Path(description="as an entry names it")]
) -> VoucherShape:
    """A voucher over all grants that the token sees, and which others may be the same one."""
    found = await vouchers.voucher(at.tx, span(at), at.reach, str(voucher_id))
    if found is None:
        raise Refused("unknown_voucher", fields=("voucher_id",))
    may_change(request)
    parts = {
        str(grant.grant_id): tuple(part for part in grant.vouchers if part.voucher_id == voucher_id)
        for grant in await grants_at(at)
    }
    return VoucherShape(
        **shaped.dated(at.as_of),
        standing=found.standing,
        voucher_id=voucher_id,
        entry=await whole(request, at, found),
        parts={grant_id: its for grant_id, its in parts.items() if its},
        basis_points_charged=sum(int(share["basis_points"]) for share in found.data.get("shares", ())),
        duplicates=await _duplicates(at, found),
        partners_with_it=await vouchers.partners_with(at.tx, found.log_index),
    )


async def _row(request: Request, at: Reading, row: VoucherRow) -> VoucherRowShape:
    found = await journal.at(at.tx, span(at), at.reach, row.part.log_index)
    private = await opened(request, at, found) if found else None
    return VoucherRowShape(
        standing=row.part.standing,
        number=row.number,
        part=row.part,
        line_title=row.line_title,
        grant_part=row.grant_part,
        disbursements=row.disbursements,
        warnings=row.warnings,
        is_provisional=row.is_provisional,
        has_question=row.has_question,
        proof=proof_path(row.part.log_index),
        opened=private.opened if private else {},
    )


async def _duplicates(at: Reading, found: Recorded) -> tuple[DuplicateShape, ...]:
    """That there is another one says also a voucher that the token does not reach: nothing may be charged twice."""
    invoices = await vouchers.same_invoice(at.tx, found.log_index)
    others = await vouchers.alike(at.tx, span(at), found, invoices)
    gone = await journal.reversals(at.tx, span(at), [one.log_index for one in others])
    return tuple(_duplicate(at, one, _by(found, one, invoices), is_reversed=one.log_index in gone) for one in others)


def _by(found: Recorded, other: Recorded, invoices: frozenset[int]) -> tuple[str, ...]:
    named = [name for name in ("document_sha256", "number") if _same(found, other, name)]
    return (*named, "invoice") if other.log_index in invoices else tuple(named)


def _duplicate(at: Reading, other: Recorded, by: tuple[str, ...], *, is_reversed: bool) -> DuplicateShape:
    shown = at.reach.shows(other)
    return DuplicateShape(
        log_index=other.log_index if shown else None,
        voucher_id=UUID(other.data["voucher_id"]) if shown else None,
        grant_ids=tuple(grant_id for grant_id in reading.grants_named(other) if at.reach.opens(grant_id)),
        by=by,
        reversed=is_reversed,
    )


def _same(one: Recorded, other: Recorded, name: str) -> bool:
    return bool(one.data.get(name)) and one.data.get(name) == other.data.get(name)
