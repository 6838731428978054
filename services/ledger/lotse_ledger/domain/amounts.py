"""Amounts: integers in the smallest unit inside, plain decimal text at the edge, and never a float."""

import re

DIGITS_MAX = 38  # numeric(38,0)
SCALES = {"EUR": 2}
"""Decimals of each currency of the association's own log; the database knows the same ones."""
IMPORT_SCALE = 18
"""Decimals of every commodity of an imported log."""

_DECIMAL = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?", re.ASCII)


class NotAnAmount(ValueError):
    """No plain decimal number: an exponent, a comma, a float, nothing at all."""


class WrongScale(ValueError):
    """More decimals than the currency has."""


class TooManyDigits(ValueError):
    """More digits than the books can hold."""


def minor_units(text: object, scale: int) -> int:
    """`-12.34` with two decimals is -1234. Raises NotAnAmount, WrongScale or TooManyDigits."""
    found = _DECIMAL.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise NotAnAmount("not a decimal number")
    sign, whole, decimals = found[1], found[2], found[3] or ""
    if len(decimals) > scale:
        raise WrongScale("too many decimals")
    digits = (whole + decimals.ljust(scale, "0")).lstrip("0")
    if len(digits) > DIGITS_MAX:
        raise TooManyDigits("too many digits")
    return int(sign + (digits or "0"))


def decimal_text(amount: int, scale: int) -> str:
    """-1234 with two decimals is `-12.34`, 1200 is `12`: no exponent, no zero that says nothing."""
    digits = str(abs(amount)).rjust(scale + 1, "0")
    whole, decimals = digits[: len(digits) - scale], digits[len(digits) - scale :].rstrip("0")
    text = f"{whole}.{decimals}" if decimals else whole
    return f"-{text}" if amount < 0 else text
