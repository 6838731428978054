"""Two programs that are not ours read the journals without a warning and compute the same balances."""

import csv
import io
import subprocess
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core import data, realization
from hypothesis import HealthCheck, given, settings, strategies

from lotse_ledger.domain.entries import Posting
from lotse_ledger.domain.twins import beancount, hledger
from lotse_ledger.domain.twins.beancount import TooManyDigits
from lotse_ledger.domain.twins.transactions import Journal, Transaction, decimal_text

Balances = dict[tuple[str, str], Decimal]
ODD_NAMES = (
    *(
        "assets",
        "Assets",
        "assets:bank",
        "assets:Bank",
        "assets:ban_k",
        "assets:ban--k",
        "assets:ban-k",
        "assets:x-bank",
        "a::b",
        ":",
    ),
    *("a:", ":a", "a b", "a  b", " a", "a ", "a; b", "(a)", "[a]", "* a", "! a", "a%b", "a%25b", '"a"', "a\u00a0b"),
    *("Кошти:Каса", "Bücher:Ä", "assets:1", "liab:grant_unused:5d3f2c3e-7a0b-4b52-9a61-2f0c6f0d2026", "equity:a"),
    *(
        "expense:",
        "income",
        "income:-",
        "a-",
        "a-_b",
        "x-2d-",
        "~a",
        "=a",
        "@",
        "#",
        "a%3B b",
        "a|b",
        "\u200b",
        "𝔸",
        "²",
        "1",
    ),
)
ODD_CURRENCIES = (
    *("EUR", "eur", "E", "TRUE", "NULL", "Stunden", "h/Woche", "USD 2", " A", "A ", '"', ";", "€", "₴", "A" * 40),
    *("X.AB", "%22", "A1", "1", "A-B", "A_B", "A.B", "%", "Гривня", "A\u00a0B", "{", "@", "EUR2"),
)


def ours(journal: Journal) -> dict[tuple[str, str], Decimal]:
    sums: defaultdict[tuple[str, str], int] = defaultdict(int)
    for one in journal.transactions:
        for posting in one.postings:
            sums[posting.account, posting.currency] += posting.amount
    return {key: Decimal(decimal_text(amount, journal.scales[key[1]])) for key, amount in sums.items() if amount}


