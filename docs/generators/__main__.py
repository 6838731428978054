"""`python -m docs.generators`: write everything under docs/api anew."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from docs.generators import asyncapi, messages, openapi
from lotse_contracts.catalogue import SERVICES

FOLDER = Path(__file__).parents[1] / "api"


def generated() -> Iterator[tuple[str, str]]:
    """Name and text of every file under docs/api."""
    yield "messages.md", messages.text()
    for service in SERVICES:
        yield f"asyncapi-{service}.json", asyncapi.text(service)
    with tempfile.TemporaryDirectory() as folder:
        for service in openapi.built_services():
            yield f"openapi-{service}.json", openapi.text(service, Path(folder))


def main() -> None:
    """Write what is generated, and nothing else."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in generated():
        (FOLDER / name).write_text(text)


if __name__ == "__main__":
    main()
