"""A demonstration grant in the middle of its second year, as an auditor finds it: plan, money, vouchers, a proof."""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.personkeys import PersonKeys
from lotse_contracts import ledger as said
from lotse_contracts.ledger import Attachment, LedgerOrder, PlanLine, Share, VoucherPrivate
from lotse_ledger.handlers.house import Evidence, House
from lotse_ledger.handlers.orders import take
from lotse_ledger.providers import keyfiles
from lotse_ledger.providers.evidence_files import EvidenceFiles
from lotse_ledger.store import books
from tests.kit import ASSOCIATION, ServiceDatabase
from tests.ledger import given

GRANT = given.GRANT
SHARED = UUID("7c1e6a52-0d9b-4f63-8a11-5e2b9c7d2026")
"""A second grant of the same association; one voucher is shared over both."""
PROOF = UUID("11111111-2222-4333-8444-555555555555")
PAYEE = "Kopierladen Neustadt & Söhne"
IBAN = "DE02120300000000202051"
REASON = "Druck der Wegweiser <b>A5</b>"
"""What somebody typed that a page must not take for its own."""
SUNDAY = "2027-02-28"
"""A day that the second decision names for the final proof."""
PRINTED = "B-2026-005"
"""The number of the voucher that is taken back after the proof."""
KEY_FILES = {"log": "LOTSE_LOG_KEY_FILE", "kek": "LOTSE_KEK_FILE"}
ROLES: tuple[Literal["invoice", "payment"], ...] = ("invoice", "payment")
FACTS_AT = datetime(2025, 12, 20, 12, tzinfo=UTC)
LAST_AT = datetime(2026, 6, 1, 10, tzinfo=UTC)


def keys_in(folder: Path) -> None:
    """Fresh keys in a folder."""
    for name in KEY_FILES:
        (folder / f"{name}.key").write_bytes(secrets.token_bytes(32))


def settings_for(database: ServiceDatabase, folder: Path) -> dict[str, str]:
    """The service with the keys that `keys_in` made."""
    return {
        "LOTSE_ASSOCIATION": ASSOCIATION,
        "LOTSE_DATABASE_URL": database.url,
        "LOTSE_AUDITOR_REQUESTS_PER_MINUTE": "60000",
        "LOTSE_KEYS_FOLDER": str(folder / "person-keys"),
        "LOTSE_EVIDENCE_FOLDER": str(folder / "evidence"),
        **{variable: str(folder / f"{name}.key") for name, variable in KEY_FILES.items()},
    }


def house_in(folder: Path) -> House:
    """The association with the keys of that folder."""
    log = keyfiles.log_key(folder / "log.key", given.ORIGIN)
    return given.house(evidence=Evidence(log=log), keys=person_keys_in(folder))


async def fill(database: ServiceDatabase, folder: Path) -> None:
    """The public facts, then the year, one order after another."""
    house, files = house_in(folder), evidence_in(folder)
    async with given.transaction(database) as tx:
        await given.load_facts(tx, FACTS_AT)
        for number, (day, order) in enumerate(_orders(files)):
            at = max(FACTS_AT, datetime(day.year, day.month, day.day, 11, tzinfo=UTC)) + timedelta(minutes=number)
            await _take(tx, order, at, house)
        await _correct(tx, house, files)


def an_id(name: str) -> UUID:
    """The same id in every run."""
    return uuid5(NAMESPACE_URL, name)


def evidence_in(folder: Path) -> EvidenceFiles:
    """What the association keeps as evidence."""
    return EvidenceFiles(folder / "evidence", person_keys_in(folder))


def person_keys_in(folder: Path) -> PersonKeys:
    """What private parts and evidence are sealed with."""
    return PersonKeys(folder / "person-keys", (folder / "kek.key").read_bytes())


async def _take(tx: AsyncConnection, order: LedgerOrder, at: datetime, house: House) -> None:
    private = VoucherPrivate(payee=PAYEE, account=IBAN) if isinstance(order, said.RecordVoucher) else None
    await take(order, given.context(at), tx, house=house, private=private)


async def _correct(tx: AsyncConnection, house: House, files: EvidenceFiles) -> None:
    """After the proof the printer's voucher was taken back and booked again."""
    found = await books.entries_of_kinds(tx, ("voucher",))
    wrong = next(one.log_index for one in found if one.data.get("number") == PRINTED)
    back = said.ReverseEntry(
        reversal_id=an_id("back"), log_index=wrong, reason="falscher Betrag", valid_on="2026-06-01"
    )
    await _take(tx, back, LAST_AT, house)
    again = _voucher(7, Payment("material", date(2026, 3, 2), 1_209_12, {"reason": REASON}), files)
    await _take(tx, again, LAST_AT + timedelta(minutes=1), house)


def _orders(files: EvidenceFiles) -> Iterator[tuple[date, LedgerOrder]]:
    yield from _granted()
    for number, payment in enumerate(_payments(), start=1):
        yield payment.paid_on, _voucher(number, payment, files)
    yield from _received()
    yield from _proved()


def _of(grant_id: UUID) -> dict[str, Any]:
    return {"grant_id": grant_id, "standing": "demo"}


