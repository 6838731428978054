"""Closing a period and reopening it: nothing enters a closed one, and two people open it again.

`period_closed {until}`: the books are closed up to and including that day. `period_reopened {until, reason,
approver}`: from now on they are closed only up to and including an earlier day.
"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from lotse_ledger.domain.entries import ACTOR, Draft

PERIOD_CLOSED = "period_closed"
PERIOD_REOPENED = "period_reopened"
REFERS_TO = "refers_to_valid_on"
"""What a correction in the open period says of the day that it is about."""
APPROVER = "approver"


class NotOpen(ValueError):
    """An entry does not fit what is closed. `code` says in which way, `field` where."""

    def __init__(self, code: str, field: str = "valid_on") -> None:
        super().__init__(code)
        self.code = code
        self.field = field


def closes_until(draft: Draft) -> date | None:
    """The day up to which the books are closed with this entry; None for every other kind of entry."""
    if draft.kind not in (PERIOD_CLOSED, PERIOD_REOPENED):
        return None
    try:
        return date.fromisoformat(draft.data["until"])
    except (KeyError, TypeError, ValueError):
        raise NotOpen("not_a_day", "until") from None


def into_open_period(draft: Draft, closed_until: date | None) -> Draft:
    """The draft on the first open day if it may move there, with the day that it is about.

    Raises NotOpen with `period_closed`.
    """
    if closed_until is None or draft.valid_on > closed_until:
        return draft
    if not draft.moves_if_closed:
        raise NotOpen("period_closed")
    data: dict[str, Any] = {**draft.data, REFERS_TO: draft.valid_on.isoformat()}
    return replace(draft, valid_on=closed_until + timedelta(days=1), data=data)


def check_closing(draft: Draft, closed_until: date | None) -> None:
    """A close goes onward and ends before its own day; reopening goes back, with a reason, by two people.

    Raises NotOpen with `period_not_over`, `period_closed`, `period_not_closed`, `reason_missing` or
    `second_person_needed`.
    """
    until = closes_until(draft)
    if until is None:
        return
    if draft.kind == PERIOD_CLOSED:
        if until >= draft.valid_on:
            raise NotOpen("period_not_over", "until")
        if closed_until is not None and until <= closed_until:
            raise NotOpen("period_closed", "until")
        return
    if closed_until is None or until >= closed_until:
        raise NotOpen("period_not_closed", "until")
    if not str(draft.data.get("reason", "")).strip():
        raise NotOpen("reason_missing", "reason")
    approver = draft.private.get(APPROVER, draft.data.get(APPROVER))
    if not approver or approver == draft.private.get(ACTOR):
        raise NotOpen("second_person_needed", APPROVER)
