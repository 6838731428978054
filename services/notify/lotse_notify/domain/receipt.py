"""The receipt of an erasure: counts, what stays by which rule, and a digest over both."""

from collections.abc import Mapping
from uuid import UUID

from lotse_contracts.notify import PersonErased
from lotse_contracts.person import ErasedCount, KeptRecord, receipt_digest

KEPT = (KeptRecord(store="person", count=1, rule="tombstone"),)
"""The random id stays, so that a late message about her changes nothing."""


def receipt(person_id: UUID, counts: Mapping[str, int]) -> PersonErased:
    """What is gone by store, and what stays."""
    erased = tuple(ErasedCount(store=store, count=count) for store, count in sorted(counts.items()))
    digest = receipt_digest(person_id, erased, KEPT)
    return PersonErased(person_id=person_id, counts=erased, kept=KEPT, digest=digest)
