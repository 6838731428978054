"""The books of a grant as tables and as files for a spreadsheet, as of two dates."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given as for_all
from hypothesis import strategies

from lotse_contracts.ledger import RecordDisbursement, RecordRefund, RecordVoucher, ReverseEntry, Share, VoucherPrivate
from lotse_ledger.domain.lists.belegliste import TITLES
from lotse_ledger.domain.lists.spreadsheet import Amount, Percent, written
from lotse_ledger.handlers.listing import person_keys
from lotse_ledger.handlers.orders import take
from tests import kit
from tests.ledger import given
from tests.ledger.treasury import Treasury, cash, treasury

GRANT = str(given.GRANT)


def rows_of(raw: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))


def paid(**changed: Any) -> RecordVoucher:
    return given.voucher(**{"number": "B-1", "document_sha256": uuid4().hex * 2, **changed})


@pytest.fixture
def ledger(database: Callable[[str], kit.ServiceDatabase], tmp_path: Path) -> Treasury:
    """Money came in, vouchers were paid, one was refunded in part and one reversed."""
    found = treasury(database("ledger"), tmp_path)
    money = RecordDisbursement(
        grant_id=given.GRANT,
        disbursement_id=uuid4(),
        amount=1_000_00,
        budget_year=2026,
        credited_on="2026-01-20",
        standing="demo",
    )
    first = paid(voucher_id=uuid4(), gross=1_250_00, vat=199_58, paid_from="cash", invoiced_on="2026-01-20")
    half = Share(grant_id=given.GRANT, line="fees", basis_points=5_000)
    second = paid(number="B-2", line="fees", amount=300_01, eligible=200_00, refused_reason="Skonto", shares=(half,))
    third = paid(number="B-3", line="personnel", amount=77_00, paid_on="2026-03-31")
    back = RecordRefund(
        grant_id=given.GRANT,
        refund_id=uuid4(),
        voucher_id=first.voucher_id,
        amount=34_56,
        received_on="2026-02-20",
        reason="Gutschrift",
        standing="demo",
    )
    found.order(cash(2_000_00), money, first, second, third, back)
    wrong = found.rows("SELECT log_index FROM entry WHERE body LIKE '%B-3%'")[0][0]
    found.order(ReverseEntry(reversal_id=uuid4(), log_index=wrong, reason="doppelt"))
    return found


def test_the_voucher_list_names_each_payment_once_and_adds_up_to_the_books(ledger: Treasury) -> None:
    rows = rows_of(ledger.run("belegliste", GRANT, "--csv").raw)
    assert list(rows[0]) == list(TITLES)
    assert [(row["Kostenposition"], row["Beleg-Nr."], row["Gezahlter Betrag"]) for row in rows] == [
        ("fees", "B-2", "300,01"),
        ("material", "B-1", "1234,56"),
        ("material", "B-1", "-34,56"),
    ]
    assert [row["Zuwendungsfähig"] for row in rows] == ["100,00", "1234,56", "-34,56"]
    assert [row["Projektanteil %"] for row in rows] == ["50,00", "100,00", "100,00"]
    assert {row["Kennzeichen"] for row in rows} == {"DEMO"}
    assert rows[1]["Zahlungsart/Konto"] == "Kasse"
    assert (rows[1]["Rechnungsbetrag brutto"], rows[1]["USt"], rows[1]["Rechnungsdatum"]) == (
        "1250,00",
        "199,58",
        "20.01.2026",
    )
    balances = ledger.rows(
        "SELECT account, sum(amount) AS amount FROM posting WHERE account LIKE 'expense:%' GROUP BY 1"
    )
    ours = {row.account: int(row.amount) for row in balances if row.amount}
    listed: dict[str, int] = {}
    for row in rows:
        account = f"expense:{row['Zuwendung']}:{row['Kostenposition']}"
        listed[account] = listed.get(account, 0) + int(row["Zuwendungsfähig"].replace(",", ""))
    assert listed == {
        account: amount for account, amount in ours.items() if GRANT in account and "inelig" not in account
    }


def test_the_list_says_which_money_was_used(ledger: Treasury) -> None:
    rows = rows_of(ledger.run("belegliste", GRANT, "--csv").raw)
    (disbursed,) = ledger.rows("SELECT log_index FROM entry WHERE kind = 'disbursement'")
    assert rows[1]["Mittelabruf-Nr. (FIFO)"] == str(disbursed[0])


def test_the_list_of_a_past_instant_never_changes(ledger: Treasury) -> None:
    (instant,) = ledger.rows("SELECT recorded_at FROM entry WHERE body LIKE '%B-2%'")[0]
    asked = ("belegliste", GRANT, "--csv", "--recorded-to", instant.isoformat(), "--valid-to", "2026-12-31")
    before = ledger.run(*asked).raw
    ledger.order(paid(number="B-9", paid_on="2026-01-02"))
    assert ledger.run(*asked).raw == before
    assert len(rows_of(before)) == 2
    ledger.order(paid(number="B-10", paid_on="2026-11-01"))
    (later,) = ledger.rows("SELECT max(recorded_at) FROM entry")[0]
    ledger.order(paid(number="B-11", paid_on="2026-01-02"))
    cut = ledger.run("belegliste", GRANT, "--valid-to", "2026-02-10", "--recorded-to", later.isoformat()).out
    assert ("B-9" in cut, "B-10" in cut, "B-11" in cut) == (True, False, False)
    done = ledger.run("belegliste", GRANT, "--recorded-to", "2099-01-01")
    assert (done.code, "[beyond_last_entry]" in done.err) == (1, True)


def test_a_valid_day_cuts_the_list(ledger: Treasury) -> None:
    rows = rows_of(ledger.run("belegliste", GRANT, "--csv", "--valid-to", "2026-02-10").raw)
    assert [row["Gezahlter Betrag"] for row in rows] == ["300,01", "1234,56"]


def test_a_payee_is_shown_to_the_treasurer_and_gone_once_erased(ledger: Treasury) -> None:
    async def named(tx: Any) -> None:
        house = given.house(keys=person_keys(ledger.settings))
        await take(paid(number="B-7"), given.context(), tx, house=house, private=VoucherPrivate(payee="Druckerei Süd"))

    ledger.do(named)
    assert "Druckerei Süd" in ledger.run("belegliste", GRANT).out
    for key in (ledger.folder / "person-keys").glob("*.key"):
        key.unlink()
    done = ledger.run("belegliste", GRANT)
    assert (done.code, "Druckerei" in done.out, "B-7" in done.out) == (0, False, True)


def test_plan_against_actual_is_the_plan_and_the_balances(ledger: Treasury) -> None:
    rows = {row["Kostenposition"]: row for row in rows_of(ledger.run("soll-ist", GRANT, "--csv").raw)}
    assert {line: (row["Soll"], row["Ist"], row["Abweichung"], row["Abweichung %"]) for line, row in rows.items()} == {
        "fees": ("5000,00", "100,00", "-4900,00", "-98,00"),
        "material": ("15000,00", "1200,00", "-13800,00", "-92,00"),
        "personnel": ("40000,00", "0,00", "-40000,00", "-100,00"),
    }
    shown = ledger.run("soll-ist", GRANT).out
    assert all(word in shown for word in ("Sachkosten", "15000,00", "grün", "DEMO", "R3", "Stand: gültig bis"))


def test_deadlines_come_with_their_rule_and_a_weekend_is_a_remark(ledger: Treasury) -> None:
    rows = rows_of(ledger.run("deadlines", GRANT, "--csv").raw)
    final = next(row for row in rows if row["Regel"] == "R15")
    assert (final["Tag"], final["Kennzeichen"]) == ("30.06.2027", "DEMO")
    english = ledger.run("deadlines", GRANT, "--lang", "en").out
    assert "final proof" in english


def test_headroom_says_what_a_line_may_still_take_and_what_would_count(ledger: Treasury) -> None:
    rows = {row["Position"]: row for row in rows_of(ledger.run("headroom", GRANT, "--csv").raw)}
    assert (rows["fees"]["Rest im Plan"], rows["fees"]["Rest mit Überschreitung"]) == ("4900,00", "5900,00")
    done = ledger.run("headroom", GRANT, "--line", "fees", "--amount", "7.000,00", "--csv")
    (row,) = rows_of(done.raw)
    assert (row["im Plan"], row["als Überschreitung"], row["zählt"], row["Zustimmung nötig"]) == (
        "4900,00",
        "1000,00",
        "5900,00",
        "ja",
    )
    for words in (("--line", "fees"), ("--line", "fees", "--amount", "viel")):
        assert ledger.run("headroom", GRANT, *words).code == 1


def test_every_grant_is_listed_with_its_id(ledger: Treasury) -> None:
    out = ledger.run("grants").out
    assert GRANT in out
    assert "50000,00" in out
    assert "DEMO" in out


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_a_spreadsheet_begins_like_a_formula(start: str) -> None:
    raw = written(["a", "b"], [[f"{start}HYPERLINK(1)", Amount(-5)]]).decode("utf-8-sig")
    _, row = csv.reader(io.StringIO(raw, newline=""), delimiter=";", strict=True)
    assert row == [f"'{start}HYPERLINK(1)", "-0,05"]


cells = strategies.one_of(
    strategies.text(strategies.characters(codec="utf-8", exclude_characters="\x00"), max_size=20),
    strategies.builds(Amount, strategies.integers(-(10**12), 10**12)),
    strategies.builds(Percent, strategies.integers(-20_000, 20_000)),
    strategies.integers(0, 10**9),
    strategies.none(),
    strategies.dates(),
)


@for_all(strategies.lists(strategies.tuples(cells, cells), max_size=6))
def test_what_is_written_is_read_back_by_any_reader(rows: list[tuple[Any, Any]]) -> None:
    raw = written(["a", "b"], rows)
    assert raw.startswith(b"\xef\xbb\xbfa;b\r\n")
    found = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";", strict=True))
    assert len(found) == len(rows) + 1
    for row, cells_read in zip(rows, found[1:], strict=True):
        for cell, read in zip(row, cells_read, strict=True):
            if isinstance(cell, str):
                assert read in (cell, "'" + cell)
                assert not read.startswith(("=", "+", "-", "@", "\t", "\r"))
