"""The maintained list of urgent words, read from the file that comes with the service or from the administrator's."""

import tomllib
from functools import cache
from pathlib import Path

from lotse_intake.domain.wordlist import WordList, compiled

SHIPPED = Path(__file__).parent.parent / "data" / "urgent_words.toml"


def read_words(path: Path | None = None) -> WordList:
    """The compiled list. Raises OSError, tomllib.TOMLDecodeError or WordsInvalid, which end a start of the service."""
    return _compiled(path) if path else _shipped()


@cache
def _shipped() -> WordList:
    return _compiled(SHIPPED)


def _compiled(path: Path) -> WordList:
    with path.open("rb") as file:
        return compiled(tomllib.load(file))
