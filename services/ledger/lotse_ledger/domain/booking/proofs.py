"""Notices, proofs of use and findings: they move no money, and each goes its way step by step."""

from lotse_contracts.ledger import AnswerProof, GiveNotice, RecordFinding, ResolveFinding, SetRetention, SubmitProof
from lotse_ledger.domain.booking.drafting import Rest, day, days, drafted, said
from lotse_ledger.domain.booking.known import Known, one_of
from lotse_ledger.domain.entries import Draft
from lotse_ledger.domain.proving import ProofState
from lotse_ledger.domain.refusals import NotAllowed

MAY_FOLLOW: dict[ProofState | None, frozenset[ProofState]] = {
    None: frozenset({"submitted"}),
    "submitted": frozenset({"accepted", "objected"}),
    "objected": frozenset({"resubmitted"}),
    "resubmitted": frozenset({"accepted", "objected"}),
    "accepted": frozenset(),
}
"""The way of a proof; None is open."""


def notice(order: GiveNotice, known: Known) -> Draft:
    """The city was told (R13). Raises NotAllowed."""
    known.grant(order.grant_id)
    days(order, "happened_on")
    return drafted(
        order,
        key=f"notice:{order.notice_id}",
        kind="notice",
        valid_on=day(order.sent_on, "sent_on"),
        data=said(order, without=("sent_on",)),
        rest=Rest(),
    )


def proof(order: SubmitProof, known: Known) -> Draft:
    """Handed in, or again after an objection; the size and root of the log fix what it was computed from."""
    before = _state(order, known)
    state: ProofState = "submitted" if before is None else "resubmitted"
    _check_follows(before, state)
    return drafted(
        order,
        key=f"proof:{order.submission_id}",
        kind="proof",
        valid_on=day(order.submitted_on, "submitted_on"),
        data=said(order, without=("submitted_on",), state=state, size=known.log_size, root=known.log_root),
        rest=Rest(),
    )


def proof_answered(order: AnswerProof, known: Known) -> Draft:
    """Accepted or objected to. Raises NotAllowed unless it waits for an answer."""
    proofs = known.grant(order.grant_id).proofs
    found = one_of(proofs, lambda one: one.proof_id == order.proof_id, "unknown_proof", "proof_id")
    _check_follows(found.state, order.answer)
    return drafted(
        order,
        key=f"proof-answer:{order.answer_id}",
        kind="proof",
        valid_on=day(order.answered_on, "answered_on"),
        data=said(order, without=("answered_on", "answer"), state=order.answer, proof=found.proof),
        rest=Rest(budget_year=found.budget_year),
    )


def finding(order: RecordFinding, known: Known) -> Draft:
    """What an examiner found. Raises NotAllowed."""
    known.grant(order.grant_id)
    if order.log_index is not None and order.log_index >= known.log_size:
        raise NotAllowed("unknown_entry", "log_index")
    return drafted(
        order,
        key=f"finding:{order.finding_id}",
        kind="finding",
        valid_on=day(order.found_on, "found_on"),
        data=said(order, without=("found_on", "log_index"), entry=order.log_index),
        rest=Rest(),
    )


def finding_resolved(order: ResolveFinding, known: Known) -> Draft:
    """Once. Raises NotAllowed."""
    findings = known.grant(order.grant_id).findings
    found = one_of(findings, lambda one: one.finding_id == order.finding_id, "unknown_finding", "finding_id")
    if found.resolved_on is not None:
        raise NotAllowed("finding_resolved", "finding_id")
    return drafted(
        order,
        key=f"finding-resolved:{order.finding_id}",
        kind="finding_resolved",
        valid_on=day(order.resolved_on, "resolved_on"),
        data=said(order, without=("resolved_on",)),
        rest=Rest(),
    )


def retention(order: SetRetention, known: Known) -> Draft:
    """How long an authority wants the books kept. Raises NotAllowed."""
    known.grant(order.grant_id)
    return drafted(
        order,
        key=f"retention:{order.retention_id}",
        kind="retention_set",
        valid_on=day(order.valid_on, "valid_on"),
        data=said(order, without=("valid_on",)),
        rest=Rest(),
    )


def _state(order: SubmitProof, known: Known) -> ProofState | None:
    for one in known.grant(order.grant_id).proofs:
        if one.proof_id == order.proof_id:
            if (one.proof, one.budget_year) != (order.proof, order.budget_year):
                raise NotAllowed("proof_not_open", "proof", "budget_year")
            return one.state
    return None


def _check_follows(before: ProofState | None, state: ProofState) -> None:
    if state not in MAY_FOLLOW[before]:
        raise NotAllowed("proof_not_open", "proof_id")