def of_hledger(journal: Journal, folder: Path) -> Balances:
    file = folder / "journal.hledger"
    file.write_text("".join(hledger.hledger(journal)), encoding="utf-8")
    environment = {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}
    named = {(hledger.account(name), hledger.commodity(currency)): (name, currency) for name, currency in ours(journal)}

    def run(*arguments: str) -> str:
        done = subprocess.run(
            ["hledger", "-f", str(file), *arguments],
            capture_output=True,
            timeout=60,
            check=False,
            env=environment,
            encoding="utf-8",
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    assert run("check", "--strict", "accounts", "commodities") == ""
    shown = csv.DictReader(io.StringIO(run("balance", "--flat", "--no-total", "--layout=bare", "-O", "csv")))
    found: Balances = {}
    for row in shown:
        amount = Decimal(row["balance"])
        if amount:
            found[named[row["account"], quoted(row["commodity"])]] = amount
    return found


def quoted(symbol: str) -> str:
    return symbol if symbol.isascii() and symbol.isalpha() else f'"{symbol}"'


def of_beancount(journal: Journal, folder: Path) -> Balances:
    file = folder / "journal.beancount"
    file.write_text("".join(beancount.beancount(journal)), encoding="utf-8")
    entries, errors, _ = loader.load_file(str(file))
    assert errors == []
    original = {one.account: one.meta["name"] for one in entries if isinstance(one, data.Open)}
    currencies = {one.currency: one.meta["name"] for one in entries if isinstance(one, data.Commodity)}
    found: Balances = {}
    for account in realization.iter_children(realization.realize(entries)):  # type: ignore[no-untyped-call]
        for position in account.balance:
            units = position.units
            found[original[account.account], currencies[units.currency]] = units.number
    return {key: amount for key, amount in found.items() if amount}


def agree(journal: Journal, folder: Path) -> None:
    assert len({hledger.account(name) for name in journal.accounts}) == len(journal.accounts)
    assert len({beancount.account(name) for name in journal.accounts}) == len(journal.accounts)
    assert len({hledger.commodity(name) for name in journal.currencies}) == len(journal.currencies)
    assert len({beancount.commodity(name) for name in journal.currencies}) == len(journal.currencies)
    expected = ours(journal)
    assert of_hledger(journal, folder) == expected
    assert of_beancount(journal, folder) == expected


def moved(debit: str, credit: str, amount: int, currency: str = "EUR") -> tuple[Posting, ...]:
    return Posting(debit, amount, currency), Posting(credit, -amount, currency)


def test_every_odd_account_is_read_and_stays_itself(tmp_path: Path) -> None:
    rows = [
        Transaction(place, date(2026, 1, 2), f"entry {place}", moved(name, ODD_NAMES[place - 1], 100 + place))
        for place, name in enumerate(ODD_NAMES)
    ]
    agree(Journal("Odd accounts", rows, {"EUR": 2}), tmp_path)


def test_every_odd_currency_is_read_and_stays_itself(tmp_path: Path) -> None:
    rows = [
        Transaction(place, date(2026, 1, 2), "entry", moved("assets:bank", "equity", 10**18 + place, currency))
        for place, currency in enumerate(ODD_CURRENCIES)
    ]
    agree(Journal("Odd currencies", rows, dict.fromkeys(ODD_CURRENCIES, 18)), tmp_path)


@pytest.mark.parametrize(
    "text",
    ["; a comment", 'He said "no" \\', "a | b", "=" * 300, "a\nb\n2026-01-01 * x", "* !", "(1)", "", "\u202eabc", "{{"],
)
def test_no_text_breaks_out_of_its_line(text: str, tmp_path: Path) -> None:
    rows = [Transaction(0, date(2026, 1, 2), text, moved("assets:bank", "income:own", 1))]
    journal = Journal(text, rows, {"EUR": 2}, remarks=(text, text))
    agree(journal, tmp_path)
    assert "".join(hledger.hledger(journal)).count("\n2026-01-02 (0) ") == 1


def test_an_entry_with_many_postings_and_currencies_and_days_out_of_order(tmp_path: Path) -> None:
    rows = [
        Transaction(0, date(2026, 3, 1), "later", (*moved("a", "b", 5), *moved("a", "b", 7), *moved("a", "b", 1, "h"))),
        Transaction(1, date(2025, 1, 1), "earlier", (*moved("b", "a", 5), Posting("c", 0, "EUR"))),
        Transaction(2, date(2025, 1, 1), "huge", moved("a", "c", 10**20, "EUR")),
    ]
    agree(Journal("Many", rows, {"EUR": 2, "h": 0}), tmp_path)


def test_an_empty_journal_is_a_journal(tmp_path: Path) -> None:
    agree(Journal("Nothing", [], {}), tmp_path)


def test_a_sum_that_beancount_would_round_is_not_written_for_it(tmp_path: Path) -> None:
    rows = [Transaction(0, date(2026, 1, 2), "", moved("a", "b", 10**30 + 1, "X"))]
    journal = Journal("Long", rows, {"X": 18})
    with pytest.raises(TooManyDigits):
        "".join(beancount.beancount(journal))
    assert of_hledger(journal, tmp_path) == ours(journal)


names = strategies.text(
    strategies.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")) | strategies.sampled_from(":: --__xX%;"),
    min_size=1,
    max_size=12,
)
amounts = strategies.integers(-(10**20), 10**20)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=strategies.lists(
        strategies.tuples(
            strategies.dates(date(2000, 1, 1), date(2100, 12, 31)), names, names, amounts, names, strategies.text()
        ),
        max_size=25,
    )
)
def test_any_history_has_the_same_balances_in_all_three(
    rows: list[tuple[date, str, str, int, str, str]], tmp_path: Path
) -> None:
    transactions = [
        Transaction(index, day, text, moved(debit, credit, amount, currency))
        for index, (day, debit, credit, amount, currency, text) in enumerate(rows)
    ]
    scales = {currency: 2 if place % 2 else 18 for place, currency in enumerate({row[4] for row in rows})}
    agree(Journal("Any", transactions, scales), tmp_path)
