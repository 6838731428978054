"""The journal as Beancount reads it. Source: Beancount 3.2, language syntax.

Beancount knows five roots and its own letters for names, so accounts get other names, and no two the same one:
`assets`, `liab`, `income` and `expense` become its roots, everything else stands below `Equity`. A part of small
letters, digits, single `-` and `_` gets a capital first letter and `--` for `_`; any other part becomes `X-` and each
character that is neither letter nor digit its code between two dashes. A currency that Beancount would not read is `X.`
and the start of its digest. What they are called in the ledger stands beside each as `name`.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator

from lotse_ledger.domain.twins.transactions import Journal, Transaction, one_line

DIGITS_MAX = 28  # of a sum; Beancount adds with Python's decimal as it comes, and rounds beyond
ROOTS = {"assets": "Assets", "liab": "Liabilities", "income": "Income", "expense": "Expenses"}
ELSE = "Equity"
_PLAIN_PART = re.compile(r"(?!x-)[a-z0-9](?:[A-Za-z0-9]|[-_](?=[A-Za-z0-9]))*\Z")
_PLAIN_CURRENCY = re.compile(r"[A-Z][A-Z0-9]{1,22}\Z")
_WORDS = frozenset({"TRUE", "FALSE", "NULL"})
_DIGEST_CHARACTERS = 20


class TooManyDigits(ValueError):
    """Beancount would round a sum of this journal; it names no currency but says so."""


def beancount(journal: Journal) -> Iterator[str]:
    """The lines, each with its line feed. Raises TooManyDigits."""
    _check_digits(journal)
    yield from (f"; {one_line(line)}\n" for line in (journal.title, *journal.remarks))
    yield f'\noption "title" {_quoted(journal.title)}\n\n'
    day = journal.first_day.isoformat()
    for currency in journal.currencies:
        yield f"{day} commodity {commodity(currency)}\n  name: {_quoted(currency)}\n"
    for name in journal.accounts:
        yield f"{day} open {account(name)}\n  name: {_quoted(name)}\n"
    names = {name: account(name) for name in journal.accounts}
    for one in journal.transactions:
        yield "\n"
        yield from _transaction(one, journal, names)


def account(name: str) -> str:
    """An account's name in Beancount."""
    first, gap, rest = name.partition(":")
    if first in ROOTS and gap:
        return ":".join([ROOTS[first], *map(_part, rest.split(":"))])
    return ":".join([ELSE, *map(_part, name.split(":"))])


def commodity(name: str) -> str:
    """A currency's name in Beancount."""
    if _PLAIN_CURRENCY.match(name) and name not in _WORDS:
        return name
    return f"X.{hashlib.sha256(name.encode()).hexdigest()[:_DIGEST_CHARACTERS].upper()}"


def _transaction(one: Transaction, journal: Journal, names: dict[str, str]) -> Iterator[str]:
    yield f"{one.valid_on.isoformat()} * {_quoted(one_line(one.text))}\n"
    yield f'  log_index: "{one.log_index}"\n'
    for posting in one.postings:
        yield f"  {names[posting.account]}  {journal.amount(posting)} {commodity(posting.currency)}\n"


def _check_digits(journal: Journal) -> None:
    """No sum of any of these amounts is longer than that of all without their signs."""
    sums: defaultdict[str, int] = defaultdict(int)
    for one in journal.transactions:
        for posting in one.postings:
            sums[posting.currency] += abs(journal.shown(posting))
    if any(len(str(found)) > DIGITS_MAX for found in sums.values()):
        raise TooManyDigits("more digits than Beancount adds exactly")


def _part(text: str) -> str:
    if _PLAIN_PART.match(text):
        return text[0].upper() + text[1:].replace("_", "--")
    return "X-" + "".join(one if one.isascii() and one.isalnum() else f"-{ord(one):x}-" for one in text)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