def _granted() -> Iterator[tuple[date, LedgerOrder]]:
    start = FACTS_AT.date()
    yield start, given.award(decision_id=an_id("award"), terms=said.DecisionTerms(excess_percent=20))
    yield start, given.plan(plan_id=an_id("plan"), state="approved")
    yield (
        start,
        given.award(
            grant_id=SHARED,
            decision_id=an_id("other"),
            financing_type="fixed",
            amount=3_000_00,
            file_ref="DEMO-51",
            terms=said.DecisionTerms(final_due_on=SUNDAY),
        ),
    )
    yield (
        start,
        said.SubmitPlan(
            **_of(SHARED),
            plan_id=an_id("other-plan"),
            version=1,
            valid_on="2025-11-18",
            costs=(PlanLine(line="material", title="Sachkosten", amount=3_000_00),),
            funding=(PlanLine(line="city", title="Zuwendung", amount=3_000_00),),
        ),
    )
    for name, asked, amount in (("d1", date(2025, 12, 22), 10_000_00), ("d2", date(2026, 1, 15), 12_500_00)):
        yield asked, given.drawdown(drawdown_id=an_id(name), amount=amount, requested_on=asked.isoformat())
        credited = asked + timedelta(days=14)
        yield (
            credited,
            said.RecordDisbursement(
                **_of(GRANT),
                disbursement_id=an_id(f"paid-{name}"),
                drawdown_id=an_id(name),
                amount=amount,
                budget_year=2026,
                credited_on=credited.isoformat(),
            ),
        )


@dataclass(frozen=True)
class Payment:
    """What was paid for which line, and what else the voucher says."""

    line: str
    paid_on: date
    amount: int
    more: dict[str, Any]


def _payments() -> Iterator[Payment]:
    for month in (1, 2, 3):
        day = date(2026, month, 28)
        yield Payment(
            "personnel", day, 3_200_00, {"kind": "payroll", "person_code": "PK-01", "month": f"2026-{month:02}"}
        )
    yield Payment("fees", date(2026, 3, 29), 6_500_00, {"reason": "Dolmetschen bei Elternabenden"})
    yield Payment("material", date(2026, 3, 30), 1_234_56, {"reason": REASON, "gross": 1_260_00})
    yield Payment("material", date(2026, 4, 1), 2_400_00, {"reason": "Tagungstechnik", "shares": _halves()})


def _halves() -> tuple[Share, ...]:
    return tuple(Share(grant_id=one, line="material", basis_points=5_000) for one in (GRANT, SHARED))


def _voucher(number: int, paid: Payment, files: EvidenceFiles) -> said.RecordVoucher:
    invoice, payment = (files.keep(document(f"{name} {number}")) for name in ("invoice", "payment"))
    attached = tuple(
        Attachment(sha256=one.sha256, bytes=one.bytes, media_type=one.media_type, role=role)
        for one, role in zip((invoice, payment), ROLES, strict=True)
    )
    return given.voucher(
        voucher_id=an_id(f"voucher-{number}"),
        number=f"B-2026-{number:03}",
        line=paid.line,
        paid_on=paid.paid_on.isoformat(),
        amount=paid.amount,
        invoiced_on=(paid.paid_on - timedelta(days=9)).isoformat(),
        document_sha256=invoice.sha256,
        payment_sha256=payment.sha256,
        attachments=attached,
        **{"reason": "Gehalt", **paid.more},
    )


def document(text: str) -> bytes:
    """A file of evidence: a PDF by its first bytes, and by nothing else."""
    return b"%PDF-1.4\n" + hashlib.sha256(text.encode()).hexdigest().encode()


def _received() -> Iterator[tuple[date, LedgerOrder]]:
    day = date(2026, 4, 2)
    yield (
        day,
        said.EnterCommitment(
            **_of(GRANT),
            commitment_id=an_id("rent"),
            line="material",
            amount=3_000_00,
            valid_on="2026-04-02",
            reason="Miete bis Dezember",
        ),
    )
    sources: tuple[tuple[said.IncomeSource, int], ...] = (("own", 4_000_00), ("third_party_private", 500_00))
    for source, amount in sources:
        yield (
            day,
            said.RecordIncome(
                **_of(GRANT), income_id=an_id(source), source=source, amount=amount, received_on="2026-04-02"
            ),
        )


def _proved() -> Iterator[tuple[date, LedgerOrder]]:
    yield (
        date(2026, 4, 3),
        said.GiveNotice(
            **_of(GRANT), notice_id=an_id("notice"), type="purpose_changed", about="Ort", sent_on="2026-04-03"
        ),
    )
    yield (
        date(2026, 4, 28),
        said.SubmitProof(
            **_of(GRANT),
            proof_id=PROOF,
            submission_id=an_id("first"),
            proof="interim",
            budget_year=2025,
            submitted_on="2026-04-28",
        ),
    )
    yield (
        date(2026, 5, 12),
        said.RecordFinding(
            **_of(GRANT),
            finding_id=an_id("finding"),
            about="Skonto nicht abgezogen",
            found_on="2026-05-12",
            amount=25_44,
        ),
    )
