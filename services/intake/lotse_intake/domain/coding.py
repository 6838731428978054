"""Which concerns an enquiry raises: its codes, or orientation where there are none that we know."""

from dataclasses import dataclass

ORIENTATION = "orientation"
CONCERN_CODES = frozenset(
    {
        "residence",
        "benefits",
        "work",
        "recognition",
        "language",
        "school",
        "childcare",
        "housing",
        "health",
        "psychosocial",
        "family",
        "violence",
        "legal",
        "documents",
        "community",
        "interpreting",
        ORIENTATION,
    }
)
"""The code list `uzd-concern`, version 1."""


@dataclass(frozen=True)
class Coded:
    """One concern; `unknown` says that somebody named a code which we do not know."""

    code: str
    unknown: bool = False


def concerns_of(codes: tuple[str, ...]) -> tuple[Coded, ...]:
    """At least one concern, each code once, in the order they were named; an unknown code is marked, never lost."""
    known = [Coded(code) for code in dict.fromkeys(codes) if code in CONCERN_CODES]
    if any(code not in CONCERN_CODES for code in codes):
        others = [coded for coded in known if coded.code != ORIENTATION]
        return (*others, Coded(ORIENTATION, unknown=True))
    return tuple(known) or (Coded(ORIENTATION),)
