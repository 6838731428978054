"""What speaking to offices stands on: where their pages are, how we name ourselves, and the keys."""

from dataclasses import dataclass

from lotse_chassis.faults import Refused
from lotse_chassis.otherkeys import OtherKey
from lotse_referral.providers.vault import Vault

LINK_PATH = "/l/"
NAMES = {"auslaenderrat": "Ausländerrat Dresden e. V.", "plattform": "Plattform Dresden e. V."}
"""Of the associations that this was built for; another one says its name in the settings."""


@dataclass(frozen=True)
class Sender:
    """Who writes: name, address line by line, and how we are reached; empty where the settings do not say."""

    name: str
    address: tuple[str, ...] = ()
    contact: str = ""

    @property
    def full(self) -> str:
        """Name and contact in one line."""
        return ", ".join(part for part in (self.name, self.contact) if part)


@dataclass(frozen=True)
class Offices:
    """`vault` is absent where no keys are set up: then nothing is released for an office, the rest works."""

    base_url: str
    sender: Sender
    notify_key: OtherKey
    vault: Vault | None = None

    def url(self, code: str) -> str:
        """Where the office opens its page with this code."""
        return self.base_url.rstrip("/") + LINK_PATH + code

    def needed_vault(self, field: str) -> Vault:
        """The keys. Raises Refused where there are none."""
        if self.vault is None:
            raise Refused("mode_not_possible", fields=(field,))
        return self.vault
