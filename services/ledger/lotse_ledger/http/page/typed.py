"""What people type into the forms of the pages, read without guessing."""

import re

CENTS_MAX = 99_999_999_99
DIGITS_MAX = 15
_AMOUNT = re.compile(r"\d{1,3}(?:([.,'\u00a0 ]?)\d{3}(?:\1\d{3})*)?(?:[.,]\d{1,2})?", re.ASCII)


def amount_in_cents(text: str) -> int | None:
    """`1.234,56`, `1,234.56`, `1234,5` and `1234` in cents; None for anything else, and for nothing.

    A mark before the last one or two digits is that of the cents, every other one is that of thousands.
    """
    text = text.strip().removesuffix("EUR").removesuffix("\u20ac").strip()
    if not _AMOUNT.fullmatch(text):
        return None
    whole, cents = text, ""
    for mark in ",.":
        head, found, tail = text.rpartition(mark)
        if found and len(tail) <= 2:
            whole, cents = head, tail
    digits = "".join(one for one in whole if one.isdigit())
    amount = int(digits) * 100 + int(cents.ljust(2, "0") or 0)
    return amount if 0 < amount <= CENTS_MAX else None


def whole_number(text: str, largest: int) -> int | None:
    """A count; None if it is none, or larger than that."""
    if not (text.isascii() and text.isdigit()) or len(text) > DIGITS_MAX:
        return None
    found = int(text)
    return found if found <= largest else None
