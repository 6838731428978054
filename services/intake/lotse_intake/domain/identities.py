"""What of a person's fields is compared and found: from the groups as they are stored, or as somebody writes them."""

from dataclasses import replace
from datetime import date

from lotse_contracts.intake import ContactPoint, FurtherPoint, PersonFields, PersonQuery
from lotse_intake.domain import phones
from lotse_intake.domain.birthdates import BirthDate, birth_date, known_date
from lotse_intake.domain.matching import Record, record
from lotse_intake.domain.names.cleaning import CHARACTERS_MAX, NotText, bounded, cleaned, has_letters

NAMES = ("name", "name_native", "name_latin_document")
ALIASES = "aliases"
SHOWN = frozenset({*NAMES, ALIASES, "birth_date", "birth_date_quality", "gender"})
BETWEEN_ALIASES = ";"
ALIASES_MAX = 4  # that are compared; each is read in every way
WITHOUT_LETTERS = "a name with at least one letter"


class NotTaken(ValueError):
    """A field holds what it cannot: its name, a code, and what would be taken; never the value."""

    def __init__(self, field: str, code: str, allowed: str) -> None:
        super().__init__(code)
        self.field, self.code, self.allowed = field, code, allowed


def record_of(fields: PersonFields, *, today: date) -> Record:
    """What is known, to be compared."""
    identity = fields.identity or {}
    own = [identity.get(name, "") for name in NAMES]
    names = list(dict.fromkeys(bounded(name) for name in [*own, *_aliases(identity)] if name.strip()))
    born = known_date(identity.get("birth_date", ""), today=today)
    if born is not None and identity.get("birth_date_quality") in ("estimated", "year"):
        born = BirthDate(born.year)
    contact = fields.contact
    return Record(
        names[0] if names else "",
        born,
        phones.known_number(contact.value) if contact and contact.kind == "sms" else None,
        contact.value.strip().casefold() if contact and contact.kind == "email" else None,
        tuple(names[1:]),
    )


def record_of_query(query: PersonQuery, *, today: date) -> Record:
    """What is searched for; an `@` in the place of a phone makes it an e-mail. Raises NotTaken."""
    asked = record(query.name, today=today)
    if query.birth_date.strip():
        asked = replace(asked, birth_date=_read("birth_date", query.birth_date, today=today))
    if "@" in query.phone:
        return replace(asked, email=query.phone.strip().casefold())
    return replace(asked, phone=_phone("phone", query.phone) if query.phone.strip() else None)


def shown(fields: PersonFields) -> PersonFields:
    """Who she is and how she is reached, for whoever looks for her: in bounds, whoever wrote it."""
    identity = {name: value[:CHARACTERS_MAX] for name, value in (fields.identity or {}).items() if name in SHOWN}
    return PersonFields(identity=identity or None, contact=fields.contact)


def checked(fields: PersonFields, *, today: date) -> PersonFields:
    """As they may be stored: visible names, a day that has been, a phone as E.164. Raises NotTaken.

    For what staff write, who can write it again; what a person wrote herself is never refused for this.
    """
    identity = fields.identity
    if identity is not None:
        for name in (*NAMES, ALIASES):
            if name in identity:
                _check_name(name, identity[name])
        if identity.get("birth_date"):
            identity = {**identity, "birth_date": _read("birth_date", identity["birth_date"], today=today).iso}
        if any(len(value) > CHARACTERS_MAX for value in identity.values()):
            raise NotTaken("identity", "name_too_long", f"at most {CHARACTERS_MAX} characters each")
    return fields.model_copy(update={"identity": identity, "contact": _contact(fields.contact)})


def _aliases(identity: dict[str, str]) -> list[str]:
    return [alias for alias in identity.get(ALIASES, "").split(BETWEEN_ALIASES) if alias.strip()][:ALIASES_MAX]


def _check_name(field: str, written: str) -> None:
    try:
        seen = cleaned(written)
    except NotText as fault:
        raise NotTaken(field, f"name_{fault.code}", fault.allowed) from None
    if seen.notes:
        raise NotTaken(field, f"name_{seen.notes[0].removesuffix('_removed')}", "letters that everybody can see")
    if written.strip() and not has_letters(seen.text):
        raise NotTaken(field, "name_without_letters", WITHOUT_LETTERS)


def _read(field: str, written: str, *, today: date) -> BirthDate:
    try:
        return birth_date(written, today=today)
    except NotText as fault:
        raise NotTaken(field, fault.code, fault.allowed) from None


def _phone(field: str, written: str) -> str:
    try:
        return phones.e164(written)
    except NotText as fault:
        raise NotTaken(field, fault.code, fault.allowed) from None


def _contact(contact: ContactPoint | None) -> ContactPoint | None:
    if contact is None:
        return None
    more = tuple(one.model_copy(update=_as_stored(one)) for one in contact.more)
    return contact.model_copy(update={**_as_stored(contact), "more": more})


def _as_stored(way: ContactPoint | FurtherPoint) -> dict[str, str]:
    return {"value": _phone("contact", way.value)} if way.kind == "sms" else {}
