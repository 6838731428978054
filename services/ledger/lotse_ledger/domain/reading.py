"""What one entry says about a grant: from the texts and numbers of its leaf to the shapes that the fold collects."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from lotse_contracts.ledger import FundingKind
from lotse_ledger.domain.acts import (
    Application,
    Decision,
    Disbursement,
    EarlyStart,
    ExcessApproval,
    Income,
    Period,
    Plan,
    PlanLine,
    Refund,
    Repayment,
    Settled,
    VoucherPart,
)
from lotse_ledger.domain.entries import Recorded
from lotse_ledger.domain.law.terms import WHOLE_BP
from lotse_ledger.domain.proving import Notice, ProofStep

Data = Mapping[str, Any]
OF_THE_CITY = frozenset({"city", "grant"})
"""Funding lines that are the grant itself where a plan does not say so."""


def application(entry: Recorded) -> Application:
    """Filed by us, or reported by a document."""
    data = entry.data
    return Application(
        log_index=entry.log_index,
        applicant=data["applicant"],
        state=data.get("state", "applied" if "amount" in data else "conditional"),
        amount=_cents(data, "amount"),
        budget_year=entry.budget_year,
        valid_on=entry.valid_on,
    )


def early_start(entry: Recorded) -> EarlyStart:
    """A permit."""
    return EarlyStart(entry.log_index, date.fromisoformat(entry.data["start_from"]), entry.data.get("file_ref", ""))


def decision(entry: Recorded) -> Decision:
    """Award, amendment or revocation; what a revocation takes back is negative."""
    data = entry.data
    sign = -1 if data["type"] == "revocation" else 1
    year = entry.budget_year or entry.valid_on.year
    years = tuple((int(one["budget_year"]), sign * int(one["amount"])) for one in data.get("years", ()))
    amount = sign * int(data["amount"])
    return Decision(
        log_index=entry.log_index,
        decision_id=UUID(data["decision_id"]),
        type=data["type"],
        financing_type=data["financing_type"],
        amount=amount,
        currency=data["currency"],
        budget_year=year,
        years=years or ((year, amount),),
        valid_on=entry.valid_on,
        period=Period(date.fromisoformat(data["period_from"]), date.fromisoformat(data["period_to"])),
        file_ref=data.get("file_ref", ""),
        terms=dict(data.get("terms", {})),
        standing=entry.standing,
    )


def plan(entry: Recorded, approvals: Mapping[UUID, date]) -> Plan:
    """A version, approved by its own state or by a later approval."""
    data = entry.data
    plan_id = UUID(data["plan_id"])
    approved_on = entry.valid_on if data.get("state") == "approved" else approvals.get(plan_id)
    return Plan(
        log_index=entry.log_index,
        plan_id=plan_id,
        version=int(data["version"]),
        state="submitted" if approved_on is None else "approved",
        valid_on=entry.valid_on,
        approved_on=approved_on,
        costs=tuple(PlanLine(one["line"], one["title"], int(one["amount"])) for one in data["costs"]),
        funding=tuple(
            PlanLine(one["line"], one["title"], int(one["amount"]), _funding_kind(one)) for one in data["funding"]
        ),
        currency=data["currency"],
        standing=entry.standing,
    )


def excess_approval(entry: Recorded) -> ExcessApproval:
    """Of a line."""
    data = entry.data
    return ExcessApproval(entry.log_index, data["line"], _cents(data, "amount"), data["override_ref"], entry.valid_on)


def disbursement(entry: Recorded) -> Disbursement:
    """Money of the city."""
    data = entry.data
    return Disbursement(
        log_index=entry.log_index,
        disbursement_id=UUID(data["disbursement_id"]),
        drawdown_id=_id(data, "drawdown_id"),
        amount=int(data["amount"]),
        budget_year=entry.budget_year or entry.valid_on.year,
        credited_on=entry.valid_on,
        ordered_on=_day(data, "ordered_on"),
    )


def voucher_parts(entry: Recorded, grant_id: UUID, refunds: Sequence[Recorded]) -> list[VoucherPart]:
    """The lines of this grant that a voucher is charged to."""
    return [_part(entry, one, refunds) for one in shares_of(entry, grant_id)]


def refunded(entry: Recorded, grant_id: UUID) -> list[Refund]:
    """What a refund gives back to the lines of this grant, as far as it was eligible."""
    data = entry.data
    return [
        Refund(
            log_index=entry.log_index,
            refund_id=UUID(data["refund_id"]),
            voucher_id=UUID(data["voucher_id"]),
            line=one["line"],
            amount=int(one["eligible"]),
            received_on=entry.valid_on,
        )
        for one in shares_of(entry, grant_id)
    ]


def income(entry: Recorded) -> Income:
    """Other money."""
    data = entry.data
    return Income(
        entry.log_index,
        UUID(data["income_id"]),
        data["source"],
        int(data["amount"]),
        entry.valid_on,
        data.get("planned_line"),
    )


def notice(entry: Recorded) -> Notice:
    """What the city was told."""
    data = entry.data
    happened_on = _day(data, "happened_on")
    about = data.get("about", "")  # an entry leaves out what is empty
    return Notice(entry.log_index, UUID(data["notice_id"]), data["type"], about, entry.valid_on, happened_on)


def proof_step(entry: Recorded) -> ProofStep:
    """Handed in, accepted, objected to, handed in again."""
    data = entry.data
    return ProofStep(entry.log_index, data["state"], entry.valid_on, _cents(data, "size"), data.get("root"))


def settled(entry: Recorded) -> Settled:
    """The final grant as it was booked."""
    data = entry.data
    return Settled(
        entry.log_index, int(data["final_grant"]), int(data["to_repay"]), int(data["to_receive"]), entry.valid_on
    )


def repayment(entry: Recorded) -> Repayment:
    """Money that went back."""
    data = entry.data
    return Repayment(
        log_index=entry.log_index,
        repayment_id=UUID(data["repayment_id"]),
        amount=int(data["amount"]),
        budget_year=entry.budget_year or entry.valid_on.year,
        paid_on=entry.valid_on,
        disbursement_id=_id(data, "disbursement_id"),
    )


def shares_of(entry: Recorded, grant_id: UUID) -> list[Data]:
    """The shares of a voucher or refund that are this grant's."""
    return [one for one in _shares(entry) if one["grant_id"] == str(grant_id)]


