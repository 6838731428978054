"""The code on a printed form: the id of its consent as somebody can type it, with characters that catch slips."""

from uuid import UUID

from lotse_intake.domain.receipts import ALPHABET, CODE_CHARACTERS

GROUP_CHARACTERS = 4
CHECK_CHARACTERS = 2
CHECK_MODULUS = 1021
"""A prime above what one wrong character or two swapped ones change: each such slip is caught."""

_LOOK_ALIKE = str.maketrans("ILO", "110")


def code_of(consent_id: UUID) -> str:
    """26 characters of Crockford's base 32 and two that check them, in groups of four."""
    digits = _written(consent_id.int, CODE_CHARACTERS)
    whole = digits + _written(_check(digits), CHECK_CHARACTERS)
    return "-".join(whole[at : at + GROUP_CHARACTERS] for at in range(0, len(whole), GROUP_CHARACTERS))


def id_of(code: str) -> UUID | None:
    """The consent's id; None if this is no code, or one that was copied wrongly."""
    whole = code.upper().translate(_LOOK_ALIKE).replace("-", "").replace(" ", "")
    if len(whole) != CODE_CHARACTERS + CHECK_CHARACTERS or not set(whole) <= set(ALPHABET):
        return None
    digits, check = whole[:CODE_CHARACTERS], whole[CODE_CHARACTERS:]
    number = _read(digits)
    if number >> 128 or _written(_check(digits), CHECK_CHARACTERS) != check:
        return None
    return UUID(int=number)


def _check(digits: str) -> int:
    return sum((place + 1) * ALPHABET.index(digit) for place, digit in enumerate(digits)) % CHECK_MODULUS


def _written(number: int, characters: int) -> str:
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(characters)))


def _read(digits: str) -> int:
    number = 0
    for digit in digits:
        number = number << 5 | ALPHABET.index(digit)
    return number
