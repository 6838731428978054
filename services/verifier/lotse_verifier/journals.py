"""The plain text twins against the entries: every transaction with the same postings, and nothing else that counts.

Only lines that the format names are let through: a directive such as `include` or `pad` would let another program see
other books than the log has.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lotse_verifier.entries import Entry
from lotse_verifier.faults import Finding
from lotse_verifier.tiles import Files

SCALE = 2
DAY = r"(?P<day>\d{4}-\d\d-\d\d)"
POSTING = re.compile(
    r" {2,4}(?P<account>[^\s;]+) {2,}(?P<amount>-?\d{1,36}(?:\.\d{1,18})?) (?P<currency>[^\s;]+)", re.ASCII
)


METADATA = r"\s+(?:;.*|[a-z][a-z0-9_-]*: .*)"


@dataclass(frozen=True)
class Dialect:
    """What lines there may be beside postings; all patterns are of whole lines."""

    file: str
    head: re.Pattern[str]
    index: re.Pattern[str]
    extra: re.Pattern[str]
    between: re.Pattern[str]
    renames: bool


HLEDGER = Dialect(
    "journal.hledger",
    head=re.compile(rf"{DAY} (?:[*!] )?\((?P<index>\d{{1,16}})\).*", re.ASCII),
    index=re.compile(r"(?!)"),
    extra=re.compile(r"\s+;.*"),
    between=re.compile(r"[;#].*|(?:account|commodity|decimal-mark) .*|\s+(?:;|format ).*|\s*"),
    renames=False,
)
BEANCOUNT = Dialect(
    "journal.beancount",
    head=re.compile(rf"{DAY} [*!] .*", re.ASCII),
    index=re.compile(r'  log_index: "(?P<index>\d{1,16})"', re.ASCII),
    extra=re.compile(METADATA, re.ASCII),
    between=re.compile(
        rf';.*|option "(?:title|operating_currency)" .*|{DAY} (?:open|commodity) .*|{METADATA}|\s*',
        re.ASCII,
    ),
    renames=True,
)


@dataclass
class Transaction:
    """As it stands in a journal."""

    day: str
    index: int | None
    postings: list[tuple[str, int, str]] = field(default_factory=list)


class Misshapen(ValueError):
    """A line that the format does not have; its number is the argument."""


def check_journal(files: Files, entries: Sequence[Entry], dialect: Dialect) -> Iterator[Finding]:
    """`entries` are those with `valid_on <= valid_to`."""
    try:
        there = list(_transactions(files.read(dialect.file) if files.has(dialect.file) else b"", dialect))
    except Misshapen as fault:
        yield Finding("edited", "journal_misshapen", file=dialect.file, values=(str(fault),))
        return
    wanted = [one for one in entries if one.postings]
    by_index = {one.index: one for one in there}
    for entry in wanted:
        if entry.index not in by_index:
            yield Finding("removed", "transaction_missing", entry.index, file=dialect.file)
    known = {one.index for one in wanted}
    for one in there:
        if one.index not in known or by_index[one.index] is not one:
            yield Finding("inserted", "transaction_of_nothing", one.index, file=dialect.file)
    pairs = [(one, by_index[one.index]) for one in wanted if one.index in by_index]
    yield from _different(pairs, dialect)
    if [one.index for one in there] != [one.index for one in wanted]:
        yield Finding("edited", "list_order", file=dialect.file)


def _different(pairs: Sequence[tuple[Entry, Transaction]], dialect: Dialect) -> Iterator[Finding]:
    """With other names, each account must have one of its own, the same all the way."""
    names: dict[str, str] = {}
    taken: dict[str, str] = {}
    for entry, there in pairs:
        wanted = [(one.account, one.amount, one.currency) for one in entry.postings]
        if dialect.renames and len(wanted) == len(there.postings):
            for (account, _, _), (name, _, _) in zip(wanted, there.postings, strict=True):
                names.setdefault(account, name)
                taken.setdefault(name, account)
            wanted = [(names[account], amount, currency) for account, amount, currency in wanted]
            if any(taken[names[one.account]] != one.account for one in entry.postings):
                wanted = []
        if there.postings != wanted or there.day != entry.valid_on:
            yield Finding("edited", "transaction_differs", entry.index, file=dialect.file)


def _transactions(raw: bytes, dialect: Dialect) -> Iterator[Transaction]:
    try:
        lines = raw.decode().split("\n")
    except UnicodeDecodeError:
        raise Misshapen("0") from None
    current: Transaction | None = None
    for number, line in enumerate(lines, 1):
        head = dialect.head.fullmatch(line) if line[:1].isdigit() else None
        if head:
            if current is not None:
                yield current
            index = head.groupdict().get("index")
            current = Transaction(head["day"], None if index is None else int(index))
        elif not line:
            if current is not None:
                yield current
            current = None
        elif not (_taken(line, current, dialect) if current is not None else dialect.between.fullmatch(line)):
            raise Misshapen(str(number))
    if current is not None:
        yield current


def _taken(line: str, current: Transaction, dialect: Dialect) -> bool:
    """Whether this line belongs into a transaction; what it says is noted."""
    posting = POSTING.fullmatch(line)
    if posting:
        account, amount, currency = posting.groups()
        whole, _, decimals = amount.partition(".")
        if len(decimals) > SCALE:
            return False
        current.postings.append((account, int(whole + decimals.ljust(SCALE, "0")), currency))
        return True
    index = dialect.index.fullmatch(line)
    if index:
        if current.index is not None:
            return False
        current.index = int(index["index"])
        return True
    return dialect.extra.fullmatch(line) is not None
