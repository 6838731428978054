"""A file of lines enters a log of its own: every good line once, every bad one named, balances exact to 18 decimals."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from lotse_ledger.cli.balances import print_balances
from lotse_ledger.cli.exits import EXIT_BAD_LINES, EXIT_DATES, EXIT_FILE, EXIT_LEDGER
from lotse_ledger.cli.importing import import_file
from lotse_ledger.domain.amounts import NotAnAmount, TooManyDigits, WrongScale, decimal_text, minor_units
from lotse_ledger.domain.imports import LINE_BYTES_MAX, BadLine, Line, draft_of
from lotse_ledger.settings import LedgerSettings
from tests.kit import ASSOCIATION, ServiceDatabase

Database = Callable[[str], ServiceDatabase]
LEDGER = "probe"


def line(*amounts: str, day: str = "2026-01-02", text: str = "Probe", **changed: Any) -> dict[str, Any]:
    """Of two postings, if one amount is given."""
    pair = (
        amounts
        if len(amounts) > 1
        else (amounts[0], amounts[0].removeprefix("-") if amounts[0][0] == "-" else f"-{amounts[0]}")
    )
    accounts = ("assets:bank", "expense:material")
    postings = [
        {"account": one, "amount": amount, "currency": "EUR"} for one, amount in zip(accounts, pair, strict=True)
    ]
    return {"date": day, "text": text, "postings": postings} | changed


class Rig:
    """The command on one database, with files in one folder."""

    def __init__(self, ledger: ServiceDatabase, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.ledger, self.folder, self.capsys = ledger, folder, capsys
        self.settings = LedgerSettings.from_env({"LOTSE_ASSOCIATION": ASSOCIATION, "LOTSE_DATABASE_URL": ledger.url})
        self.out = self.err = ""

    def file(self, lines: Iterable[dict[str, Any] | bytes]) -> Path:
        path = self.folder / "lines.jsonl"
        path.write_bytes(
            b"".join((one if isinstance(one, bytes) else json.dumps(one).encode()) + b"\n" for one in lines)
        )
        return path

    def imports(self, *lines: dict[str, Any] | bytes, ledger: str = LEDGER, atomic: bool = False) -> int:
        given = argparse.Namespace(file=self.file(lines), ledger=ledger, atomic=atomic)
        return self._run(import_file(self.settings, given))

    def balances(self, ledger: str = LEDGER, valid_to: str | None = None, recorded_to: str | None = None) -> Any:
        given = argparse.Namespace(ledger=ledger, valid_to=valid_to, recorded_to=recorded_to, json=True)
        code = self._run(print_balances(self.settings, given))
        return code or json.loads(self.out)

    def refused_lines(self) -> list[int]:
        return [int(one.split(":")[1]) for one in self.err.splitlines() if ".jsonl:" in one]

    def size(self) -> int:
        with psycopg.connect(self.ledger.url) as connection:
            row = connection.execute("SELECT count(*) FROM entry WHERE log_id > 0").fetchone()
        assert row is not None
        return int(row[0])

    def _run(self, code: int) -> int:
        self.out, self.err = self.capsys.readouterr()
        return code


@pytest.fixture
def rig(database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Rig:
    return Rig(database("ledger"), tmp_path, capsys)


def test_lines_enter_a_log_of_their_own_and_the_balances_are_exact(rig: Rig) -> None:
    tiny = "0.000000000000000001"
    assert rig.imports(line("12.34"), line(tiny), line("-2.5", day="2026-03-01")) == 0
    assert "3 written, 0 known before, 0 refused" in rig.out
    assert rig.balances() == {
        "assets:bank": {"EUR": "9.840000000000000001"},
        "expense:material": {"EUR": "-9.840000000000000001"},
    }
    assert rig.balances(valid_to="2026-02-28")["assets:bank"] == {"EUR": "12.340000000000000001"}


def test_any_names_and_commodities_are_taken_and_an_account_that_evens_out_says_nought(rig: Rig) -> None:
    accounts = ["Aktiva:Bank für Wünsche & Träume", "ß" * 200, "приватно: рахунок"]
    postings = [
        {"account": accounts[0], "amount": "1", "currency": "Zeit in Stunden"},
        {"account": accounts[1], "amount": "-1", "currency": "Zeit in Stunden"},
        {"account": accounts[0], "amount": "99999999999999999999", "currency": "₿"},
        {"account": accounts[2], "amount": "-99999999999999999999", "currency": "₿"},
    ]
    back = [
        {**one, "amount": one["amount"].lstrip("-") if one["amount"][0] == "-" else f"-{one['amount']}"}
        for one in postings[:2]
    ]
    assert rig.imports(line("1", postings=postings), line("1", postings=back), line("1", postings=postings[2:])) == 0
    assert rig.balances() == {
        accounts[0]: {"Zeit in Stunden": "0", "₿": "199999999999999999998"},
        accounts[1]: {"Zeit in Stunden": "0"},
        accounts[2]: {"₿": "-199999999999999999998"},
    }


def test_the_same_file_again_changes_nothing_and_says_so(rig: Rig) -> None:
    lines = [line("1.5", text=str(number)) for number in range(5)]
    assert rig.imports(*lines) == 0
    before = rig.balances()
    assert rig.imports(*lines) == 0
    assert "0 written, 5 known before" in rig.out
    assert rig.size() == 5
    assert rig.balances() == before
    assert rig.imports(*lines, line("1")) == 0  # another file: its lines are other lines
    assert rig.size() == 11


GOOD = line("1")
BAD: dict[str, bytes | dict[str, Any]] = {
    "no JSON": b"{",
    "no object": b"[]",
    "float": json.dumps(GOOD).replace('"1"', "1.0").encode(),
    "float with an exponent": json.dumps(GOOD).replace('"1"', "1e2").encode(),
    "integer": json.dumps(GOOD).replace('"1"', "1").encode(),
    "not a number": json.dumps(GOOD).replace('"1"', "NaN").encode(),
    "exponent": line("1e2", "-100"),
    "comma": line("1,0", "-1"),
    "empty amount": line("", ""),
    "Arabic digits": line("١", "-1"),
    "spaces": line(" 1", "-1"),
    "unbalanced": line("1", "-1.000000000000000001"),
    "nineteen decimals": line("0.0000000000000000001"),
    "too many digits": line("123456789012345678901"),
    "unknown field": {**GOOD, "note": "x"},
    "missing field": {"date": "2026-01-02", "postings": GOOD["postings"]},
    "unknown field of a posting": {**GOOD, "postings": [{**one, "line": "x"} for one in GOOD["postings"]]},
    "no posting": {**GOOD, "postings": []},
    "postings no list": {**GOOD, "postings": {}},
    "text no text": {**GOOD, "text": 1},
    "no such day": line("1", day="2026-02-30"),
    "a day with a time": line("1", day="2026-01-02T00:00:00"),
    "a week": line("1", day="2026-W01-1"),
    "a day without hyphens": line("1", day="20260102"),
    "long account": {**GOOD, "postings": [{**one, "account": "x" * 201} for one in GOOD["postings"]]},
    "control character": {**GOOD, "postings": [{**one, "account": "a\u0085b"} for one in GOOD["postings"]]},
    "empty commodity": {**GOOD, "postings": [{**one, "currency": ""} for one in GOOD["postings"]]},
    "field twice": json.dumps(GOOD).replace('"text"', '"date": "2026-01-03", "text"').encode(),
    "field twice in a posting": json.dumps(GOOD).replace('"amount": "1"', '"amount": "9", "amount": "1"').encode(),
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "deep object": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "long line": json.dumps(line("1", text="x" * LINE_BYTES_MAX)).encode(),
    "large entry": json.dumps(line("1", text="x" * 66_000)).encode(),
    "Latin-1": json.dumps(line("1", text="Ä"), ensure_ascii=False).encode("latin-1"),
    "UTF-16": json.dumps(GOOD).encode("utf-16-le"),
    "NUL byte": json.dumps(GOOD).replace("Probe", "Pr\0be").encode(),
    "NUL character": line("1", text="a\0b"),
    "half a character": json.dumps(GOOD).replace("Probe", "\\ud800").encode(),
    "huge integer": json.dumps(GOOD).replace('"1"', "1" * 5_000).encode(),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_line_is_named_with_its_number_and_stops_nothing_else(rig: Rig, what: str) -> None:
    assert rig.imports(GOOD, BAD[what], b"", GOOD) == EXIT_BAD_LINES
    assert rig.refused_lines() == [2]
    assert "2 written, 0 known before, 1 refused" in rig.out
    assert rig.balances()["assets:bank"] == {"EUR": "2"}


def test_nothing_is_written_with_a_bad_line_where_all_or_nothing_was_asked(rig: Rig) -> None:
    assert rig.imports(GOOD, BAD["unbalanced"], GOOD, BAD["deep"], atomic=True) == EXIT_BAD_LINES
    assert rig.refused_lines() == [2, 4]
    assert rig.size() == 0
    assert rig.balances() == EXIT_LEDGER  # not even an empty log
    assert rig.imports(GOOD, GOOD, atomic=True) == 0
    assert rig.size() == 2


def test_no_value_of_a_bad_line_is_repeated(rig: Rig) -> None:
    secret = "Erika Mustermann"
    bad = [line("1", "-2", text=secret), {**GOOD, secret: 1}, line(secret, secret)]
    assert rig.imports(*bad, json.dumps({**GOOD, "date": secret}).encode()) == EXIT_BAD_LINES
    assert rig.refused_lines() == [1, 2, 3, 4]
    assert "Erika" not in rig.out + rig.err


@pytest.mark.parametrize("name", ["grant-ledger", "GRANT-ledger", ASSOCIATION, "", "../x", "a b", "x" * 65, "-x"])
def test_the_witnessed_log_and_what_is_no_name_is_refused(rig: Rig, name: str) -> None:
    assert rig.imports(GOOD, ledger=name) == EXIT_LEDGER
    assert rig.balances(name) == EXIT_LEDGER
    assert rig.size() == 0


def test_a_file_that_is_not_there_is_said_in_a_sentence(rig: Rig) -> None:
    given = argparse.Namespace(file=rig.folder / "nowhere.jsonl", ledger=LEDGER, atomic=False)
    assert import_file(rig.settings, given) == EXIT_FILE
    for no_file in (rig.folder, Path("/dev/zero")):
        given.file = no_file
        assert import_file(rig.settings, given) == EXIT_FILE
    assert "not a file" in rig.capsys.readouterr().err


def test_as_known_earlier_the_balances_are_what_they_were_and_beyond_the_last_entry_none(rig: Rig) -> None:
    rig.imports(line("1"))
    first = rig.out.split("recorded at ")[1].strip()
    before = rig.balances()
    rig.imports(line("5", day="2025-01-01"))
    last = rig.out.split("recorded at ")[1].strip()
    assert rig.balances(recorded_to=first) == before
    assert rig.balances(recorded_to=last) == rig.balances() != before
    assert rig.balances(recorded_to=first, valid_to="2025-12-31") == {}
    for beyond in ("2999-01-01", "2999-01-01T00:00:00Z", "tomorrow", "2026-01-01T00:00:00"):
        assert rig.balances(recorded_to=beyond) == EXIT_DATES


def test_logs_do_not_mix(rig: Rig) -> None:
    rig.imports(line("1"), ledger="one")
    rig.imports(line("1"), line("2"), ledger="two")
    assert rig.balances("one")["assets:bank"] == {"EUR": "1"}
    assert rig.balances("two")["assets:bank"] == {"EUR": "3"}


def test_the_command_line_takes_a_file_and_prints_json(database: Database, tmp_path: Path) -> None:
    ledger, file = database("ledger"), tmp_path / "a.jsonl"
    file.write_bytes(json.dumps(line("12.30")).encode())
    environment = {"PATH": os.environ["PATH"], "LOTSE_DATABASE_URL": ledger.url, "LOTSE_ASSOCIATION": ASSOCIATION}

    def lotse_ledger(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "lotse_ledger", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert lotse_ledger("import", str(file), "--ledger", LEDGER).returncode == 0
    said = lotse_ledger("balances", "--ledger", LEDGER, "--json")
    assert json.loads(said.stdout) == {"assets:bank": {"EUR": "12.3"}, "expense:material": {"EUR": "-12.3"}}
    assert lotse_ledger("import", str(file)).returncode == 2
    assert lotse_ledger("balances", "--ledger", "nobody", "--json").returncode == EXIT_LEDGER


@hypothesis_given(st.integers(-(10**38) + 1, 10**38 - 1), st.integers(0, 18))
def test_an_amount_and_its_text_are_one(amount: int, scale: int) -> None:
    text = decimal_text(amount, scale)
    assert minor_units(text, scale) == amount
    assert Fraction(text) * 10**scale == amount
    assert "e" not in text.lower()
    assert text == "0" or not text.strip("-").startswith("00")


@hypothesis_given(st.text(max_size=30), st.integers(0, 18))
def test_whatever_is_no_plain_decimal_is_refused(text: str, scale: int) -> None:
    try:
        found = minor_units(text, scale)
    except (NotAnAmount, WrongScale, TooManyDigits):
        return
    assert Fraction(text) * 10**scale == found


@hypothesis_given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.integers() | st.floats() | st.text(),
        lambda leaf: st.lists(leaf) | st.dictionaries(st.text(), leaf),
    ).map(lambda value: json.dumps(value).encode())
)
def test_no_line_breaks_the_reader(raw: bytes) -> None:
    with pytest.raises(BadLine):
        draft_of(Line(1, raw), file_sha256="ab" * 32)
