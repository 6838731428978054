"""How a person may be told, as intake last said it."""

import re
from dataclasses import dataclass
from datetime import datetime

from email_validator import EmailNotValidError, validate_email

from lotse_contracts.values import ContactKind, Detail, RecipientLanguage

PHONE = re.compile(r"^\+[1-9][0-9]{6,14}$")  # E.164


@dataclass(frozen=True)
class Contact:
    """Everything about a contact but the address itself; `usable` says whether that is an address at all."""

    version: int
    said_at: datetime
    kind: ContactKind
    usable: bool
    languages: tuple[RecipientLanguage, ...]
    consented: bool
    safe: bool
    detail: Detail


def address_of(kind: ContactKind, value: str) -> str | None:
    """The address in the one form that is stored, or None if it is none.

    An e-mail address keeps the case of its local part. One with letters outside ASCII before the @ is refused,
    since not every server on the way can carry it.
    """
    if kind == "email":
        try:
            return validate_email(value, check_deliverability=False).ascii_email
        except EmailNotValidError:
            return None
    if kind == "sms":
        return value if PHONE.fullmatch(value) else None
    return None
