"""A name that is no person's of Lotse goes as well: the entry and its proof stay, and the log says what went."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lotse_ledger.domain.auditors import NAME
from tests import kit
from tests.ledger.treasury import Treasury, treasury

HOLDER = "Frau Muster, Sozialamt"


@pytest.fixture
def ledger(database: Callable[[str], kit.ServiceDatabase], tmp_path: Path) -> Treasury:
    found = treasury(database("ledger"), tmp_path)
    assert found.run("auditor", "add", HOLDER).code == 0
    return found


def place(ledger: Treasury) -> str:
    (row,) = ledger.rows("SELECT log_index FROM entry WHERE kind = 'auditor_added'")
    return str(row.log_index)


def test_a_name_is_erased_and_everything_else_stays(ledger: Treasury) -> None:
    leaf = ledger.rows("SELECT body FROM entry WHERE kind = 'auditor_added'")
    assert HOLDER in ledger.run("auditor", "list").out
    assert ledger.run("erase-opening", place(ledger), NAME).code == 0
    assert HOLDER not in ledger.run("auditor", "list").out
    assert ledger.rows("SELECT body FROM entry WHERE kind = 'auditor_added'") == leaf
    (said,) = ledger.rows("SELECT body FROM entry WHERE kind = 'opening_erased'")
    assert f'"part":"{NAME}"' in said.body
    assert ledger.rows(f"SELECT FROM opening WHERE log_index = {place(ledger)} AND part = '{NAME}'") == []
    assert ledger.run("rebuild", "--compare").code == 0


@pytest.mark.parametrize(("index", "part"), [("0", "nothing"), ("99999", NAME)])
def test_what_is_not_there_cannot_be_erased_and_nothing_is_written(ledger: Treasury, index: str, part: str) -> None:
    before = ledger.rows("SELECT count(*) FROM entry")
    done = ledger.run("erase-opening", index, part)
    assert done.code == 1
    assert "nichts" in done.err
    assert ledger.rows("SELECT count(*) FROM entry") == before


def test_erasing_twice_says_so(ledger: Treasury) -> None:
    assert ledger.run("erase-opening", place(ledger), NAME).code == 0
    assert ledger.run("erase-opening", place(ledger), NAME, "--lang", "en").code == 1
