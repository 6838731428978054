"""The list of Dresden's districts that comes along."""

from functools import cache
from importlib.resources import files

from lotse_intake.domain.regions import Districts, parsed


@cache
def districts() -> Districts:
    """Read once; it does not change while we run."""
    return parsed(files("lotse_intake").joinpath("data/districts.json").read_text(encoding="utf-8"))
