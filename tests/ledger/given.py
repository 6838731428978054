"""Orders, contexts and a house as the ledger's tests need them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.database import engine_of
from lotse_contracts.ledger import FileApplication, PlanLine, RecordDecision, RecordVoucher, RequestDrawdown, SubmitPlan
from lotse_ledger.cli import shipped_facts
from lotse_ledger.domain.checkpoints import origin_of
from lotse_ledger.domain.entries import Draft, digest_of
from lotse_ledger.domain.facts import drafts_of
from lotse_ledger.domain.notes import COSIGNER_KEY, LOG_KEY, SigningKey, Vkey
from lotse_ledger.handlers.house import Evidence, House
from lotse_ledger.store import log
from lotse_ledger.store.log import Journal
from tests.kit import ASSOCIATION, ServiceDatabase

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
GRANT = UUID("5d3f2c3e-7a0b-4b52-9a61-2f0c6f0d2026")
PARTNER = "plattform"
ORIGIN = origin_of(ASSOCIATION)
JOURNAL = Journal(ORIGIN)


def context(now: datetime = NOW, **changed: Any) -> Context:
    """Of an order that a treasurer gave."""
    order_id = uuid4()
    given = Context(
        id=order_id,
        now=now,
        time=now,
        association=ASSOCIATION,
        sender="desk",
        sender_association=ASSOCIATION,
        correlation=order_id,
        actor="treasurer-1",
        role="treasurer",
    )
    return replace(given, **changed)


def house(**changed: Any) -> House:
    """An association that signs rarely and has no partner."""
    plain = House(
        checkpoint_entries=1_000_000,
        checkpoint_hours=24,
        books_standing="own",
        sign_key=Ed25519PrivateKey.generate(),
        evidence=Evidence(log=log_key(), witness=witness_key()),
    )
    return replace(plain, **changed)


def log_key(origin: str = ORIGIN) -> SigningKey:
    """A fresh key that signs checkpoints."""
    private = Ed25519PrivateKey.generate()
    return SigningKey(Vkey(origin, LOG_KEY, private.public_key().public_bytes_raw()), private.sign)


def witness_key(association: str = ASSOCIATION) -> SigningKey:
    """A fresh key that countersigns."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    return SigningKey(Vkey(f"{association}/witness", COSIGNER_KEY, public), private.sign)


def award(**changed: Any) -> RecordDecision:
    """The demonstration award over both years."""
    given: dict[str, Any] = {
        "grant_id": GRANT,
        "decision_id": uuid4(),
        "type": "award",
        "financing_type": "share",
        "amount": 50_000_00,
        "budget_year": 2026,
        "valid_on": "2025-11-20",
        "period_from": "2025-10-01",
        "period_to": "2026-12-31",
        "file_ref": "DEMO-50.1",
        "standing": "demo",
    }
    return RecordDecision(**given | changed)


def plan(**changed: Any) -> SubmitPlan:
    """Costs of 60,000 euros, funded by the city and own means."""
    given: dict[str, Any] = {
        "grant_id": GRANT,
        "plan_id": uuid4(),
        "version": 1,
        "valid_on": "2025-11-18",
        "costs": (
            PlanLine(line="personnel", title="Personalkosten", amount=40_000_00),
            PlanLine(line="fees", title="Honorarkosten", amount=5_000_00),
            PlanLine(line="material", title="Sachkosten", amount=15_000_00),
        ),
        "funding": (
            PlanLine(line="city", title="Zuwendung", amount=50_000_00),
            PlanLine(line="own", title="Eigenmittel", amount=10_000_00),
        ),
        "standing": "demo",
    }
    return SubmitPlan(**given | changed)


def application(**changed: Any) -> FileApplication:
    """An entry that stands on nothing before it."""
    given: dict[str, Any] = {
        "grant_id": GRANT,
        "application_id": uuid4(),
        "state": "applied",
        "applicant": ASSOCIATION,
        "budget_year": 2026,
        "amount": 50_000_00,
        "valid_on": "2025-11-12",
        "standing": "demo",
    }
    return FileApplication(**given | changed)


def voucher(**changed: Any) -> RecordVoucher:
    """A paid invoice."""
    given: dict[str, Any] = {
        "grant_id": GRANT,
        "voucher_id": uuid4(),
        "line": "material",
        "paid_on": "2026-02-03",
        "amount": 1_234_56,
        "reason": "Druck der Wegweiser",
        "document_sha256": uuid4().hex * 2,
        "standing": "demo",
    }
    return RecordVoucher(**given | changed)


def drawdown(**changed: Any) -> RequestDrawdown:
    """A quarter of the award."""
    given: dict[str, Any] = {
        "grant_id": GRANT,
        "drawdown_id": uuid4(),
        "amount": 12_500_00,
        "budget_year": 2026,
        "requested_on": "2026-01-15",
        "standing": "demo",
    }
    return RequestDrawdown(**given | changed)


@asynccontextmanager
async def transaction(database: ServiceDatabase) -> AsyncIterator[AsyncConnection]:
    """One committed transaction as the service's role."""
    engine = engine_of(database.url)
    try:
        async with engine.begin() as tx:
            yield tx
    finally:
        await engine.dispose()


async def load_facts(tx: AsyncConnection, now: datetime = NOW) -> int:
    """The public facts, as the command loads them."""
    return len(await log.append_many(tx, drafts_of(shipped_facts(), now), journal=JOURNAL, now=now))


async def fill(tx: AsyncConnection, number: int) -> None:
    """So many entries without postings."""
    drafts = [
        Draft(f"fill-{uuid4()}", "voucher", "demo", NOW.date(), {"reason": "filled"}, digest_of({}))
        for _ in range(number)
    ]
    await log.append_many(tx, drafts, journal=JOURNAL, now=NOW)
