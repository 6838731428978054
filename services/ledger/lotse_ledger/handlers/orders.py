"""Which order becomes an entry by which decision: the one table of what a treasurer may do."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_contracts import ledger as said
from lotse_contracts.envelope import Message
from lotse_contracts.ledger import LedgerOrder, VoucherPrivate
from lotse_ledger.domain.booking import approving, city, correcting, money, plans, proofs, settling, vouchers
from lotse_ledger.handlers.following import (
    decision_said,
    drawdown_said,
    entry_said,
    plan_said,
    voucher_said,
)
from lotse_ledger.handlers.house import House
from lotse_ledger.handlers.taking import Way, taken

WAYS: Mapping[type[LedgerOrder], Way] = {
    said.ReportAppropriation: Way("appropriation:{report_id}", city.appropriation, entry_said),
    said.ReportFreeze: Way("freeze:{report_id}", city.freeze, entry_said),
    said.FileApplication: Way("application:{application_id}:{state}", city.application, entry_said),
    said.PermitEarlyStart: Way("early-start:{permit_id}", city.early_start, entry_said),
    said.RecordDecision: Way("decision:{decision_id}", city.decision, decision_said),
    said.ApproveExcess: Way("excess:{approval_id}", city.excess_approved, entry_said, unsettled=True),
    said.SubmitPlan: Way("plan:{plan_id}", plans.submitted, plan_said, unsettled=True),
    said.ApprovePlan: Way("plan-approved:{plan_id}", plans.approved, entry_said, unsettled=True),
    said.EnterCommitment: Way("commitment:{commitment_id}", plans.committed, entry_said),
    said.ReleaseCommitment: Way("release:{release_id}", plans.released, entry_said),
    said.RequestDrawdown: Way("drawdown:{drawdown_id}", money.drawdown, drawdown_said, forces=True),
    said.WithdrawDrawdown: Way("drawdown-ended:{drawdown_id}", money.withdrawn, entry_said),
    said.RecordDisbursement: Way("disbursement:{disbursement_id}", money.disbursement, entry_said),
    said.RecordIncome: Way("income:{income_id}", money.income, entry_said, unsettled=True),
    said.MoveCash: Way("cash:{transfer_id}", money.cash_moved, entry_said),
    said.RecordRepayment: Way("repayment:{repayment_id}", money.repayment, entry_said),
    said.RecordVoucher: Way("voucher:{voucher_id}", vouchers.voucher, voucher_said, unsettled=True, spends=True),
    said.RecordRefund: Way("refund:{refund_id}", vouchers.refund, entry_said, unsettled=True),
    said.GiveNotice: Way("notice:{notice_id}", proofs.notice, entry_said),
    said.SubmitProof: Way("proof:{submission_id}", proofs.proof, entry_said, forces=True),
    said.AnswerProof: Way("proof-answer:{answer_id}", proofs.proof_answered, entry_said),
    said.RecordFinding: Way("finding:{finding_id}", proofs.finding, entry_said),
    said.ResolveFinding: Way("finding-resolved:{finding_id}", proofs.finding_resolved, entry_said),
    said.SetRetention: Way("retention:{retention_id}", proofs.retention, entry_said),
    said.ComputeSettlement: Way("settlement:{settlement_id}", settling.settlement, entry_said, forces=True),
    said.AssessInterest: Way("interest:{interest_id}", settling.interest, entry_said),
    said.WaiveInterest: Way("interest-waived:{interest_id}", settling.interest_waived, entry_said),
    said.PayInterest: Way("interest-paid:{payment_id}", settling.interest_paid, entry_said),
    said.ClosePeriod: Way("period:{period_id}", approving.close_asked, entry_said),
    said.ReopenPeriod: Way("period:{period_id}", approving.reopen_asked, entry_said),
    said.ApprovePeriod: Way("period-approved:{period_id}", approving.period_approved, entry_said, forces=True),
    said.ReverseEntry: Way("reversal:{reversal_id}", correcting.reversal, entry_said),
    said.SettleVoucherQuestion: Way("voucher-answer:{settlement_id}", approving.question_settled, entry_said),
}


async def take(
    order: LedgerOrder,
    context: Context,
    tx: AsyncConnection,
    *,
    house: House,
    private: VoucherPrivate | None = None,
) -> list[Message]:
    """Enter an order by the table; `private` where it did not travel and so is not sealed. Raises Refused."""
    return await taken(order, context, tx, house=house, way=WAYS[type(order)], private=private)
