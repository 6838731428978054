"""When an erasure is complete, and the digest of a receipt."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import rfc8785

from lotse_contracts.person import ErasedCount, KeptRecord

SERVICES = ("intake", "referral", "notify", "ledger")
"""Every service answers with its receipt before a person's key is destroyed."""
RULE_CONSENT = "consent-proof-3-years"
RULE_ACCESS = "access-log-3-years"
"""Source: domain/intake-referral A5, consent proof and access log three years without content."""


def is_complete(receipts: Iterable[str]) -> bool:
    """Whether all services have answered."""
    return set(SERVICES) <= set(receipts)


def counted(counts: Mapping[str, int]) -> tuple[ErasedCount, ...]:
    """The receipt's counts, by store."""
    return tuple(ErasedCount(store=store, count=count) for store, count in sorted(counts.items()))


def digest_of(person_id: UUID, counts: tuple[ErasedCount, ...], kept: tuple[KeptRecord, ...]) -> str:
    """SHA-256 over the canonical JSON of person_id, counts and kept."""
    whole: dict[str, Any] = {
        "person_id": str(person_id),
        "counts": [count.model_dump() for count in counts],
        "kept": [record.model_dump() for record in kept],
    }
    return hashlib.sha256(rfc8785.dumps(whole)).hexdigest()


def token_of(kind: str, value: str) -> str:
    """The tombstone of something that belonged to an erased person; from it nobody gets back to her."""
    return hashlib.sha256(f"lotse.erased.v1|{kind}|{value}".encode()).hexdigest()
