"""From a row of the list to the treasurer's order: the same id for the same voucher, however often the file comes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from lotse_contracts.ledger import Attachment, PrivateFile, RecordVoucher, Share, Standing, VoucherPrivate
from lotse_ledger.domain.evidence_files import Evidence
from lotse_ledger.domain.voucher_list.cells import WHOLE
from lotse_ledger.domain.voucher_list.rows import PAYROLL, Voucher, part_of, whole_of


@dataclass(frozen=True)
class Target:
    """Which grant the list is for, and what its rows are."""

    grant_id: UUID
    standing: Standing


def voucher_id(grant_id: UUID, number: str) -> UUID:
    """A number names a voucher once in a grant; another body under it is another voucher's, and refused."""
    return uuid5(grant_id, f"voucher-list|{number}")


def private_of(voucher: Voucher, evidence: Mapping[str, Evidence]) -> VoucherPrivate:
    """What the log only commits to: who was paid, and what the files are called. Nothing of a payroll row."""
    if voucher.kind == PAYROLL:
        return VoucherPrivate()
    names = dict.fromkeys(name for name in (voucher.document, voucher.payment) if name in evidence)
    files = tuple(PrivateFile(sha256=evidence[name].sha256, name=name) for name in names)
    return VoucherPrivate(payee=voucher.payee, files=files)


def order_of(voucher: Voucher, target: Target, evidence: Mapping[str, Evidence]) -> RecordVoucher:
    """The order. `evidence` is by file name, and has every file that the row names."""
    document = evidence.get(voucher.document)
    payment = evidence.get(voucher.payment)
    whole = part_of(voucher.paid, voucher.basis_points)
    share = Share(grant_id=target.grant_id, line=voucher.line, basis_points=voucher.basis_points)
    return RecordVoucher(
        grant_id=target.grant_id,
        standing=target.standing,
        voucher_id=voucher_id(target.grant_id, voucher.number),
        number=voucher.number,
        line=voucher.line,
        kind="payroll" if voucher.kind == PAYROLL else "invoice",
        paid_on=voucher.paid_on.isoformat(),
        ordered_on=_day(voucher.ordered_on),
        invoiced_on=_day(voucher.invoiced_on),
        amount=voucher.paid,
        gross=voucher.gross,
        vat=voucher.vat,
        eligible=voucher.paid if voucher.eligible == whole else whole_of(voucher.eligible, voucher.basis_points),
        refused_reason=voucher.refused_reason,
        shares=() if voucher.basis_points == WHOLE else (share,),
        reason=voucher.reason,
        paid_from=voucher.paid_from,
        person_code=voucher.person_code or None,
        month=voucher.month or None,
        document_sha256=document.sha256 if document else voucher.document_sha256,
        payment_sha256=payment.sha256 if payment else None,
        attachments=tuple(_attachment(found, role) for found, role in _attached(document, payment)),
    )


def _attached(document: Evidence | None, payment: Evidence | None) -> list[tuple[Evidence, str]]:
    """A statement of account that proves a payment may be the document itself; it is attached once."""
    found = [(document, "invoice")] if document else []
    return found + ([(payment, "payment")] if payment and payment != document else [])


def _attachment(found: Evidence, role: str) -> Attachment:
    return Attachment.model_validate(
        {"sha256": found.sha256, "bytes": found.bytes, "media_type": found.media_type, "role": role}
    )


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
