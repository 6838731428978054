"""Whether something is an address at all, in the one form that is stored, and who carries what is sent to it."""

import re
from dataclasses import dataclass

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from lotse_contracts.values import ContactKind, NoticeChannel
from lotse_notify.domain.contact import PointHindrance
from lotse_notify.domain.magic import is_magic

REGION = "DE"
CHARACTERS_MAX = 254  # of an address, as RFC 5321 (4.5.3.1.3) bounds a path
RUSSIAN_COUNTRY_CODE = 7
"""Russia's, with Kazakhstan's: what is sent to these numbers may pass Russian operators (ITU-T E.164, 2026-11)."""
RUSSIAN_ENDINGS = (".ru", ".su", ".xn--p1ai", ".xn--p1acf", ".moscow", ".xn--80adxhks", ".tatar")
RUSSIAN_MAILBOXES = frozenset(
    {
        "yandex.com",
        "yandex.ua",
        "yandex.by",
        "yandex.kz",
        "yandex.net",
        "ya.com",
        "rambler.ua",
        "vk.com",
        "vk.team",
        "mail.ua",
    }
)
"""Mailboxes of Yandex, VK and Rambler that do not end in a Russian domain (the providers' own pages, 2026-11)."""

_PHONE = re.compile(r"[+0][\d ()/.\-\u2010-\u2015\u00a0]{5,40}")


@dataclass(frozen=True)
class Checked:
    """The address as it is stored, or why nothing goes there."""

    address: str | None
    hindrance: PointHindrance | None = None


def checked(kind: ContactKind, value: str, *, russian_accepted: bool = False) -> Checked:
    """An e-mail address or a phone number that takes SMS. What a Russian operator carries waits until she was asked."""
    if len(value) > CHARACTERS_MAX or kind == "none":
        return Checked(None, "invalid_address")
    found = _email(value) if kind == "email" else _phone(value)
    if found.address is not None and not russian_accepted and is_russian(kind, found.address):
        return Checked(found.address, "russian_operator")
    return found


def address_of(kind: ContactKind, value: str) -> str | None:
    """The address in the one form that is stored, or None if it is none.

    An e-mail address keeps the case of its local part. One with letters outside ASCII before the @ is refused,
    since not every server on the way can carry it.
    """
    found = checked(kind, value, russian_accepted=True)
    return found.address if found.hindrance is None else None


def is_russian(kind: ContactKind, address: str) -> bool:
    """Whether what is sent there reaches a Russian operator. `address` is in the stored form."""
    if kind == "sms":
        return address.startswith(f"+{RUSSIAN_COUNTRY_CODE}")
    domain = address.rpartition("@")[2].lower()
    belongs = any(domain == one or domain.endswith(f".{one}") for one in RUSSIAN_MAILBOXES)
    return belongs or domain.endswith(RUSSIAN_ENDINGS)


def digested(channel: NoticeChannel, address: str) -> str:
    """What is the same however the address is written: the text whose keyed digest finds it again."""
    return f"{channel}|{address.casefold() if channel == 'email' else address}"


def _email(value: str) -> Checked:
    try:
        address = validate_email(value, check_deliverability=False).ascii_email
    except EmailNotValidError:
        return Checked(None, "invalid_address")
    return Checked(address, None if address else "invalid_address")


def _phone(value: str) -> Checked:
    """E.164. A number without country code is German where it begins with one 0, and nobody's else.

    Numbers of dramas are numbers here; where people live, the guard before the providers refuses them.
    """
    number = _parsed(value)
    if number is not None and is_magic("sms", e164 := phonenumbers.format_number(number, PhoneNumberFormat.E164)):
        return Checked(e164)
    if number is None or not phonenumbers.is_valid_number(number):
        return Checked(None, "invalid_address")
    if phonenumbers.number_type(number) not in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE):
        return Checked(None, "not_mobile")
    return Checked(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def _parsed(value: str) -> PhoneNumber | None:
    if not _PHONE.fullmatch(value.strip()):
        return None
    try:
        return phonenumbers.parse(value.strip(), REGION)
    except NumberParseException:
        return None
