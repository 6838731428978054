"""The key that contacts are sealed to: from the settings, or from notify itself once it answers."""

from lotse_contracts.sealed import CannotOpen, decode

KEY_BYTES = 32


class NotifyKey:
    """Known or not yet; nobody waits for it inside a transaction."""

    def __init__(self, configured: str) -> None:
        self.configured = bool(configured)
        self._key: bytes | None = _raw(configured) if configured else None

    @property
    def key(self) -> bytes | None:
        """The raw public key, or None as long as notify has not answered."""
        return self._key

    def learn(self, public_key: str) -> bool:
        """Take the key that notify gave; whether it is another one. Raises ValueError if it is none."""
        known, self._key = self._key, _raw(public_key)
        return known != self._key


def _raw(text: str) -> bytes:
    try:
        key = decode(text)
    except CannotOpen:
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError("notify's sealing key is no X25519 public key")
    return key
