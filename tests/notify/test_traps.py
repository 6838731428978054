"""Each of the thirty traps has its tests, and the guide names them."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
GUIDE = TESTS.parent / "docs" / "guides" / "traps.md"
ROW = re.compile(r"^\| (\d+) \| .+ \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`([^`]+\.py)::(test_\w+)`")
ROWS = {int(number): NAMED.findall(tests) for number, tests in ROW.findall(GUIDE.read_text("utf-8"))}


def test_there_are_thirty() -> None:
    assert list(ROWS) == list(range(1, 31))


@pytest.mark.parametrize("trap", ROWS)
def test_whatever_tries_a_trap_is_there_and_one_of_its_tests_says_so(trap: int) -> None:
    """In its name, its docstring or that of its module."""
    says = re.compile(rf"traps?[ _](\d+ and )?{trap}(?!\d)", re.IGNORECASE)
    said = False
    for file, name in ROWS[trap]:
        text = (TESTS / file).read_text("utf-8")
        assert re.search(rf"def {name}\(", text), f"{file}::{name}"
        said = said or says.search(text) is not None
    assert said
