"""The journal as hledger reads it. Source: hledger 1.25, manual of the journal format.

Names that hledger would misread are escaped: every character but letters, digits, `_ - . / : + & '` and a single space
becomes `%` and the two hexadecimal digits of each of its UTF-8 bytes, `%` too; so no two names become one.
"""

from collections.abc import Iterator

from lotse_ledger.domain.twins.transactions import Journal, Transaction, one_line

_PLAIN = frozenset("_-./:+&'0123456789")
_COMMODITY_PLAIN = frozenset("_-./+&' 0123456789")


def hledger(journal: Journal) -> Iterator[str]:
    """The lines, each with its line feed."""
    yield from (f"; {one_line(line)}\n" for line in (journal.title, *journal.remarks))
    yield "\ndecimal-mark .\n\n"
    for currency in journal.currencies:
        yield f"commodity {_sample(journal.decimals(currency))} {commodity(currency)}\n"
    yield from (f"account {account(name)}\n" for name in journal.accounts)
    names = {name: account(name) for name in journal.accounts}
    for one in journal.transactions:
        yield "\n"
        yield from _transaction(one, journal, names)


def account(name: str) -> str:
    """An account's name in hledger."""
    return "".join(
        one if _keeps(one, before, after) else _escaped(one)
        for one, before, after in zip(name, " " + name, name[1:] + " ", strict=False)
    )


def commodity(name: str) -> str:
    """A currency's name in hledger; in quotes unless it is plain letters."""
    if name.isascii() and name.isalpha():
        return name
    escaped = "".join(one if one.isalpha() or one in _COMMODITY_PLAIN else _escaped(one) for one in name)
    return f'"{escaped}"'


def _transaction(one: Transaction, journal: Journal, names: dict[str, str]) -> Iterator[str]:
    yield f"{one.valid_on.isoformat()} ({one.log_index}) {one_line(one.text).replace(';', ',')}\n"
    for posting in one.postings:
        yield f"    {names[posting.account]}  {journal.amount(posting)} {commodity(posting.currency)}\n"


def _keeps(one: str, before: str, after: str) -> bool:
    """A space or a colon at an end or beside its like is escaped: hledger trims and parts there."""
    if one == " ":
        return before not in " :" and after not in " :"
    if one == ":":
        return before not in " :" and after not in " :"
    return one.isalpha() or (one in _PLAIN)


def _escaped(one: str) -> str:
    return "".join(f"%{byte:02X}" for byte in one.encode())


def _sample(scale: int) -> str:
    return f"1000.{'0' * scale}"
