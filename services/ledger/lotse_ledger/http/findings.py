"""The one thing that an auditor writes: a finding, by the same way into the log as every order."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from lotse_chassis.faults import Refused
from lotse_contracts.ledger import Cents, Day, FileRef, LogIndex, RecordFinding, Remark
from lotse_ledger.domain.scopes import FINDINGS
from lotse_ledger.handlers.orders import take
from lotse_ledger.http.access import Asking, gate_of, reach
from lotse_ledger.http.answers import Marked
from lotse_ledger.http.books import entry_at, one_grant
from lotse_ledger.http.dates import Dates, look
from lotse_ledger.http.entries import proof_path
from lotse_ledger.http.exchange import BODY_BYTES_MAX, router
from lotse_ledger.store import journal

routes = router()


class FindingGiven(BaseModel):
    """What an auditor found. The same `finding_id` with the same content takes effect once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    finding_id: UUID
    grant: UUID
    about: Remark = Field(min_length=1, description="stays for good: without a person's name")
    found_on: Day
    log_index: LogIndex | None = Field(default=None, description="the entry in question")
    amount: Cents | None = None
    file_ref: FileRef = ""


class FindingShape(Marked):
    """Where the finding stands in the log."""

    finding_id: UUID
    grant_id: UUID
    log_index: int
    recorded_at: datetime
    proof: str


async def may_find(asking: Asking) -> None:
    """A dependency. Raises Refused for a token without the scope."""
    if not reach(asking).findings:
        raise Refused("scope_missing", allowed=FINDINGS)


@routes.post("/audit/findings", max_body_size=BODY_BYTES_MAX, status_code=201)
async def finding(
    request: Request, given: FindingGiven, asking: Asking, _: Annotated[None, Depends(may_find)]
) -> FindingShape:
    """Enter a finding about a grant, or about one entry of it."""
    gate = gate_of(request)
    async with look(gate.service, Dates(None, None), asking) as at:
        grant = await one_grant(at, given.grant)
        if given.log_index is not None:
            await entry_at(at, given.log_index)
    order = RecordFinding(
        grant_id=grant.grant_id,
        standing=grant.standing,
        finding_id=given.finding_id,
        about=given.about,
        found_on=given.found_on,
        log_index=given.log_index,
        amount=given.amount,
        file_ref=given.file_ref,
    )
    async with gate.service.unit(actor=asking.name) as unit:
        unit.say(*await take(order, unit.context, unit.tx, house=gate.house))
        entry = await journal.with_key(unit.tx, f"finding:{given.finding_id}")
    return FindingShape(
        standing=entry.standing,
        finding_id=given.finding_id,
        grant_id=grant.grant_id,
        log_index=entry.log_index,
        recorded_at=entry.recorded_at,
        proof=proof_path(entry.log_index),
    )
