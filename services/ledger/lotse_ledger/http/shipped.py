"""Data that comes with the service."""

from functools import cache
from importlib import resources

BASE_RATES_FILE = "base_rates.json"


@cache
def base_rates() -> bytes:
    """The table of base rates as it was shipped; a half-year that it does not know is unknown."""
    return resources.files("lotse_ledger").joinpath("data", BASE_RATES_FILE).read_bytes()
