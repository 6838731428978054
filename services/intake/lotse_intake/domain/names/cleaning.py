"""What is written into a field for a name, as a name: visible letters in one normal form, or a code for why not."""

import unicodedata
from dataclasses import dataclass

CHARACTERS_MAX = 200  # as the contract of an enquiry has it; the longest name of a person that is in use has fewer
TEXT_CHARACTERS_MAX = 1_000  # of a text that is transliterated: an address or a sentence, not a letter
WHITE = "\t\n\v\f\r\x85\u2028\u2029"
APOSTROPHES = "'\u2019\u02bc\u2018\u0060\u00b4\u02b9\u2032\u02bb\u055a\uff07\u201b\u02bd"
"""What stands on keyboards, phones and typewriters for the Ukrainian apostrophe (U+02BC)."""
HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"


class NotText(ValueError):
    """This cannot be a name. `allowed` says what would be taken; never what was given."""

    def __init__(self, code: str, allowed: str) -> None:
        super().__init__(code)
        self.code, self.allowed = code, allowed


@dataclass(frozen=True)
class Cleaned:
    """The text, and codes of what had to be taken out of it."""

    text: str
    notes: tuple[str, ...] = ()


def visible(given: str, *, characters_max: int = CHARACTERS_MAX) -> Cleaned:
    """Without what nobody sees or reads: bidi marks, zero-width characters, emoji.

    Raises NotText for control characters such as NUL, and for more than `characters_max` characters.
    """
    if len(given) > characters_max:
        raise NotText("too_long", f"at most {characters_max} characters")
    text = unicodedata.normalize("NFC", "".join(" " if one in WHITE else one for one in given))
    if any(unicodedata.category(one) in ("Cc", "Cs") for one in text):
        raise NotText("control_characters", "letters, spaces, hyphens, apostrophes, full stops, commas")
    what = [_what(one) for one in text]
    seen = "".join(one for one, wrong in zip(text, what, strict=True) if wrong is None)
    return Cleaned(seen, tuple(sorted({wrong for wrong in what if wrong is not None})))


def cleaned(given: str, *, characters_max: int = CHARACTERS_MAX) -> Cleaned:
    """What is visible of a name, with white space and hyphens made one kind. Raises NotText as `visible`."""
    seen = visible(given, characters_max=characters_max)
    joined = "".join("-" if one in HYPHENS else one for one in seen.text)
    return Cleaned(" ".join(joined.split()), seen.notes)


def bounded(given: str) -> str:
    """The same for what somebody wrote who must never be refused: what is too much, or cannot be seen, is left out."""
    seen = (one for one in given[:CHARACTERS_MAX] if one in WHITE or unicodedata.category(one) not in ("Cc", "Cs"))
    return cleaned("".join(seen)[:CHARACTERS_MAX]).text


def compatible(text: str) -> str:
    """For comparing: full-width, ligature and styled letters as the plain ones (NFKC)."""
    return unicodedata.normalize("NFKC", text)


def has_letters(text: str) -> bool:
    """Whether there is anything to call somebody by."""
    return any(one.isalpha() for one in text)


def _what(one: str) -> str | None:
    """What is wrong with a character, if anything is."""
    category = unicodedata.category(one)
    if category == "Cf":
        return "invisible_removed"
    if category in ("So", "Co", "Cn") or "\ufe00" <= one <= "\ufe0f" or "\U0001f3fb" <= one <= "\U0001f3ff":
        return "symbols_removed"
    return None
