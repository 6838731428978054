"""Any order of a treasurer can be typed: the same file twice is one order, and what is wrong is named by its field."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import kit
from tests.ledger import given
from tests.ledger.treasury import Done, Treasury, treasury

GRANT = str(given.GRANT)
MONEY = {"amount": 1_000_00, "budget_year": 2026, "credited_on": "2026-01-20", "standing": "demo"}


@pytest.fixture
def ledger(database: Callable[[str], kit.ServiceDatabase], tmp_path: Path) -> Treasury:
    return treasury(database("ledger"), tmp_path)


def enter(ledger: Treasury, name: str, body: Any, *more: str) -> Done:
    file = ledger.folder / "order.json"
    file.write_text(body if isinstance(body, str) else json.dumps(body), encoding="utf-8")
    return ledger.run("enter", name, str(file), *more)


def size(ledger: Treasury) -> int:
    return int(ledger.rows("SELECT count(*) FROM entry")[0][0])


def test_an_order_from_a_file_is_entered_once(ledger: Treasury) -> None:
    before = size(ledger)
    assert enter(ledger, "record-disbursement", MONEY, "--grant", "5d3f").out == f"Eintrag {before}\n"
    assert enter(ledger, "record-disbursement", MONEY, "--grant", "5d3f").out.startswith("Schon gebucht")
    assert size(ledger) == before + 1
    assert enter(ledger, "record-disbursement", MONEY | {"amount": 5_00}, "--grant", GRANT).code == 0
    assert size(ledger) == before + 2


def test_a_preview_of_an_order_writes_nothing(ledger: Treasury) -> None:
    before = size(ledger)
    assert enter(ledger, "record-disbursement", MONEY, "--grant", "5d3f", "--preview").code == 0
    assert size(ledger) == before


def test_what_the_books_refuse_is_said_with_its_code(ledger: Treasury) -> None:
    done = enter(
        ledger,
        "request-drawdown",
        {"amount": 10**9, "budget_year": 2026, "requested_on": "2026-02-01"},
        "--grant",
        "5d3f",
    )
    assert (done.code, "[over_award]" in done.err) == (1, True)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"amount": 1.5}, "amount"),
        ({"amount": 100, "Olena": "Kovalenko"}, "unknown_field"),
        ("[1]", "kein JSON-Objekt"),
        ("{", "kein JSON-Objekt"),
        ("[" * 100_000, "kein JSON-Objekt"),
        ('"' + "x" * 70_000 + '"', "kein JSON-Objekt"),
    ],
)
def test_what_is_no_such_order_is_named_by_its_field_and_never_quoted(ledger: Treasury, body: Any, words: str) -> None:
    before = size(ledger)
    done = enter(ledger, "record-disbursement", body, "--grant", "5d3f")
    assert (done.code, words in done.err, "Kovalenko" in done.err, "Olena" in done.err) == (1, True, False, False)
    assert size(ledger) == before


def test_a_second_person_approves_under_another_name(ledger: Treasury) -> None:
    asked = {"period_id": "0b7c2b9e-6f0d-4a53-9f55-2f3b5d0f8e11", "until": "2025-12-31", "standing": "own"}
    assert enter(ledger, "close-period", asked, "--actor", "eins").code == 0
    approved = {"period_id": asked["period_id"]}
    alone = enter(ledger, "approve-period", approved, "--actor", "eins")
    assert (alone.code, "[second_person_needed]" in alone.err) == (1, True)
    assert enter(ledger, "approve-period", approved, "--actor", "zwei").code == 0
    assert ledger.rows("SELECT count(*) FROM entry WHERE kind = 'period_closed'")[0][0] == 1
