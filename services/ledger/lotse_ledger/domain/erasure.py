"""The ledger's part of an erasure: it holds no person, and says so with counts of zero."""

from uuid import UUID

from lotse_contracts.ledger import PersonErased
from lotse_contracts.person import ErasedCount, receipt_digest

COUNTS = (ErasedCount(store="entry", count=0), ErasedCount(store="voucher", count=0))


def receipt(person_id: UUID) -> PersonErased:
    """Nothing went, since nothing was there."""
    return PersonErased(person_id=person_id, counts=COUNTS, digest=receipt_digest(person_id, COUNTS, ()))
