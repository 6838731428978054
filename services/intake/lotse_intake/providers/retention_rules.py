"""The retention rules that come along, or those of the association's own file; checked when they are read."""

import json
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from lotse_intake.domain.retention import Policy, read_policy


def read_rules(path: Path | None) -> Policy:
    """From a file, or the list that comes along. Raises RetentionInvalid, OSError, or ValueError if it is no JSON."""
    return read_policy(json.loads(path.read_text())) if path is not None else shipped()


@lru_cache(maxsize=1)
def shipped() -> Policy:
    """The rules that come along."""
    return read_policy(json.loads((files("lotse_intake") / "data" / "retention.json").read_text()))
