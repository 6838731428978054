"""When an erasure is complete, and what is left of somebody who was erased."""

import hashlib
from collections.abc import Iterable, Mapping

from lotse_contracts.person import ErasedCount

SERVICES = ("intake", "referral", "notify", "ledger")
"""Every service answers with its receipt before a person's key is destroyed."""
RULE_CONSENT = "consent-proof-3-years"
RULE_ACCESS = "access-log-3-years"
"""Source: recommended retention; consent proof and access log three years, without content."""


def is_complete(receipts: Iterable[str]) -> bool:
    """Whether all services have answered."""
    return set(SERVICES) <= set(receipts)


def counted(counts: Mapping[str, int]) -> tuple[ErasedCount, ...]:
    """The receipt's counts, by store."""
    return tuple(ErasedCount(store=store, count=count) for store, count in sorted(counts.items()))


def token_of(kind: str, value: str) -> str:
    """The tombstone of something that belonged to an erased person; from it nobody gets back to her."""
    return hashlib.sha256(f"lotse.erased.v1|{kind}|{value}".encode()).hexdigest()
