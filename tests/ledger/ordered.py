"""Orders by their name with what every test would say the same, and a grant that others can build on."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.faults import Refused
from lotse_contracts import ledger as said
from lotse_contracts.envelope import Message
from lotse_contracts.ledger import LedgerOrder, PlanLine
from lotse_ledger.domain.asof import AsOf
from lotse_ledger.domain.grants import Grant, grants_of
from lotse_ledger.handlers.house import House
from lotse_ledger.handlers.orders import take
from lotse_ledger.store import books
from lotse_ledger.store.grants import entries_about
from tests.kit import ASSOCIATION
from tests.ledger import given

OTHER_GRANT = UUID("5d3f2c3e-7a0b-4b52-9a61-2f0c6f0d2027")
DOCUMENTS = (said.DocumentRef(title="Haushaltssatzung", source="https://city.example/budget"),)
USUAL: dict[type[LedgerOrder], dict[str, Any]] = {
    said.ReportAppropriation: {
        "budget_year": 2026,
        "amount": 100_000_00,
        "budget_part": "Soziales",
        "title": "Haushalt 2026",
        "valid_on": "2025-03-31",
        "documents": DOCUMENTS,
    },
    said.ReportFreeze: {
        "budget_year": 2026,
        "factors": (
            said.FieldFactor(field="every_field", factor=5_000),
            said.FieldFactor(field="social", factor=9_000),
        ),
        "posted_as": "social",
        "title": "Haushaltssperre",
        "valid_on": "2025-09-26",
        "documents": DOCUMENTS,
    },
    said.PermitEarlyStart: {"start_from": "2025-10-01", "valid_on": "2025-09-30", "file_ref": "50.1"},
    said.ApprovePlan: {"valid_on": "2025-11-20"},
    said.ApproveExcess: {"line": "fees", "override_ref": "50.1", "valid_on": "2026-05-01"},
    said.WithdrawDrawdown: {"valid_on": "2026-03-01"},
    said.RecordDisbursement: {"amount": 12_500_00, "budget_year": 2026, "credited_on": "2026-02-01"},
    said.RecordIncome: {"source": "own", "amount": 1_000_00, "received_on": "2026-02-01"},
    said.MoveCash: {"direction": "to_cash", "amount": 200_00, "moved_on": "2026-02-01"},
    said.EnterCommitment: {"line": "material", "amount": 2_000_00, "valid_on": "2026-02-01", "reason": "Miete"},
    said.ReleaseCommitment: {"valid_on": "2026-04-01"},
    said.RecordRefund: {"amount": 100_00, "received_on": "2026-03-01", "reason": "Gutschrift"},
    said.GiveNotice: {"type": "further_funding", "about": "7", "sent_on": "2026-03-01"},
    said.SubmitProof: {"proof": "final", "budget_year": 2026, "submitted_on": "2026-11-01"},
    said.AnswerProof: {"answer": "objected", "answered_on": "2026-11-10"},
    said.RecordFinding: {"about": "Beleg unvollständig", "found_on": "2026-11-05"},
    said.ResolveFinding: {"resolved_on": "2026-11-06", "how": "Beleg ergänzt"},
    said.ComputeSettlement: {"valid_on": "2026-11-20"},
    said.RecordRepayment: {"amount": 500_00, "paid_on": "2026-11-21"},
    said.AssessInterest: {
        "amount": 75_94,
        "period_from": "2025-12-01",
        "period_to": "2026-03-20",
        "valid_on": "2026-11-01",
        "file_ref": "50.1",
    },
    said.WaiveInterest: {"valid_on": "2026-11-02"},
    said.PayInterest: {"amount": 75_94, "paid_on": "2026-11-03"},
    said.SetRetention: {"years": 10, "valid_on": "2026-11-01"},
    said.ClosePeriod: {"until": "2026-06-30"},
    said.ReopenPeriod: {"until": "2026-03-31", "reason": "Beleg nachgereicht"},
    said.ReverseEntry: {"reason": "falsch erfasst"},
    said.SettleVoucherQuestion: {"partner": given.PARTNER, "answer": "ours", "valid_on": "2026-11-20"},
}


def an(kind: type[LedgerOrder], **changed: Any) -> Any:
    """An order of this kind about the usual grant, with ids of its own where none is said."""
    fields = kind.model_fields
    ids = {name: uuid4() for name in fields if name.endswith("_id") and fields[name].is_required()}
    place = {"grant_id": given.GRANT, "standing": "demo"}
    common = {name: value for name, value in place.items() if name in fields}
    return kind(**ids | common | USUAL.get(kind, {}) | changed)


def plan(**changed: Any) -> said.SubmitPlan:
    """The plan of the worked vectors: costs of 60,000, of it 6,000 own and 4,000 of others."""
    funding = (
        PlanLine(line="city", title="Zuwendung", amount=50_000_00, kind="grant"),
        PlanLine(line="own", title="Eigenmittel", amount=6_000_00, kind="own"),
        PlanLine(line="land", title="Land", amount=4_000_00, kind="third_party_public"),
    )
    costs = (
        PlanLine(line="personnel", title="Personalkosten", amount=40_000_00),
        PlanLine(line="fees", title="Honorarkosten", amount=5_000_00),
        PlanLine(line="material", title="Sachkosten", amount=10_000_00),
        PlanLine(line="other", title="Sonstiges", amount=5_000_00),
    )
    return given.plan(**{"costs": costs, "funding": funding, "state": "approved"} | changed)


async def taken(tx: AsyncConnection, *orders: LedgerOrder, house: House | None = None, **context: Any) -> list[Message]:
    """Each order, one after the other; what was said."""
    told: list[Message] = []
    for order in orders:
        told += await take(order, given.context(**context), tx, house=house or given.house())
    return told


async def refused(tx: AsyncConnection, order: LedgerOrder, house: House | None = None, **context: Any) -> Refused:
    """Why an order is refused; and the log has not grown."""
    before = await books.size(tx)
    attempt = await tx.begin_nested()
    with pytest.raises(Refused) as fault:
        await take(order, given.context(**context), tx, house=house or given.house())
    await attempt.rollback()
    assert await books.size(tx) == before
    return fault.value


async def grant(tx: AsyncConnection, grant_id: UUID = given.GRANT) -> Grant:
    """As it stands now."""
    found = grants_of(await entries_about(tx, {grant_id}), ASSOCIATION)
    return next(one for one in found if one.grant_id == grant_id)


async def balances(tx: AsyncConnection, *, until: str = "2027-12-31") -> dict[str, int]:
    """Every account that is not zero, whatever it stands as."""
    last = await books.last_recorded_at(tx)
    assert last is not None
    rows = await books.balances(tx, AsOf(date.fromisoformat(until), last), limit=500)
    found: dict[str, int] = {}
    for row in rows:
        found[row.account] = found.get(row.account, 0) + row.amount
    return {account: amount for account, amount in found.items() if amount}


def kinds(messages: Sequence[Message]) -> list[str]:
    """Of the facts that name one."""
    return [one.kind for one in messages if isinstance(one, said.EntryRecorded)]
