"""The table of all invariants, I1 to I18, and the run over all of them."""

from collections.abc import Mapping

from lotse_ledger.domain.invariants import evidence, law, money
from lotse_ledger.domain.invariants.books import Books, Check, Verdict

CHECKS: Mapping[str, Check] = {
    "I1": evidence.postings_balance,
    "I2": money.nothing_below_zero,
    "I3": money.awards_within_what_is_available,
    "I4": money.money_within_the_award,
    "I5": law.plans_balance,
    "I6": law.lines_keep_their_limits,
    "I7": law.payments_lie_in_the_period,
    "I8": law.vouchers_are_charged_once,
    "I9": law.payments_are_evidenced,
    "I10": law.bank_agrees,
    "I11": evidence.time_goes_on,
    "I12": evidence.reversals_mirror,
    "I13": money.unused_money_adds_up,
    "I14": evidence.projections_follow,
    "I15": evidence.root_covers_the_leaves,
    "I16": law.settlement_agrees,
    "I17": law.each_payment_is_listed_once,
    "I18": evidence.the_past_stays,
}


def check_all(books: Books) -> tuple[Verdict, ...]:
    """Every invariant, in the order of its number."""
    return tuple(check(books) for check in CHECKS.values())
