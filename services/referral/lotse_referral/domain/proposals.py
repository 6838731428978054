"""Times that an office proposes: she, or the desk for her, confirms one, and the others lapse."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from lotse_contracts.values import TimesParty

ProposalState = Literal["open", "confirmed", "refused", "lapsed"]


@dataclass(frozen=True)
class Proposal:
    """One time of a set; `number` is the set's, from 1 on. Confirmed, it is an appointment of the same id."""

    proposal_id: UUID
    referral_id: UUID
    person_id: UUID
    number: int
    starts_at: datetime
    ends_at: datetime
    proposed_by: TimesParty
    proposed_at: datetime
    place: str | None = None
    state: ProposalState = "open"
    answered_by: TimesParty | None = None
    answered_at: datetime | None = None


class ProposalClosed(Exception):
    """It was answered before, another one was confirmed, or its time has come."""


def next_number(held: Sequence[Proposal]) -> int:
    """The number of the next set."""
    return max((one.number for one in held), default=0) + 1


def lapsed(held: Sequence[Proposal], but: UUID | None = None) -> tuple[Proposal, ...]:
    """Those that nobody answered, as they are once something else counts."""
    return tuple(replace(one, state="lapsed") for one in held if one.state == "open" and one.proposal_id != but)


def answered(one: Proposal, now: datetime, *, confirmed: bool, by: TimesParty) -> Proposal | None:
    """The proposal with its answer; None where it had this answer before. Raises ProposalClosed."""
    state: ProposalState = "confirmed" if confirmed else "refused"
    if one.state == state:
        return None
    if one.state != "open" or (confirmed and one.starts_at <= now):
        raise ProposalClosed
    return replace(one, state=state, answered_by=by, answered_at=now)
