"""What the handlers know about their own association: its keys, its partners, how often it signs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_chassis.personkeys import PersonKeys
from lotse_contracts.ledger import Standing
from lotse_ledger.domain.notes import SigningKey, Vkey


@dataclass(frozen=True)
class Evidence:
    """The keys of the log and of the witness, and whose checkpoints we countersign.

    `logs` are the partners' by association, `others` those of third parties; `witnesses` countersign our log.
    `mailed_office` gets the latest one every month, by its name in notify's settings.
    `requests_a_minute` may come over HTTP from one address; `alarmed` counts what was not countersigned, by code.
    """

    log: SigningKey | None = None
    witness: SigningKey | None = None
    logs: Mapping[str, tuple[Vkey, ...]] = field(default_factory=dict)
    others: tuple[Vkey, ...] = ()
    witnesses: Mapping[str, Vkey] = field(default_factory=dict)
    office: Vkey | None = None
    mailed_office: str = ""
    requests_a_minute: int = 60
    alarmed: Callable[[str], None] = field(default=lambda code: None, repr=False)


@dataclass(frozen=True)
class House:
    """`verify_keys` and `fingerprint_keys` are the partners', raw 32 bytes each.

    `origin` is the name of the log, if the settings say one; `keys` seal what leaves only commit to; content for the
    ledger travels sealed to `seal_key`.
    """

    checkpoint_entries: int
    checkpoint_hours: int
    books_standing: Standing
    sign_key: Ed25519PrivateKey | None = field(default=None, repr=False)
    verify_keys: Mapping[str, bytes] = field(default_factory=dict)
    fingerprint_keys: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    origin: str = ""
    keys: PersonKeys | None = field(default=None, repr=False)
    seal_key: X25519PrivateKey | None = field(default=None, repr=False)
    own_fingerprint_key: bytes = field(default=b"", repr=False)
    evidence: Evidence = field(default_factory=Evidence)

    @property
    def partners(self) -> tuple[str, ...]:
        """Their names, sorted."""
        return tuple(sorted(self.verify_keys))
