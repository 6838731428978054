"""The maintained list of urgent words, read from the file that comes with the service or from the administrator's."""

import tomllib
from functools import lru_cache
from pathlib import Path

from lotse_intake.domain.wordlist import WordList, compiled

SHIPPED = Path(__file__).parent.parent / "data" / "urgent_words.toml"


@lru_cache(maxsize=4)
def read_words(path: Path | None = None) -> WordList:
    """The compiled list. Raises OSError, tomllib.TOMLDecodeError or WordsInvalid, which end the start of the service."""
    with (path or SHIPPED).open("rb") as file:
        return compiled(tomllib.load(file))
