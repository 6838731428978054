"""The ledger's part of an erasure: it holds no person, and says so with counts of zero."""

from uuid import UUID

from lotse_contracts.ledger import PersonErased
from lotse_contracts.person import ErasedCount
from lotse_ledger.domain.entries import digest_of

COUNTS = (ErasedCount(store="entry", count=0), ErasedCount(store="voucher", count=0))


def receipt(person_id: UUID) -> PersonErased:
    """The digest is SHA-256 over the canonical JSON of person_id, counts and kept."""
    body = {"person_id": str(person_id), "counts": [one.model_dump() for one in COUNTS], "kept": []}
    return PersonErased(person_id=person_id, counts=COUNTS, digest=digest_of(body))
