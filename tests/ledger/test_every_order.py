"""Every order that there is, once, in one set of books: each page, each query and each invariant still reads them."""

from collections.abc import Callable
from uuid import uuid4

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.service import Service
from lotse_contracts import ledger as said
from lotse_contracts.ledger import LedgerOrder
from lotse_ledger.handlers import replaying
from lotse_ledger.handlers.orders import WAYS
from lotse_ledger.store import books
from tests import kit
from tests.ledger import given
from tests.ledger.ordered import OTHER_GRANT, an, plan, taken
from tests.ledger.walking import walked

Database = Callable[[str], kit.ServiceDatabase]
G = given.GRANT
OF_A_GRANT = (
    *("", "/plan", "/soll-ist", "/headroom?line=fees&amount=100", "/fifo", "/interest", "/settlement", "/deadlines"),
    *("/notices", "/drawdowns", "/line-history", "/freeze", "/belegliste"),
)
OF_ALL = (
    *(
        "/grants",
        "/deadlines",
        "/balances",
        "/trial-balance",
        "/entries?limit=500",
        "/search?q=grant",
        "/freezes?year=2026",
    ),
    *("/invariants", "/checkpoints", "/alarms", "/witnessed", "/rules", "/audit/token", "/audit/queries"),
    f"/accounts/expense:{G}/statement",
)


async def booked(tx: AsyncConnection) -> set[type[LedgerOrder]]:
    """Which orders were taken."""
    first, second = given.drawdown(), given.drawdown(amount=1_000_00)
    submitted, asked, release = plan(state="submitted"), an(said.ClosePeriod), an(said.EnterCommitment)
    shares = tuple(said.Share(grant_id=one, line="material", basis_points=4_000) for one in (G, OTHER_GRANT))
    paid, interest, proof, found = (
        given.voucher(shares=shares),
        an(said.AssessInterest),
        uuid4(),
        an(said.RecordFinding),
    )
    waived, reopened = an(said.AssessInterest), an(said.ReopenPeriod)
    pay = {"line": "personnel", "kind": "payroll", "person_code": "P1", "month": "2026-03"}
    orders: list[LedgerOrder] = [
        *(an(said.ReportAppropriation), an(said.ReportFreeze), given.application(), an(said.PermitEarlyStart)),
        *(given.award(), submitted, an(said.ApprovePlan, plan_id=submitted.plan_id), an(said.ApproveExcess)),
        *(given.award(grant_id=OTHER_GRANT, amount=10_000_00), plan(grant_id=OTHER_GRANT), first, second),
        an(said.WithdrawDrawdown, drawdown_id=second.drawdown_id),
        *(an(said.RecordDisbursement, drawdown_id=first.drawdown_id), an(said.RecordIncome), an(said.MoveCash)),
        *(release, an(said.ReleaseCommitment, commitment_id=release.commitment_id, amount=1_000_00)),
        *(paid, an(said.RecordRefund, voucher_id=paid.voucher_id), given.voucher(**pay)),
        *(an(said.GiveNotice), an(said.SubmitProof, proof_id=proof), an(said.AnswerProof, proof_id=proof)),
        *(found, an(said.ResolveFinding, finding_id=found.finding_id), an(said.SetRetention), interest, waived),
        an(said.PayInterest, interest_id=interest.interest_id),
        an(said.WaiveInterest, interest_id=waived.interest_id),
        asked,
    ]
    await taken(tx, *orders)
    await taken(tx, an(said.ApprovePeriod, period_id=asked.period_id), actor="treasurer-2")
    await taken(tx, reopened)
    await taken(tx, an(said.ApprovePeriod, period_id=reopened.period_id), actor="treasurer-2")
    await taken(tx, given.voucher(paid_on="2026-09-01"))
    await taken(tx, an(said.ReverseEntry, log_index=await books.size(tx) - 1))
    await taken(tx, an(said.ComputeSettlement), an(said.RecordRepayment, amount=1_00))
    last = (said.ApprovePeriod, said.ReverseEntry, said.ComputeSettlement, said.RecordRepayment, said.ReopenPeriod)
    return {type(one) for one in orders} | set(last)


@pytest.fixture
def ledger(database: Database) -> kit.ServiceDatabase:
    """An empty log of its own."""
    return database("ledger")


async def test_books_with_every_kind_of_order_can_be_read(
    ledger: kit.ServiceDatabase, service: Service, anybody: httpx.AsyncClient, token: Callable[..., str]
) -> None:
    async with given.transaction(ledger) as tx:
        orders = await booked(tx)
    assert orders == WAYS.keys() - {said.SettleVoucherQuestion}, "a question is raised by a partner alone"
    anybody.headers["authorization"] = f"Bearer {token('ledger:read', 'vouchers')}"
    paths = [*(f"/grants/{G}{one}" for one in OF_A_GRANT), *OF_ALL]
    answers = {path: (await anybody.get(f"/v1{path}")).status_code for path in paths}
    assert {path for path, status in answers.items() if status != httpx.codes.OK} == set()
    pages = await walked(anybody, "/?lang=de", "/?lang=en")
    assert {path for path, one in pages.items() if one.status_code >= httpx.codes.INTERNAL_SERVER_ERROR} == set()
    replay = await replaying.run(service.engine, kit.ASSOCIATION, given.NOW)
    assert [one for one in replay.verdicts if one.broken] == []
