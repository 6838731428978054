"""What an entry must keep to before it gets a place: the end of the log, the open period, the chart, its target."""

from dataclasses import dataclass
from datetime import date, datetime

from lotse_ledger.domain.accounts import check_known
from lotse_ledger.domain.closing import PERIOD_CLOSED, PERIOD_REOPENED, check_closing, closes_until, into_open_period
from lotse_ledger.domain.entries import Draft, Entry, Recorded, mirrored

ABOUT_THE_LOG = ("history_closed", "key_rotated", "opening_erased", "evidence_erased", "export_created")
ABOUT_AUDITS = ("auditor_added", "auditor_revoked", "auditor_session", "audit_ended")
IRREVERSIBLE = frozenset({PERIOD_CLOSED, PERIOD_REOPENED, *ABOUT_THE_LOG, *ABOUT_AUDITS})
"""A period is reopened by two people; the others are facts about the log itself and about who looked into it."""


class HistoryClosed(ValueError):
    """A fact of the past, after the first entry of the present or out of its order."""


class NotReversible(ValueError):
    """`code` says why: no such entry, reversed before, no mirror, or of a kind that stays."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class End:
    """Where a log ends: what the next entry follows."""

    next_index: int = 0
    last_recorded_at: datetime | None = None
    last_known_at: datetime | None = None
    last_reconstructed: bool | None = None
    closed_until: date | None = None

    def after(self, entry: Entry) -> "End":
        """Where it ends with this entry."""
        closes = closes_until(entry.draft)
        return End(
            entry.log_index + 1,
            entry.recorded_at,
            entry.known_at,
            entry.draft.reconstructed,
            self.closed_until if closes is None else closes,
        )


def admitted(draft: Draft, end: End, *, charted: bool) -> Draft:
    """The draft as it may enter; `charted` logs take the accounts of the chart alone.

    Raises HistoryClosed, NotOpen, UnknownAccount or UnknownCurrency.
    """
    if draft.known_at is not None and (
        end.last_reconstructed is False or (end.last_known_at is not None and draft.known_at < end.last_known_at)
    ):
        raise HistoryClosed("history closed")
    check_closing(draft, end.closed_until)
    if charted:
        check_known((one.account, one.currency) for one in draft.postings)
    return into_open_period(draft, end.closed_until)


def check_reversal(draft: Draft, target: Recorded | None, *, reversed_before: bool) -> None:
    """A reversal takes back the whole of an entry, once. Raises NotReversible."""
    if target is None:
        raise NotReversible("unknown_entry")
    if reversed_before:
        raise NotReversible("reversed_twice")
    if target.kind in IRREVERSIBLE:
        raise NotReversible("not_reversible")
    if draft.postings != mirrored(target.postings) or draft.standing != target.standing:
        raise NotReversible("reversal_differs")
