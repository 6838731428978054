"""What was sealed once takes effect once, also when somebody publishes it again under another envelope id.

Whoever seals makes a fresh key for it, so the same sealed bytes are never said twice. An old order that is repeated
would otherwise put back an address that was corrected, a receipt code that was lost, or an answer that was changed.
"""

from hashlib import sha256
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import inbox
from lotse_chassis.context import Context
from lotse_contracts.envelope import Order, Sealed
from lotse_contracts.sealed import decode


async def is_repeated(tx: AsyncConnection, order: Order, sealed: Sealed, context: Context) -> bool:
    """Whether these bytes, which could be opened, took effect before; if not, they do with this transaction."""
    digest = sha256(decode(sealed.enc) + decode(sealed.ciphertext)).digest()
    own = (f"sealed.{order.claim_name()}", UUID(bytes=digest[:16]))
    return not await inbox.claim(tx, [own], context.now)
