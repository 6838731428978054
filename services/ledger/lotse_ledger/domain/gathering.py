"""What several entries make together: a drawdown with what was paid out on it, a proof with its steps, and the like."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from lotse_ledger.domain import reading
from lotse_ledger.domain.acts import Commitment, Decision, Drawdown, DrawdownState, Interest, InterestState, Period
from lotse_ledger.domain.entries import Recorded
from lotse_ledger.domain.law.terms import Terms, terms_of
from lotse_ledger.domain.proving import Finding, Proof, VoucherQuestion

Kinds = Mapping[str, Sequence[Recorded]]
"""Entries in force, by their kind, in the order of the log."""


def drawdowns(kinds: Kinds) -> tuple[Drawdown, ...]:
    """By the day they were asked for."""
    paid: dict[str, int] = {}
    for one in kinds.get("disbursement", ()):
        asked = one.data.get("drawdown_id")
        if asked is not None:
            paid[asked] = paid.get(asked, 0) + int(one.data["amount"])
    ended: dict[str, DrawdownState] = {}
    ended |= {one.data["drawdown_id"]: "expired" for one in kinds.get("drawdown_expired", ())}
    ended |= {one.data["drawdown_id"]: "withdrawn" for one in kinds.get("drawdown_withdrawn", ())}
    found = [_drawdown(one, paid, ended) for one in kinds.get("drawdown", ())]
    return tuple(sorted(found, key=lambda one: (one.requested_on, one.log_index)))


def commitments(kinds: Kinds) -> tuple[Commitment, ...]:
    """With what of each is neither paid nor released."""
    used: dict[str, int] = {}
    for one in kinds.get("commitment_released", ()):
        _add(used, one.data["commitment_id"], int(one.data["amount"]))
    for one in kinds.get("voucher", ()):
        if "commitment_id" in one.data:
            _add(used, one.data["commitment_id"], int(one.data["commitment_used"]))
    return tuple(
        Commitment(
            log_index=one.log_index,
            commitment_id=UUID(one.data["commitment_id"]),
            line=one.data["line"],
            amount=int(one.data["amount"]),
            left=int(one.data["amount"]) - used.get(one.data["commitment_id"], 0),
            valid_on=one.valid_on,
            reason=one.data.get("reason", ""),
        )
        for one in kinds.get("commitment", ())
    )


def proofs(kinds: Kinds) -> tuple[Proof, ...]:
    """Each with its steps in the order of the log."""
    steps: dict[str, list[Recorded]] = {}
    for one in kinds.get("proof", ()):
        steps.setdefault(one.data["proof_id"], []).append(one)
    return tuple(
        Proof(
            proof_id=UUID(proof_id),
            proof=its[0].data["proof"],
            budget_year=its[0].budget_year or its[0].valid_on.year,
            steps=tuple(reading.proof_step(one) for one in its),
        )
        for proof_id, its in steps.items()
    )


def findings(kinds: Kinds) -> tuple[Finding, ...]:
    """With the day each was resolved."""
    resolved = {one.data["finding_id"]: one.valid_on for one in kinds.get("finding_resolved", ())}
    return tuple(
        Finding(
            log_index=one.log_index,
            finding_id=UUID(one.data["finding_id"]),
            about=one.data.get("about", ""),
            found_on=one.valid_on,
            entry=one.data.get("entry"),
            amount=int(one.data["amount"]) if "amount" in one.data else None,
            resolved_on=resolved.get(one.data["finding_id"]),
        )
        for one in kinds.get("finding", ())
    )


def interests(kinds: Kinds) -> tuple[Interest, ...]:
    """What was demanded, with what was paid of it and whether the rest was waived."""
    paid: dict[str, int] = {}
    for one in kinds.get("interest_paid", ()):
        _add(paid, one.data["interest_id"], int(one.data["amount"]))
    waived = {one.data["interest_id"] for one in kinds.get("interest_waived", ())}
    return tuple(_interest(one, paid, waived) for one in kinds.get("interest_assessed", ()))


def voucher_questions(kinds: Kinds) -> tuple[VoucherQuestion, ...]:
    """Each with the entries that answered it, and what two people settled."""
    answers: dict[tuple[str, str], list[int]] = {}
    for one in kinds.get("voucher_question_answered", ()):
        answers.setdefault((one.data["voucher_id"], one.data["partner"]), []).append(one.log_index)
    settled = {
        (one.data["voucher_id"], one.data["partner"]): str(one.data["answer"])
        for one in kinds.get("voucher_question_settled", ())
    }
    return tuple(
        VoucherQuestion(
            log_index=one.log_index,
            voucher_id=UUID(one.data["voucher_id"]),
            partner=one.data["partner"],
            answers=tuple(answers.get((one.data["voucher_id"], one.data["partner"]), ())),
            settled_as=settled.get((one.data["voucher_id"], one.data["partner"])),
        )
        for one in kinds.get("voucher_question", ())
    )


def terms_in_force(decisions: Iterable[Decision]) -> Terms:
    """What the latest decision says of each parameter, and the defaults for the rest."""
    stated: dict[str, Any] = {}
    financing = None
    for one in decisions:
        if one.type != "revocation":
            stated |= {name: _typed(name, value) for name, value in one.terms.items()}
            financing = one.financing_type
    binds = stated.pop("binds_lines", None)
    if binds is False:
        stated["excess_percent"] = None
    elif binds:
        stated["fixed_binds_lines"] = True
    return terms_of(financing or "share", stated)


def _typed(name: str, value: Any) -> Any:
    """From JSON to the type of the law's field."""
    if name == "de_minimis_types":
        return frozenset(value)
    if name == "interim_due":
        return tuple((int(one["budget_year"]), date.fromisoformat(one["day"])) for one in value)
    return date.fromisoformat(value) if name == "final_due_on" else value


def _drawdown(entry: Recorded, paid: Mapping[str, int], ended: Mapping[str, DrawdownState]) -> Drawdown:
    data = entry.data
    asked, year = data["drawdown_id"], entry.budget_year or entry.valid_on.year
    amount, paid_out = int(data["amount"]), paid.get(data["drawdown_id"], 0)
    return Drawdown(
        log_index=entry.log_index,
        drawdown_id=UUID(asked),
        amount=amount,
        budget_year=year,
        requested_on=entry.valid_on,
        expires_on=date.fromisoformat(data["expires_on"]) if "expires_on" in data else date(year, 12, 31),
        paid_out=paid_out,
        state=ended.get(asked, "paid_out" if paid_out >= amount else "open"),
    )


def _interest(entry: Recorded, paid: Mapping[str, int], waived: Iterable[str]) -> Interest:
    data = entry.data
    amount, so_far = int(data["amount"]), paid.get(data["interest_id"], 0)
    state: InterestState = "waived" if data["interest_id"] in waived else "paid" if so_far >= amount else "open"
    return Interest(
        log_index=entry.log_index,
        interest_id=UUID(data["interest_id"]),
        amount=amount,
        paid=so_far,
        period=Period(date.fromisoformat(data["period_from"]), date.fromisoformat(data["period_to"])),
        state=state,
    )


def _add(sums: dict[str, int], key: str, amount: int) -> None:
    sums[key] = sums.get(key, 0) + amount
