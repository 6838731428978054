"""When an erasure is complete, and what is left of somebody who was erased."""

import hashlib
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from lotse_contracts.person import ErasedCount

SERVICES = ("intake", "referral", "notify", "ledger")
"""Every service answers with its receipt before a person's key is destroyed."""
TARGET = timedelta(hours=72)
"""How soon an erasure should be confirmed. Source: the project's own target, 2026-11."""
DUE = timedelta(days=30)
"""How soon it must be, and never later than a month after the request. Source: Art. 12(3) GDPR, 2026-11."""
RULE_CONSENT = "consent-proof-3-years"
RULE_ACCESS = "access-log-3-years"
"""Source: recommended retention; consent proof and access log three years, without content."""
RULE_ERASURE = "erasure-record"
"""That she was erased, when, and by which receipts: without it a late message or an old backup would bring her back."""
KEPT_BY = {
    "access_log": RULE_ACCESS,
    **dict.fromkeys(
        ("consent", "consent_withdrawal", "consent_expiry", "consent_proof", "channel_choice"), RULE_CONSENT
    ),
    **dict.fromkeys(("erasure", "erasure_receipt"), RULE_ERASURE),
}
"""Each table that keeps rows of an erased person, and the rule."""


def due_of(requested_at: datetime) -> datetime:
    """When a request must have been answered: after thirty days, or a month where that is shorter."""
    year, month = (requested_at.year + requested_at.month // 12, requested_at.month % 12 + 1)
    day = min(requested_at.day, monthrange(year, month)[1])
    return min(requested_at + DUE, requested_at.replace(year=year, month=month, day=day))


@dataclass(frozen=True)
class Traces:
    """What of a person's stay decides whether her own word is enough to forget her."""

    records: int
    answers: int
    concern_states: frozenset[str]
    consultations: int
    casework: bool
    releases: int
    groups: frozenset[str]
    name_given: bool
    came_by_referral: bool
    held: bool
    restricted: bool


def goes_at_once(traces: Traces) -> bool:
    """Whether code and PIN alone erase: an anonymous enquiry that nobody has answered or worked with.

    Whoever knows code and PIN could read all of it anyway, and nobody else's work, proof or duty hangs on it. As soon
    as she is known by name, or somebody has worked with her, a coordinator decides, since a code can be stolen.
    """
    known_work = traces.answers or traces.consultations or traces.releases
    worked_with = known_work or traces.casework or traces.concern_states - {"received"}
    known = traces.name_given or traces.groups - {"identity"} or traces.came_by_referral or traces.records > 1
    return not (worked_with or known or traces.held or traces.restricted)


def is_complete(receipts: Iterable[str]) -> bool:
    """Whether all services have answered."""
    return set(SERVICES) <= set(receipts)


def counted(counts: Mapping[str, int]) -> tuple[ErasedCount, ...]:
    """The receipt's counts, by store."""
    return tuple(ErasedCount(store=store, count=count) for store, count in sorted(counts.items()))


def token_of(kind: str, value: str) -> str:
    """The tombstone of something that belonged to an erased person; from it nobody gets back to her."""
    return hashlib.sha256(f"lotse.erased.v1|{kind}|{value}".encode()).hexdigest()
