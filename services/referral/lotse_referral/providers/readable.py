"""How what is encrypted or kept about a person is read again: for her, and for nobody else."""

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from lotse_referral.providers.vault import Vault

Row = Mapping[str, Any]

CONTEXTS: dict[str, str] = {
    "held_fields.ciphertext": "fields",
    "office_message.ciphertext": "message:{message_id}",
}
"""Column -> what its ciphertext is bound to beside person and referral, other columns of the row in braces; whoever
adds an encrypted column adds it."""

STAFF_COLUMNS = frozenset({"owner", "counsellor", "assignee", "actor"})
"""Who of the staff is in charge; she is told that it was staff."""


def shown(vault: Vault | None, table: str, row: Row) -> dict[str, Any]:
    """A row as she may have it: decrypted, absent values left out, staff as staff."""
    return {column: _shown(vault, table, row, column) for column, value in row.items() if value is not None}


def _shown(vault: Vault | None, table: str, row: Row, column: str) -> Any:
    value = row[column]
    if isinstance(value, bytes):
        return _read(vault, f"{table}.{column}", row, value)
    return "staff" if column in STAFF_COLUMNS else _plain(value)


def _read(vault: Vault | None, place: str, row: Row, stored: bytes) -> Any:
    """The JSON that it is. What no key opens says so: it is never silently left out."""
    context = CONTEXTS.get(place)
    if vault is None or context is None:
        return "unreadable"
    plain = vault.unlock(row["person_id"], row["referral_id"], context.format_map(row), stored)
    if plain is None:
        return "unreadable"
    try:
        return json.loads(plain)
    except ValueError:
        return plain.decode(errors="replace")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, UUID) else value
