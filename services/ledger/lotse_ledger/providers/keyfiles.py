"""The private keys of log and witness, each in a file of its own; a key that everybody knows is no key."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lotse_chassis.settings import SettingsInvalid, variable
from lotse_ledger.domain.notes import COSIGNER_KEY, LOG_KEY, SigningKey, Vkey, is_name

SEED_BYTES = 32
KNOWN_SEEDS = frozenset(
    bytes.fromhex(seed)
    for seed in (
        # RFC 8032, section 7.1
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5",
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        # golang.org/x/mod, sumdb/note
        "810a1402d5146c8d84f2443330f54080ebf98ee17d9c74f6252fc5d5c7283173",
    )
)
"""Seeds of published test vectors."""


def log_key(path: Path | None, origin: str) -> SigningKey | None:
    """The key that signs checkpoints. Raises SettingsInvalid."""
    return _key(path, "log_key_file", name=origin, kind=LOG_KEY)


def witness_key(path: Path | None, name: str) -> SigningKey | None:
    """The key that countersigns other logs. Raises SettingsInvalid."""
    return _key(path, "witness_key_file", name=name, kind=COSIGNER_KEY)


def distinct(log: SigningKey | None, witness: SigningKey | None) -> None:
    """Raises SettingsInvalid if one key has both roles: a countersignature could then be taken for another's."""
    if log is not None and witness is not None and log.vkey.public == witness.vkey.public:
        raise SettingsInvalid(f"{variable('log_key_file')} and {variable('witness_key_file')} hold the same key")


def signing_key(seed: bytes, *, name: str, kind: int) -> SigningKey:
    """Raises ValueError if the seed is no key, or one that everybody knows."""
    if len(seed) != SEED_BYTES or is_known(seed):
        raise ValueError("no key, or one from a test vector")
    private = Ed25519PrivateKey.from_private_bytes(seed)
    return SigningKey(Vkey(name, kind, private.public_key().public_bytes_raw()), private.sign)


def is_known(seed: bytes) -> bool:
    """Whether this is a seed from a specification, or one that somebody made up by counting or repeating."""
    counted = bytes((seed[0] + at) % 256 for at in range(len(seed)))
    return seed in KNOWN_SEEDS or len(set(seed)) <= 2 or seed == counted


def _key(path: Path | None, field: str, *, name: str, kind: int) -> SigningKey | None:
    if path is None:
        return None
    if not is_name(name):
        raise SettingsInvalid("the name of a log or a witness has neither spaces nor a plus sign")
    try:
        return signing_key(path.read_bytes(), name=name, kind=kind)
    except OSError:
        raise SettingsInvalid(f"missing: {variable(field)}") from None
    except ValueError:
        raise SettingsInvalid(f"{variable(field)} holds no key, or one from a published test vector") from None
