"""A voucher list as text, and how it is read."""

from datetime import date

from lotse_ledger.domain.voucher_list.columns import places
from lotse_ledger.domain.voucher_list.rows import Fault, Voucher, read_rows
from lotse_ledger.providers.sheets import rows_of

TODAY = date(2026, 11, 25)
HEADINGS = "Kostenposition;Beleg-Nr.;Zahlungsdatum;Empfänger/Einzahler;Grund der Zahlung;gezahlter Betrag"
ROW = "material;B-17;03.02.2026;Druckerei Süd GmbH;Druck der Wegweiser;1.234,56"
PAYROLL = "Kostenposition;Beleg-Nr.;Art;Personal-Kürzel;Monat;Zahlungsdatum;Empfänger;Grund der Zahlung;Betrag"


def read(text: str | bytes, lines: list[str] | None = None) -> tuple[list[Voucher], list[Fault]]:
    content = text.encode() if isinstance(text, str) else text
    headings, rows = rows_of(content)
    return read_rows(rows, places(headings.cells), lines=lines, today=TODAY)