def grants_named(entry: Recorded) -> list[UUID]:
    """The grants that an entry is about: its own, and those it is shared over."""
    shared = [UUID(one["grant_id"]) for one in _shares(entry)]
    return list(dict.fromkeys([*([] if entry.grant_id is None else [entry.grant_id]), *shared]))


def _part(entry: Recorded, share: Data, refunds: Sequence[Recorded]) -> VoucherPart:
    data, grant_id = entry.data, UUID(share["grant_id"])
    back = [
        one
        for refund in refunds
        if refund.data["voucher_id"] == data["voucher_id"]
        for one in shares_of(refund, grant_id)
        if one["line"] == share["line"]
    ]
    return VoucherPart(
        log_index=entry.log_index,
        voucher_id=UUID(data["voucher_id"]),
        number=data.get("number", ""),
        kind=data.get("kind", "invoice"),
        line=share["line"],
        ordered_on=_day(data, "ordered_on"),
        invoiced_on=_day(data, "invoiced_on"),
        paid_on=entry.valid_on,
        recorded_at=entry.recorded_at,
        gross=int(data.get("gross", data.get("amount"))),
        vat=_cents(data, "vat"),
        paid=int(data.get("paid", data.get("amount"))),
        basis_points=int(share["basis_points"]),
        eligible=int(share["eligible"]),
        ineligible=int(share["ineligible"]),
        refunded=sum(int(one["eligible"]) for one in back),
        refunded_ineligible=sum(int(one["ineligible"]) for one in back),
        refused_reason=data.get("refused_reason", ""),
        reason=data.get("reason", ""),
        person_code=data.get("person_code"),
        month=data.get("month"),
        document_sha256=data["document_sha256"],
        payment_sha256=data.get("payment_sha256"),
        standing=entry.standing,
    )


def _shares(entry: Recorded) -> Sequence[Data]:
    """A voucher in a leaf of version 1 is its grant's alone, all of it eligible."""
    data = entry.data
    if entry.kind != "voucher" or "shares" in data or "line" not in data:
        found: Sequence[Data] = data.get("shares", ())
        return found
    whole = {"line": data["line"], "basis_points": WHOLE_BP, "eligible": data["amount"], "ineligible": "0"}
    return [{"grant_id": str(entry.grant_id), **whole}]


def _funding_kind(line: Data) -> FundingKind:
    given: FundingKind | None = line.get("kind")
    return given or ("grant" if line["line"] in OF_THE_CITY else "own")


def _cents(data: Data, name: str) -> int | None:
    return int(data[name]) if data.get(name) is not None else None


def _day(data: Data, name: str) -> date | None:
    return date.fromisoformat(data[name]) if data.get(name) else None


def _id(data: Data, name: str) -> UUID | None:
    return UUID(data[name]) if data.get(name) else None
