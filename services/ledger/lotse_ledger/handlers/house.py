"""What the handlers know about their own association: its keys, its partners, how often it signs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lotse_chassis.personkeys import PersonKeys
from lotse_contracts.ledger import Standing


@dataclass(frozen=True)
class House:
    """`verify_keys` and `fingerprint_keys` are the partners', raw 32 bytes each.

    `origin` is the name of the log, if the settings say one; `keys` seal what leaves only commit to.
    """

    checkpoint_entries: int
    checkpoint_hours: int
    books_standing: Standing
    sign_key: Ed25519PrivateKey | None = field(default=None, repr=False)
    verify_keys: Mapping[str, bytes] = field(default_factory=dict)
    fingerprint_keys: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    origin: str = ""
    keys: PersonKeys | None = field(default=None, repr=False)

    @property
    def partners(self) -> tuple[str, ...]:
        """Their names, sorted."""
        return tuple(sorted(self.verify_keys))
