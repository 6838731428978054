"""Did the partner book the same document? Asked by fingerprint; a hit is a question to two people."""

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_contracts.envelope import Message
from lotse_contracts.ledger import VoucherFingerprintAnswered, VoucherFingerprintAsked
from lotse_ledger.domain.fingerprints import fingerprint
from lotse_ledger.handlers.house import House
from lotse_ledger.store import witness


async def ask_partners(
    tx: AsyncConnection, house: House, *, document_sha256: str, log_index: int
) -> list[VoucherFingerprintAsked]:
    """Keep the fingerprint under which each partner would ask, and ask under it."""
    by_partner = {name: fingerprint(key, document_sha256) for name, key in house.fingerprint_keys.items()}
    await witness.add_fingerprints(tx, by_partner, log_index)
    return [VoucherFingerprintAsked(to=name, fingerprint=one) for name, one in by_partner.items()]


async def answer_fingerprint(asked: VoucherFingerprintAsked, context: Context, tx: AsyncConnection) -> list[Message]:
    """Known here or not."""
    partner = context.sender_association
    known = await witness.is_known(tx, partner=partner, asked=asked.fingerprint)
    return [VoucherFingerprintAnswered(to=partner, fingerprint=asked.fingerprint, known=known)]


async def keep_answer(answer: VoucherFingerprintAnswered, context: Context, tx: AsyncConnection) -> list[Message]:
    """What the partner says."""
    await witness.add_answer(
        tx,
        partner=context.sender_association,
        asked=answer.fingerprint,
        known=answer.known,
        at=context.now,
    )
    return []
