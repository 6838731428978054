"""Cards: what associations tell each other before they exchange anything, public keys alone."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lotse_local import environment, keyring, nkey
from lotse_local.layout import NAME, AssociationFolder, DataFolder, write_private

RAW_KEY = r"^[A-Za-z0-9_-]{43}$"  # 32 bytes, base64url without padding
LEAF_KEY = r"^U[A-Z2-7]{55}$"  # a public nkey of a user
VKEY = r"^[^\s+]{1,200}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$"  # C2SP signed-note, an Ed25519 key
VKEY_CHARACTERS_MAX = 300
LOG_KEYS_MAX = 16
FORMER_SUFFIX = ".former"  # beside the log's key, verifier keys that it followed
LOG_KIND, WITNESS_KIND = 0x01, 0x04  # Source: C2SP signed-note, "Signature types"
FINGERPRINT_CHARACTERS = 32
CARD_BYTES_MAX = 4_096


Vkey = Annotated[str, Field(pattern=VKEY, max_length=VKEY_CHARACTERS_MAX)]


class CardRefused(ValueError):
    """What was given is no card; the text names the fields."""


class Card(BaseModel):
    """The public keys of one association; `leaf` is how a hub knows it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    association: str = Field(pattern=NAME.pattern)
    verify: str = Field(pattern=RAW_KEY)
    intake_seal: str = Field(pattern=RAW_KEY)
    referral_seal: str = Field(pattern=RAW_KEY)
    ledger_seal: str = Field(pattern=RAW_KEY)
    ledger_logs: tuple[Vkey, ...] = Field(default=(), max_length=LOG_KEYS_MAX)
    ledger_witness: Vkey | Literal[""] = ""
    leaf: str = Field(pattern=LEAF_KEY)

    @property
    def fingerprint(self) -> str:
        """What two people compare on the telephone; a card without a ledger's keys keeps the one it had."""
        said = self.model_dump(mode="json", exclude_defaults=True)
        digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
        return " ".join(digest[at : at + 4] for at in range(0, FINGERPRINT_CHARACTERS, 4))

    def grown_into(self, newer: "Card") -> bool:
        """Whether the newer card only says more: keys of the ledger that it had none of, or one that followed."""
        known: dict[str, Any] = {"ledger_logs": self.ledger_logs, "ledger_witness": self.ledger_witness}
        if newer.ledger_logs[: len(self.ledger_logs)] != self.ledger_logs:
            return False
        if self.ledger_witness not in ("", newer.ledger_witness):
            return False
        return newer.model_copy(update=known) == self


def own_card(place: AssociationFolder) -> Card:
    """The card of an association that lives here."""
    return Card(
        association=place.name,
        verify=keyring.public_signing_key(place, keyring.SIGN_KEY),
        intake_seal=keyring.public_seal_key(place, "intake"),
        referral_seal=keyring.public_seal_key(place, "referral"),
        ledger_seal=keyring.public_seal_key(place, "ledger"),
        ledger_logs=(*_former(place), _vkey(place, keyring.LOG_KEY, environment.log_origin(place), LOG_KIND)),
        ledger_witness=_vkey(place, keyring.WITNESS_KEY, f"{place.name}/witness", WITNESS_KIND),
        leaf=nkey.public_of(keyring.seed(place, keyring.LEAF_USER)),
    )


def _vkey(place: AssociationFolder, key: str, name: str, kind: int) -> str:
    """A verifier key as text. Source: C2SP signed-note, "Verifier keys"."""
    material = bytes([kind]) + keyring.signing_key(place, key).public_key().public_bytes_raw()
    key_id = hashlib.sha256(name.encode() + b"\n" + material).hexdigest()[:8]
    return f"{name}+{key_id}+{base64.b64encode(material).decode()}"


def _former(place: AssociationFolder) -> tuple[str, ...]:
    """The keys that `rotate-key` of the ledger has put aside, oldest first."""
    file = place.key(keyring.LOG_KEY + FORMER_SUFFIX)
    return tuple(file.read_text().split()) if file.is_file() else ()


def read_card(file: Path) -> Card:
    """Raises CardRefused."""
    try:
        if file.stat().st_size > CARD_BYTES_MAX:
            raise CardRefused(f"{file} is too large for a card")
        return Card.model_validate_json(file.read_bytes())
    except ValidationError as fault:
        fields = sorted({str(part) for error in fault.errors(include_input=False) for part in error["loc"]})
        raise CardRefused(f"{file} is not a card ({', '.join(fields) or 'not JSON'})") from None


def add_partner(place: AssociationFolder, card: Card) -> bool:
    """Remember a partner; return whether it was new. Raises CardRefused for our own card or changed keys."""
    if card.association == place.name:
        raise CardRefused("this card is our own")
    file = place.partner_cards / f"{card.association}.json"
    if file.is_file():
        known = read_card(file)
        if known == card:
            return False
        if not known.grown_into(card):
            raise CardRefused(
                f"{card.association} is known with other keys;"
                f" if it really has new ones, remove {file} and add it again"
            )
    write_private(file, card.model_dump_json(indent=1).encode())
    write_partners(place)
    return True


def partners(place: AssociationFolder) -> dict[str, Card]:
    """The partners of an association by name."""
    cards = [read_card(file) for file in sorted(place.partner_cards.glob("*.json"))]
    return {card.association: card for card in cards}


def write_partners(place: AssociationFolder) -> None:
    """The file that the services read."""
    found: dict[str, Any] = {
        name: card.model_dump(mode="json", exclude={"association", "leaf"}, exclude_defaults=True)
        for name, card in partners(place).items()
    }
    write_private(place.partners, json.dumps(found, indent=1).encode())


def introduce(folder: DataFolder, names: tuple[str, ...]) -> None:
    """Associations that live in one data folder know each other."""
    for name in names:
        place = folder.association(name)
        for other in names:
            if other != name:
                add_partner(place, own_card(folder.association(other)))
        write_partners(place)
