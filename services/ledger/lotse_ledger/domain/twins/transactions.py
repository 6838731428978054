"""What a journal is written from: dated postings in integer minor units, and the decimals of each currency."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from lotse_ledger.domain.entries import Posting, Recorded

NO_DATE = date(2000, 1, 1)  # for directives of a journal without a transaction
TEXT_CHARACTERS_MAX = 200


@dataclass(frozen=True, slots=True)
class Transaction:
    """One entry that moves something."""

    log_index: int
    valid_on: date
    text: str
    postings: tuple[Posting, ...]
    is_demo: bool = False


@dataclass(frozen=True)
class Journal:
    """In the order of the log. `scales` are decimals by currency, the last `spare` of which are 0 in every amount.

    `remarks` are said at the top.
    """

    title: str
    transactions: Sequence[Transaction]
    scales: Mapping[str, int]
    remarks: tuple[str, ...] = ()
    spare: Mapping[str, int] = field(default_factory=dict)

    def decimals(self, currency: str) -> int:
        """As many as are written."""
        return self.scales[currency] - self.spare.get(currency, 0)

    def shown(self, posting: Posting) -> int:
        """The amount in units of the last decimal that is written."""
        return posting.amount // int(10 ** self.spare.get(posting.currency, 0))

    def amount(self, posting: Posting) -> str:
        """As both programs read it."""
        return decimal_text(self.shown(posting), self.decimals(posting.currency))

    @property
    def accounts(self) -> list[str]:
        """Every account that something is posted to, by name."""
        return sorted({posting.account for one in self.transactions for posting in one.postings})

    @property
    def currencies(self) -> list[str]:
        """Every currency, by name."""
        return sorted({posting.currency for one in self.transactions for posting in one.postings})

    @property
    def first_day(self) -> date:
        """The earliest day of all; entries are not in the order of their days."""
        return min((one.valid_on for one in self.transactions), default=NO_DATE)


def tightened(journal: Journal) -> Journal:
    """With as few decimals of each currency as its amounts need, all of them together; nothing is rounded."""
    spare = dict(journal.scales)
    for one in journal.transactions:
        for posting in one.postings:
            if posting.amount:
                spare[posting.currency] = min(spare[posting.currency], _zeros(posting.amount))
    return replace(journal, spare=spare)


def transactions_of(entries: Iterable[Recorded]) -> list[Transaction]:
    """The entries that post something."""
    return [
        Transaction(one.log_index, one.valid_on, _text(one), one.postings, one.is_demo)
        for one in entries
        if one.postings
    ]


def decimal_text(amount: int, scale: int) -> str:
    """`-1234` at scale 2 is `-12.34`; never an exponent."""
    sign, digits = "-" if amount < 0 else "", str(abs(amount)).rjust(scale + 1, "0")
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}" if scale else f"{sign}{digits}"


def one_line(text: str) -> str:
    """Without line breaks and control characters, cut to a length that people still read."""
    shown = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(shown.split())[:TEXT_CHARACTERS_MAX]


def _zeros(amount: int) -> int:
    """At the end of a number other than 0."""
    digits = str(abs(amount))
    return len(digits) - len(digits.rstrip("0"))


def _text(entry: Recorded) -> str:
    """What it is and what for; nothing here names a person, since a leaf does not."""
    named = [entry.kind, *(str(entry.data[name]) for name in ("number", "reason", "text") if entry.data.get(name))]
    return one_line(" ".join(["DEMO", *named] if entry.is_demo else named))
