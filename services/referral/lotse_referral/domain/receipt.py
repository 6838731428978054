"""The receipt of an erasure: what is gone, what stays by which rule, and a digest over both."""

from collections.abc import Mapping
from uuid import UUID

from lotse_contracts.person import ErasedCount, KeptRecord, receipt_digest
from lotse_contracts.referral import PersonErased

KEPT_BY = {"tombstone": "late-messages", "access_log": "access-log-3-years"}
"""What stays of somebody who was erased, and by which rule; both hold random ids and no content."""


def receipt(person_id: UUID, counts: Mapping[str, int], stays: Mapping[str, int]) -> PersonErased:
    """What is gone by store, and what stays."""
    erased = tuple(ErasedCount(store=store, count=count) for store, count in sorted(counts.items()))
    kept = tuple(KeptRecord(store=store, count=count, rule=KEPT_BY[store]) for store, count in sorted(stays.items()))
    digest = receipt_digest(person_id, erased, kept)
    return PersonErased(person_id=person_id, counts=erased, kept=kept, digest=digest)
