"""The keys that intake may seal a person's fields to, by recipient: partners, and ourselves for services."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from uuid import UUID

from lotse_chassis.sealring import SealRing


class ReceiverKeys(Mapping[str, bytes]):
    """The public seal key of each partner's intake, and our own newest one for any service of the directory."""

    def __init__(self, partners: Mapping[str, bytes], ring: SealRing | None, now: Callable[[], datetime]) -> None:
        """Without a ring nothing can be released for a service."""
        self._partners, self._ring, self._now = dict(partners), ring, now

    def __getitem__(self, recipient: str) -> bytes:
        if recipient in self._partners:
            return self._partners[recipient]
        if self._ring is None or not is_service(recipient):
            raise KeyError(recipient)
        return self._ring.public(self._now())

    def __iter__(self) -> Iterator[str]:
        """The partners alone: there is no end of services."""
        return iter(self._partners)

    def __len__(self) -> int:
        return len(self._partners)


def is_service(recipient: str) -> bool:
    """A service's id, spelled as consents spell it; associations have names."""
    try:
        return str(UUID(recipient)) == recipient
    except ValueError:
        return False
