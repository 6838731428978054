"""How what is encrypted in each table is read again: for the person it is about, and for nobody else."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, MetaData

from lotse_chassis.personkeys import CannotDecrypt, KeyUnknown, PersonKeys
from lotse_intake.providers.content import decrypted, goal_of, letter_of, note_of, points_of, said_in, task_of

Row = Mapping[str, Any]
ContextOf = Callable[[Row], str]

CONTEXTS: dict[str, ContextOf] = {
    "person.fields": lambda row: "fields",
    "enquiry.letter": lambda row: letter_of(row["enquiry_id"]),
    "entry.content": lambda row: said_in(row["enquiry_id"]),
    "goal.content": lambda row: goal_of(row["goal_id"]),
    "task.content": lambda row: task_of(row["task_id"]),
    "note.content": lambda row: note_of(row["note_id"]),
    "consent_point.points": lambda row: points_of(row["consent_id"]),
}
"""Column -> the context that its ciphertext is bound to; whoever adds an encrypted column adds it here."""

SECRETS = frozenset(
    {
        "enquiry.pin_hash",
        "enquiry.receipt_sha256",
        "attachment.claim_sha256",
        "pin_guess.receipt_sha256",
        "blind_index.digest",
        "field_release.ciphertext_sha256",
    }
)
"""What would let somebody else in, or is a digest of what is shown in the clear beside it."""

ABOUT_OTHERS = frozenset({"note.about_others"})
"""What is written apart because it is about third persons (Art. 15(4))."""

STAFF_COLUMNS = frozenset(
    {"by", "owner", "proposed_owner", "assignee", "offered_to", "actor", "author", "substitute", "witness"}
)
NOT_STAFF = frozenset({"said_by", "confirmed_by"})
NO_STAFF = frozenset({"person", "system", "intake", "guardian", "self"})
"""What stands in such a column without being a member of staff."""


def not_readable(metadata: MetaData, personal: frozenset[str]) -> list[str]:
    """Encrypted columns of these tables that nothing here can read and that are no secret."""
    return [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        if table.name in personal
        for column in table.columns
        if isinstance(column.type, LargeBinary)
        and f"{table.name}.{column.name}" not in CONTEXTS
        and f"{table.name}.{column.name}" not in SECRETS | ABOUT_OTHERS
    ]


def shown(
    keys: PersonKeys, person_id: UUID, table: str, row: Row, others: Callable[[str, Any], bool]
) -> dict[str, Any]:
    """A row as she may have it: decrypted, without secrets, staff as staff, other persons withheld.

    `others(column, value)` says whether the value is the id of somebody else.
    """
    whole: dict[str, Any] = {}
    for column, value in row.items():
        place = f"{table}.{column}"
        if place in SECRETS or value is None:
            continue
        if place in ABOUT_OTHERS:
            whole[column] = {"withheld": "third_person"}
        elif isinstance(value, bytes):
            whole[column] = _read(keys, person_id, CONTEXTS[place](row), value) if place in CONTEXTS else "unreadable"
        elif names_staff(column):
            whole[column] = value if value in NO_STAFF else "staff"
        elif others(column, value):
            whole[column] = {"withheld": "third_person"}
        else:
            whole[column] = str(value) if isinstance(value, UUID) else value
    return whole


def names_staff(column: str) -> bool:
    """Whether a column says who of the staff did something."""
    return column not in NOT_STAFF and (column in STAFF_COLUMNS or column.endswith("_by"))


def _read(keys: PersonKeys, person_id: UUID, context: str, stored: bytes) -> Any:
    """Text, or the JSON that it is. What its key cannot open says so: it is never silently left out."""
    try:
        text = decrypted(keys, person_id, context, stored).decode()
    except (CannotDecrypt, KeyUnknown, UnicodeDecodeError):
        return "unreadable"
    if text[:1] in "{[":
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text
