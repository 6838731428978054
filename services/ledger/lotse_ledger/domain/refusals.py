"""Why an order is refused: each reason has a code of its own, and the rule that it stands on.

`I…` are the ledger's own invariants, `R…` and `A…` rules of grant law; see the guide for auditors.
"""

from collections.abc import Mapping

RULE_OF: Mapping[str, str | None] = {
    "not_a_day": None,
    "period_reversed": None,
    "plan_not_balanced": "I5",
    "version_taken": "I5",
    "line_twice": "I5",
    "full_has_other_funds": "A4",
    "years_differ": "I4",
    "over_appropriation": "I3",
    "over_award": "I4",
    "over_drawdown": "I4",
    "over_commitment": "I6",
    "over_voucher": "I12",
    "over_disbursement": "I13",
    "over_interest": "R26",
    "over_cash": "I2",
    "eligible_over_paid": "R29",
    "shares_over_whole": "I8",
    "outside_grant_period": "I7",
    "unknown_grant": None,
    "unknown_line": "R3",
    "unknown_plan": None,
    "unknown_voucher": None,
    "unknown_drawdown": None,
    "unknown_disbursement": None,
    "unknown_commitment": None,
    "unknown_proof": None,
    "unknown_finding": None,
    "unknown_interest": None,
    "unknown_question": None,
    "unknown_period": None,
    "unknown_entry": None,
    "currency_differs": "I1",
    "drawdown_ended": "I4",
    "proof_not_open": "R15",
    "finding_resolved": None,
    "interest_settled": "R28",
    "question_settled": "I8",
    "second_person_needed": "I11",
    "settlement_booked": "I16",
    "nothing_known": None,
    "field_without_factor": None,
    "payroll_without_code": "R18",
    "reversed_twice": "I12",
    "reversal_differs": "I12",
    "not_reversible": "I12",
    "depended_on": "I12",
    "period_closed": "I11",
    "period_not_over": "I11",
    "period_not_closed": "I11",
    "reason_missing": "I11",
    "unbalanced": "I1",
    "unknown_account": "I1",
    "unknown_currency": "I1",
    "history_closed": "I11",
    "entry_too_large": None,
    "body_differs": "I11",
    "private_unreadable": None,
    "payee_erased": None,
}


class NotAllowed(ValueError):
    """The order breaks a rule as things stand. `fields` names where; `allowed` what would pass, if that is a number."""

    def __init__(self, code: str, *fields: str, allowed: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields
        self.allowed = allowed

    @property
    def rule(self) -> str | None:
        """Where the rule stands. Raises KeyError for a code that nobody listed."""
        return RULE_OF[self.code]
