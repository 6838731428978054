"""The verifier's page as it comes with the service, for bundles and for whoever asks for it."""

from functools import cache
from importlib import resources

PAGE_FILE = "verify.html"


@cache
def verifier_page() -> bytes:
    """The same bytes as the verifier's own."""
    return resources.files("lotse_ledger").joinpath("data", PAGE_FILE).read_bytes()
