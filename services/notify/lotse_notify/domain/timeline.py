"""Decisions, tries, receipts and what staff did, as one story in the order of time."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Protocol

from lotse_contracts.notify import Step
from lotse_contracts.values import RecipientLanguage
from lotse_notify.domain.words import sentence

BEGUN, TRYING = "in_flight", "submitting"
WAITING = frozenset({"scheduled", "held", "awaiting_receipt", "unresolved"})


class Rows(Protocol):
    """Everything that happened to one notification, each kind oldest first; rows as the store has them."""

    @property
    def decisions(self) -> Sequence[Any]: ...
    @property
    def attempts(self) -> Sequence[Any]: ...
    @property
    def receipts(self) -> Sequence[Any]: ...
    @property
    def by_staff(self) -> Sequence[Any]: ...


def steps_of(rows: Rows, language: RecipientLanguage, *, until: datetime | None) -> tuple[Step, ...]:
    """Oldest first. Of one moment: what staff did, what was decided, the try, what was heard, what that led to."""
    ended = {one.ended_at for one in rows.attempts}
    heard = {one.received_at for one in rows.receipts}
    ranked = [
        *((0, _by_staff(one, language)) for one in rows.by_staff),
        *(
            (5 if step.at in ended | heard and step.code != BEGUN else 1, step)
            for step in _decisions(rows, language, until)
        ),
        *((2 if step.code == TRYING else 3, step) for step in _attempts(rows, language)),
        *((4, step) for step in _receipts(rows, language)),
    ]
    return tuple(step for _, step in sorted(ranked, key=lambda one: (one[1].at, one[0])))


def waits_until(state: str, due_at: datetime) -> datetime | None:
    """When it is looked at again; None where nothing is waited for."""
    return due_at if state in WAITING else None


def _by_staff(one: Any, language: RecipientLanguage) -> Step:
    """Who it was stands in the access log alone."""
    return Step(at=one.at, kind="staff", code=one.action, text=sentence("staff", one.action, None, language))


def _decisions(rows: Rows, language: RecipientLanguage, until: datetime | None) -> Iterator[Step]:
    """What waited says until when; the last of them as it stands, since it may wait on for the same reason."""
    for left, one in zip(reversed(range(len(rows.decisions))), rows.decisions, strict=True):
        stands = until if left == 0 and one.decision in WAITING else None
        looked_at = stands or one.until
        text = sentence("states", one.decision, one.because, language, until=looked_at)
        yield Step(
            at=one.at, kind="decision", code=one.decision, because=one.because or None, until=looked_at, text=text
        )


def _attempts(rows: Rows, language: RecipientLanguage) -> Iterator[Step]:
    """Two lines of a try: when it began, and how it ended."""
    for one in rows.attempts:
        where = {"channel": one.channel, "provider": one.provider}
        text = f"{sentence('tries', TRYING, None, language)} ({one.provider})"
        yield Step(at=one.started_at, kind="attempt", code=TRYING, text=text, **where)
        if one.state != TRYING:
            ended = f"{sentence('tries', one.state, one.reason, language)} ({one.provider})"
            at = one.ended_at or one.started_at
            yield Step(at=at, kind="attempt", code=one.state, because=one.reason or None, text=ended, **where)


def _receipts(rows: Rows, language: RecipientLanguage) -> Iterator[Step]:
    of = {one.attempt_id: one for one in rows.attempts}
    for one in rows.receipts:
        said = one.says or one.kind
        text = f"{sentence('receipts', said, None, language)} ({one.provider})"
        attempt = of.get(one.attempt_id)
        channel = None if attempt is None else attempt.channel
        yield Step(at=one.received_at, kind="receipt", code=said, channel=channel, provider=one.provider, text=text)
