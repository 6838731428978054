"""Imported books with names that nobody would choose: hledger and Beancount compute what we say stands there."""

import asyncio
import csv
import io
import json
import random
import subprocess
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core import data, realization

from lotse_ledger.domain.twins import hledger
from lotse_ledger.settings import LedgerSettings
from tests import kit
from tests.ledger import audited
from tests.ledger.treasury import Treasury, treasury

ACCOUNTS = (
    "assets:bank",
    "assets:Bank",
    "liab:x",
    "income:a b",
    "Kasse: Büro",
    "a::b",
    "; x",
    "(v)",
    "expense:1%",
    "x-2d-",
)
CURRENCIES = ("EUR", "Stunden", "USD 2", "€", "TRUE", '"', "A.B")
Balances = dict[tuple[str, str], Decimal]


@pytest.fixture
def ledger(database: Callable[[str], kit.ServiceDatabase], tmp_path: Path) -> Treasury:
    return treasury(database("ledger"), tmp_path)


def history(seed: int, lines: int = 120) -> str:
    """Entries of two to five postings, up to 18 decimals, days out of order."""
    chosen = random.Random(seed)  # noqa: S311 - a seed that is printed makes the same history
    written = []
    for number in range(lines):
        currency = chosen.choice(CURRENCIES)
        amounts = [
            Decimal(chosen.randrange(-(10**9), 10**9)).scaleb(-chosen.choice((0, 2, 9)))
            for _ in range(chosen.randint(1, 4))
        ]
        amounts.append(-sum(amounts, Decimal(0)))
        postings = [
            {"account": chosen.choice(ACCOUNTS), "amount": f"{amount:f}", "currency": currency} for amount in amounts
        ]
        day = f"20{chosen.randint(10, 29)}-0{chosen.randint(1, 9)}-{chosen.randint(10, 28)}"
        written.append(json.dumps({"date": day, "text": f'Zeile {number}; "x" \\', "postings": postings}))
    return "\n".join(written) + "\n"


def ours(ledger: Treasury, name: str, *dates: str) -> Balances:
    found = json.loads(ledger.run("balances", "--ledger", name, *dates, "--json").out)
    return {
        (account, currency): Decimal(amount)
        for account, amounts in found.items()
        for currency, amount in amounts.items()
        if Decimal(amount)
    }


def of_hledger(ledger: Treasury, name: str, known: Balances, *dates: str) -> Balances:
    file = ledger.folder / f"{name}.hledger"
    named = ("--ledger", name) if name else ()
    done = ledger.run("export", *named, "--format", "hledger", "--out", str(file), *dates)
    assert done.code == 0, done.err
    symbols = {(hledger.account(one), hledger.commodity(two).strip('"')): (one, two) for one, two in known}

    def run(*words: str) -> str:
        environment = {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}
        command = ["hledger", "-f", str(file), *words]
        ran = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False, env=environment)
        assert (ran.returncode, ran.stderr) == (0, "")
        return ran.stdout

    assert run("check", "--strict", "accounts", "commodities") == ""
    rows = csv.DictReader(io.StringIO(run("balance", "--flat", "--no-total", "--layout=bare", "-O", "csv")))
    return {
        symbols[row["account"], row["commodity"]]: Decimal(row["balance"]) for row in rows if Decimal(row["balance"])
    }


def of_beancount(ledger: Treasury, name: str, *dates: str) -> Balances:
    file = ledger.folder / f"{name}.beancount"
    named = ("--ledger", name) if name else ()
    done = ledger.run("export", *named, "--format", "beancount", "--out", str(file), *dates)
    assert done.code == 0, done.err
    entries, errors, _ = loader.load_file(str(file))
    assert errors == []
    accounts = {one.account: one.meta["name"] for one in entries if isinstance(one, data.Open)}
    currencies = {one.currency: one.meta["name"] for one in entries if isinstance(one, data.Commodity)}
    return {
        (accounts[account.account], currencies[position.units.currency]): position.units.number
        for account in realization.iter_children(realization.realize(entries))  # type: ignore[no-untyped-call]
        for position in account.balance
        if position.units.number
    }


@pytest.mark.parametrize("valid_to", ["2025-12-31", "2026-03-31", "2099-12-31"])
async def test_three_engines_compute_the_balances_of_the_demonstration(
    database: Callable[[str], kit.ServiceDatabase], tmp_path: Path, valid_to: str
) -> None:
    found = database("ledger")
    audited.keys_in(tmp_path)
    await audited.fill(found, tmp_path)
    ledger = Treasury(found, tmp_path, LedgerSettings.from_env(audited.settings_for(found, tmp_path)))

    def compared() -> None:
        rows = ledger.rows(
            "SELECT account, currency, sum(amount) AS amount FROM posting WHERE valid_on <= :day GROUP BY 1, 2",
            day=date.fromisoformat(valid_to),
        )
        expected = {(row.account, row.currency): Decimal(row.amount).scaleb(-2) for row in rows if row.amount}
        assert len(expected) > 5
        assert of_hledger(ledger, "", expected, "--valid-to", valid_to) == expected
        assert of_beancount(ledger, "", "--valid-to", valid_to) == expected

    await asyncio.to_thread(compared)


@pytest.mark.parametrize("seed", range(3))
def test_three_engines_compute_the_same_balances(ledger: Treasury, seed: int) -> None:
    file = ledger.folder / "lines.jsonl"
    file.write_text(history(seed), encoding="utf-8")
    assert ledger.run("import", str(file), "--ledger", f"odd-{seed}").code == 0
    for dates in ((), ("--valid-to", "2020-06-30")):
        dated = dates or ("--valid-to", "2099-12-31")
        expected = ours(ledger, f"odd-{seed}", *dated)
        assert len(expected) > 20
        assert of_hledger(ledger, f"odd-{seed}", expected, *dated) == expected
        assert of_beancount(ledger, f"odd-{seed}", *dated) == expected


def test_a_log_of_which_nobody_knows_or_the_associations_own_by_name_is_not_exported(ledger: Treasury) -> None:
    for name in ("nobody", kit.ASSOCIATION):
        done = ledger.run("export", "--ledger", name, "--format", "hledger")
        assert (done.code, done.out) == (1, "")


def test_a_sum_that_beancount_would_round_is_refused_for_it_and_written_for_hledger(ledger: Treasury) -> None:
    file = ledger.folder / "lines.jsonl"
    amount = "1" * 19 + "." + "1" * 18
    postings = [
        {"account": "a", "amount": amount, "currency": "X"},
        {"account": "b", "amount": f"-{amount}", "currency": "X"},
    ]
    file.write_text(json.dumps({"date": "2026-01-02", "text": "", "postings": postings}) + "\n", encoding="utf-8")
    assert ledger.run("import", str(file), "--ledger", "long").code == 0
    done = ledger.run("export", "--ledger", "long", "--format", "beancount")
    assert (done.code, "[journal_too_precise]" in done.err) == (1, True)
    expected = ours(ledger, "long")
    assert (
        of_hledger(ledger, "long", expected)
        == expected
        == {("a", "X"): Decimal(amount), ("b", "X"): Decimal(f"-{amount}")}
    )
