"""The maintained list of urgent words, read from the file that comes with the service or from the administrator's."""

import tomllib
from pathlib import Path

from lotse_intake.domain.triage import Words, compiled

SHIPPED = Path(__file__).parent.parent / "data" / "urgent_words.toml"


def read_words(path: Path | None = None) -> Words:
    """The compiled list. Raises OSError or tomllib.TOMLDecodeError, which end the start of the service."""
    with (path or SHIPPED).open("rb") as file:
        return compiled(tomllib.load(file))
