"""Every service as its composition root declares it, connected to nothing."""

import tempfile
from functools import cache
from pathlib import Path

from docs.generators import openapi
from lotse_chassis.service import Service

DECLARED = openapi.built_services()


@cache
def declared(service: str) -> Service:
    """The service from `app.build`, for a test to look at; it is never run."""
    with tempfile.TemporaryDirectory() as folder:
        return openapi.built(service, Path(folder))
