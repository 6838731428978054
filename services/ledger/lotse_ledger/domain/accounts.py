"""The chart of accounts of the association's own log: what is posted to anything else is refused."""

import re
from collections.abc import Iterable

from lotse_ledger.domain.amounts import SCALES

_GRANT = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_YEAR = "[0-9]{4}"
_NAME = "[A-Za-z0-9_-]+"

CHART = (
    # What documents report, never the city's books.
    "reported(?::[A-Za-z0-9_-]+)+",
    # The city's promises and what became of them.
    f"grant:{_GRANT}:{_YEAR}:(?:requested|awarded|drawdown_requested|disbursed|recovered|lapsed)",
    f"grant:{_GRANT}:expense:{_NAME}",
    "commitment(?::[A-Za-z0-9_-]+)+",
    # Money.
    f"assets:(?:bank|cash)(?::{_NAME})?",
    f"assets:receivable:{_GRANT}",
    f"liab:(?:grant_unused|repayment|interest):{_GRANT}",
    f"liab:(?:payable|payroll)(?::{_NAME})?",
    f"income:(?:grant|own|participants|donations|third_party_public|third_party_private):{_GRANT}",
    f"expense:{_GRANT}:{_NAME}",
    f"expense:(?:ineligible|interest):{_GRANT}",
    f"expense:(?:own|other)(?::{_NAME})?",
    f"equity:{_NAME}",
)
"""Patterns of whole names."""

ACCOUNT_CHARACTERS_MAX = 160
_KNOWN = re.compile("|".join(f"(?:{one})" for one in CHART), re.ASCII)


class UnknownAccount(ValueError):
    """The chart has no such account."""


class UnknownCurrency(ValueError):
    """The books are not kept in this currency."""


def check_known(accounts: Iterable[tuple[str, str]]) -> None:
    """Of accounts with their currencies. Raises UnknownAccount or UnknownCurrency."""
    for account, currency in accounts:
        if len(account) > ACCOUNT_CHARACTERS_MAX or _KNOWN.fullmatch(account) is None:
            raise UnknownAccount("unknown account")
        if currency not in SCALES:
            raise UnknownCurrency("unknown currency")
