"""Fields that were released for an office: opened once with our sealing key, then under two locks.

The inner key is the referral's own and is destroyed with its end, so that no file gives these fields back; the outer
one is the person's, which her erasure destroys.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from pydantic import ValidationError

from lotse_chassis.personkeys import CannotDecrypt, KeyDestroyed, KeyUnknown, PersonKeys
from lotse_chassis.sealring import SealRing
from lotse_contracts.envelope import Sealed
from lotse_contracts.intake import PersonFields
from lotse_contracts.referral import AnswerOffice, ForwardFields, OfficeText
from lotse_contracts.sealed import CannotOpen

Read = TypeVar("Read", PersonFields, OfficeText)


@dataclass(frozen=True)
class Vault:
    """The keys of persons and referrals, and the ring that orders are sealed to."""

    keys: PersonKeys
    ring: SealRing

    async def lock(self, person_id: UUID, referral_id: UUID, context: str, plaintext: bytes) -> bytes:
        """Encrypt for good. Raises KeyDestroyed where the person or the referral is gone."""
        for name in (person_id, referral_id):
            await asyncio.to_thread(self.keys.create, name)  # it waits for the disk
        inner = self.keys.encrypt(referral_id, context, plaintext)
        return self.keys.encrypt(person_id, f"{referral_id}:{context}", inner)

    def unlock(self, person_id: UUID, referral_id: UUID, context: str, ciphertext: bytes) -> bytes | None:
        """The plaintext; None once either key is gone."""
        try:
            inner = self.keys.decrypt(person_id, f"{referral_id}:{context}", ciphertext)
            return self.keys.decrypt(referral_id, context, inner)
        except (KeyDestroyed, KeyUnknown, CannotDecrypt):
            return None

    async def destroy(self, name: UUID) -> int:
        """Destroy the key of a referral or a person for good; how many there were."""
        held = int(self.keys.holds(name))
        await asyncio.to_thread(self.keys.destroy, name)
        return held

    def fields_in(self, order: ForwardFields) -> PersonFields | None:
        """What intake released; None if it was not sealed to us for this referral."""
        return _read(self._opened(order.fields, ForwardFields.type_name(), order.referral_id), PersonFields)

    def text_in(self, order: AnswerOffice) -> OfficeText | None:
        """What the desk writes to an office; None if it was not sealed to us for this referral."""
        return _read(self._opened(order.content, AnswerOffice.type_name(), order.referral_id), OfficeText)

    def _opened(self, sealed: Sealed, type_name: str, referral_id: UUID) -> bytes:
        with suppress(CannotOpen):
            return self.ring.open(sealed, type_name=type_name, key=str(referral_id))
        return b""


def _read(plain: bytes, kind: type[Read]) -> Read | None:
    try:
        return kind.model_validate_json(plain)
    except ValidationError:
        return None
