"""The receipt of an erasure: what is gone, what stays by which rule, and a digest over both."""

import hashlib
import json
from collections.abc import Mapping
from uuid import UUID

from lotse_contracts.person import ErasedCount, KeptRecord
from lotse_contracts.referral import PersonErased


def receipt(person_id: UUID, counts: Mapping[str, int], tombstones: int) -> PersonErased:
    """The digest is SHA-256 over compact JSON with sorted keys of person_id, counts and kept."""
    erased = tuple(ErasedCount(store=store, count=count) for store, count in sorted(counts.items()))
    kept = (KeptRecord(store="tombstone", count=tombstones, rule="late-messages"),)
    body = {
        "person_id": str(person_id),
        "counts": [count.model_dump() for count in erased],
        "kept": [record.model_dump() for record in kept],
    }
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
    return PersonErased(person_id=person_id, counts=erased, kept=kept, digest=hashlib.sha256(canonical).hexdigest())
