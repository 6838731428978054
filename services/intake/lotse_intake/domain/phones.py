"""A phone number as the networks write it, from whatever people write."""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from lotse_intake.domain.names.cleaning import NotText, compatible

REGION = "DE"
SECOND_REGION = "UA"  # of a number without country code that nobody in the first region can have
CHARACTERS_MAX = 60
DIGITS_MIN = 6  # behind the country code; a shorter one is an emergency number, a code alone, or a slip
CORE_DIGITS = 9  # of a Ukrainian mobile number behind +380, and enough of any other
ALLOWED = "a phone number with its area or country code, such as 0351 1234567 or +380 67 1234567"

_WRITTEN = re.compile(r"(tel\.?:?)?[\s+()\d/.\-\u2010-\u2015\u200b-\u200f\u202a-\u202e\u2060-\u2069]+", re.IGNORECASE)
_PLUS_FORGOTTEN = re.compile(r"380\d{9}|49(1[5-7]\d{8,9})")


def e164(written: str, *, region: str = REGION) -> str:
    """`+` and digits. Raises NotText if it is no phone number: that nobody has it yet is no reason."""
    if len(written) > CHARACTERS_MAX or not _WRITTEN.fullmatch(text := compatible(written).strip()):
        raise NotText("not_a_phone", ALLOWED)
    plain = re.sub(r"[^\d+]", "", text.replace("(0)", ""))
    if _PLUS_FORGOTTEN.fullmatch(plain):
        plain = f"+{plain}"
    number = _parsed(plain, region)
    if number is None or not phonenumbers.is_possible_number(number):
        raise NotText("not_a_phone", ALLOWED)
    other = _parsed(plain, SECOND_REGION)
    if other is not None and not phonenumbers.is_valid_number(number) and phonenumbers.is_valid_number(other):
        number = other
    if len(str(number.national_number)) < DIGITS_MIN:
        raise NotText("not_a_phone", ALLOWED)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def known_number(written: str) -> str | None:
    """The same for comparing: None where it is no number."""
    try:
        return e164(written)
    except NotText:
        return None


def core_of(number: str) -> str:
    """What of a number is the same whether somebody wrote the country code or not: 067 … may be +380 67 …"""
    return number.lstrip("+")[-CORE_DIGITS:]


def _parsed(plain: str, region: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(plain, region)
    except NumberParseException:
        return None
