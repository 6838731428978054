"""Does a text name a person? A guess, on the safe side: the log can never forget what it was told."""

import re

_TITLES = re.compile(r"\b(Frau|Herr|Herrn|Fr\.|Hr\.|Dr\.|Prof\.|Familie)\s+[^\W\d_]", re.IGNORECASE)
_PERSON_CODE = re.compile(r"[A-Z]{1,4}[-_]?\d{1,4}\Z")


def is_person_code(text: str) -> bool:
    """A code such as `P-07` or `MA3`: who it stands for is known to the association alone."""
    return bool(_PERSON_CODE.match(text))


def addresses_a_person(text: str) -> bool:
    """Whether somebody is spoken of by a title, as in `Honorar Frau M.`."""
    return bool(_TITLES.search(text))
