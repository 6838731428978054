"""What the handlers stand on beside the database; made once, in `app.build`."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.otherkeys import OtherKey
from lotse_chassis.personkeys import PersonKeys
from lotse_chassis.sealring import SealRing
from lotse_chassis.settings import Partner
from lotse_intake.domain.retention import Policy
from lotse_intake.domain.wordlist import WordList
from lotse_intake.providers.attachments import AttachmentFiles
from lotse_intake.providers.consent_texts import ConsentTexts
from lotse_intake.providers.pepper import Pepper
from lotse_intake.providers.retention_rules import shipped


@dataclass(frozen=True)
class Office:
    """Keys, files, words and partners. `seal_key` is what partners hold, the ring what everybody else seals to.

    `notify_key` and `referral_key` are what these two services say themselves.

    `own_transaction` commits at once, whatever becomes of the caller's.

    `emergency_office` is the name that notify's settings give the duty office, if there is one.
    """

    association: str
    seal_key: X25519PrivateKey
    ring: SealRing
    keys: PersonKeys
    files: AttachmentFiles
    words: WordList
    partners: Mapping[str, Partner]
    notify_key: OtherKey
    referral_key: OtherKey
    own_transaction: Callable[[], AbstractAsyncContextManager[AsyncConnection]]
    now: Callable[[], datetime]
    pepper: Pepper
    consents: ConsentTexts
    emergency_office: str = ""
    needs_secrecy_release: bool = True
    retention: Policy = field(default_factory=shipped)
