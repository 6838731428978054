"""Opens what was sealed to intake, and turns what a person said into ciphertext under her key and back."""

from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError

from lotse_chassis.faults import Refused, malformed
from lotse_chassis.personkeys import KeyDestroyed, PersonKeys
from lotse_contracts.envelope import Sealed
from lotse_contracts.intake import PersonFields
from lotse_contracts.sealed import CannotOpen, decode, seal
from lotse_intake.providers.office import Office

P = TypeVar("P", bound=BaseModel)


def opened(office: Office, sealed: Sealed, kind: type[P], *, type_name: str, key: str, field: str = "content") -> P:
    """What was sealed to us in this field. Raises Refused naming the field at fault, never what was in it."""
    try:
        plaintext = office.ring.open(sealed, type_name=type_name, key=key)
    except CannotOpen:
        raise Refused("cannot_open", fields=(field,)) from None
    try:
        return kind.model_validate_json(plaintext)
    except ValidationError as fault:
        raise malformed(fault, _names(kind)) from None


def encrypted_fields(keys: PersonKeys, person_id: UUID, fields: PersonFields) -> bytes:
    """A person's field groups under her key."""
    return keys.encrypt(person_id, "fields", fields.model_dump_json(exclude_none=True).encode())


def decrypted_fields(keys: PersonKeys, person_id: UUID, stored: bytes | None) -> PersonFields:
    """A person's field groups; empty where nothing is held. Raises Refused once she is erased."""
    if stored is None:
        return PersonFields()
    return PersonFields.model_validate_json(decrypted(keys, person_id, "fields", stored))


def decrypted(keys: PersonKeys, person_id: UUID, context: str, stored: bytes) -> bytes:
    """What was encrypted under a person's key. Raises Refused once she is erased."""
    try:
        return keys.decrypt(person_id, context, stored)
    except KeyDestroyed:
        raise Refused("person_erased") from None


def sealed_to_asker(plaintext: bytes, reply_key: str, *, type_name: str, key: str) -> Sealed:
    """Sealed to the key of whoever asked. Raises Refused if it is none."""
    try:
        return seal(plaintext, decode(reply_key), type_name=type_name, key=key)
    except CannotOpen:
        raise Refused("bad_reply_key", fields=("reply_key",)) from None


def said_in(enquiry_id: UUID) -> str:
    """The context of everything that was said in an enquiry."""
    return f"entry:{enquiry_id}"


def pin_of(enquiry_id: UUID) -> str:
    """The context of an enquiry's PIN hash."""
    return f"pin:{enquiry_id}"


def letter_of(enquiry_id: UUID) -> str:
    """The context of what is known about the letter."""
    return f"letter:{enquiry_id}"


def note_of(note_id: UUID) -> str:
    """The context of a note."""
    return f"note:{note_id}"


def others_in_note(note_id: UUID) -> str:
    """The context of what a note says about third persons."""
    return f"note-others:{note_id}"


def goal_of(goal_id: UUID) -> str:
    """The context of a goal."""
    return f"goal:{goal_id}"


def task_of(task_id: UUID) -> str:
    """The context of a task."""
    return f"task:{task_id}"


def points_of(consent_id: UUID) -> str:
    """The context of the addresses that a consent was given for."""
    return f"consent-points:{consent_id}"


def _names(kind: type[BaseModel]) -> frozenset[str]:
    schema = kind.model_json_schema()
    parts = (schema, *schema.get("$defs", {}).values())
    return frozenset(name for part in parts for name in part.get("properties", {}))
