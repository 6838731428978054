"""One Node process for all tests of a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.verifier.asking import Both
from tests.verifier.browser_core import BrowserCore


@pytest.fixture(scope="module")
def core() -> Iterator[BrowserCore]:
    """The page's core."""
    with BrowserCore() as running:
        yield running


@pytest.fixture
def both(core: BrowserCore, tmp_path: Path) -> Both:
    """Both verifiers."""
    return Both(tmp_path, core)
