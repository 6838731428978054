"""The receipt of an erasure: what is gone, what stays by which rule, and a digest over both."""

from collections.abc import Mapping
from uuid import UUID

from lotse_contracts.person import ErasedCount, KeptRecord, receipt_digest
from lotse_contracts.referral import PersonErased


def receipt(person_id: UUID, counts: Mapping[str, int], tombstones: int) -> PersonErased:
    """What is gone by store, and what stays."""
    erased = tuple(ErasedCount(store=store, count=count) for store, count in sorted(counts.items()))
    kept = (KeptRecord(store="tombstone", count=tombstones, rule="late-messages"),)
    digest = receipt_digest(person_id, erased, kept)
    return PersonErased(person_id=person_id, counts=erased, kept=kept, digest=digest)
