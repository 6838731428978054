"""The columns of a voucher list, as German forms name them, with the other names they are met under.

Source: the fields that Saxon forms ask for, merged: day, recipient, reason and single amount of each payment (ANBest-P
No. 6.5), order and invoice dates, gross, VAT, paid and eligible amounts.
"""

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """`name` is ours, `heading` the one that we write; `needed`: a file without it is refused."""

    name: str
    heading: str
    aliases: tuple[str, ...] = ()
    needed: bool = False


COLUMNS = (
    Column("position", "lfd. Nr.", ("Nr.", "Nr", "laufende Nummer", "#")),
    Column("line", "Kostenposition", ("Position", "Kostenart", "KFP-Position", "Einzelansatz"), needed=True),
    Column("number", "Beleg-Nr.", ("Belegnummer", "Beleg", "Belegnr"), needed=True),
    Column("kind", "Art", ("Belegart", "Typ")),
    Column("ordered_on", "Auftragsdatum", ("Bestelldatum", "Datum des Auftrags")),
    Column("invoiced_on", "Rechnungsdatum", ("Datum der Rechnung", "Belegdatum")),
    Column("gross", "Rechnungsbetrag brutto", ("Rechnungsbetrag", "Bruttobetrag", "brutto")),
    Column("vat", "USt", ("Umsatzsteuer", "MwSt", "Mehrwertsteuer", "enthaltene USt")),
    Column("paid_on", "Zahlungsdatum", ("Datum der Zahlung", "bezahlt am", "Tag der Zahlung", "Valuta"), needed=True),
    Column("paid_from", "Zahlungsart/Konto", ("Zahlungsart", "Konto", "Zahlweg")),
    Column("payee", "Empfänger/Einzahler", ("Empfänger", "Zahlungsempfänger", "Lieferant", "Name"), needed=True),
    Column("reason", "Grund der Zahlung", ("Zweck", "Verwendungszweck", "Zahlungsgrund", "Text"), needed=True),
    Column("paid", "gezahlter Betrag", ("Betrag", "gezahlt", "Zahlbetrag", "Einzelbetrag"), needed=True),
    Column("share", "davon Projektanteil %", ("Projektanteil", "Projektanteil %", "Anteil %", "Anteil")),
    Column("eligible", "zuwendungsfähig", ("zuwendungsfähiger Betrag", "förderfähig")),
    Column("refused_reason", "Ablehnungsgrund", ("Grund der Ablehnung", "nicht zuwendungsfähig, weil")),
    Column("drawdown", "Mittelabruf-Nr. (FIFO)", ("Mittelabruf", "Mittelabruf-Nr.")),
    Column("document_sha256", "Beleg-SHA-256", ("SHA-256", "Prüfsumme")),
    Column("log_index", "Log-Index", ("Index",)),
    Column("document", "Beleg-Datei", ("Datei", "Dateiname", "Belegdatei", "Scan")),
    Column("payment", "Zahlungsnachweis-Datei", ("Zahlungsnachweis", "Kontoauszug")),
    Column("person_code", "Personal-Kürzel", ("Kürzel", "Personalcode")),
    Column("month", "Monat", ("Abrechnungsmonat", "Gehaltsmonat")),
)
BY_NAME = {one.name: one for one in COLUMNS}
COMPUTED = frozenset({"position", "drawdown", "log_index"})
"""What the ledger works out itself; a list that was exported may be given back, and these are not read."""
TEMPLATE = tuple(one for one in COLUMNS if one.name not in COMPUTED)


class HeadingsRefused(ValueError):
    """Headings that are unknown, doubled or missing, by their place in the row (from 1) or by name."""

    def __init__(self, *, unknown: tuple[int, ...] = (), doubled: tuple[str, ...] = (), missing: tuple[str, ...] = ()):
        super().__init__("headings")
        self.unknown, self.doubled, self.missing = unknown, doubled, missing


def named(heading: str) -> str | None:
    """Our name of the column that a heading means; None if it is none."""
    return _KNOWN.get(_folded(heading))


def places(headings: tuple[str, ...]) -> dict[str, int]:
    """Where each column stands, from 0. Raises HeadingsRefused. A column without a heading is not looked at."""
    found: dict[str, int] = {}
    unknown: list[int] = []
    doubled: list[str] = []
    for place, heading in enumerate(headings):
        name = named(heading)
        if name is None:
            unknown += [place + 1] if heading.strip() else []
        elif name in found:
            doubled.append(BY_NAME[name].heading)
        else:
            found[name] = place
    missing = tuple(one.heading for one in COLUMNS if one.needed and one.name not in found)
    if unknown or doubled or missing:
        raise HeadingsRefused(unknown=tuple(unknown), doubled=tuple(doubled), missing=missing)
    return found


def _folded(heading: str) -> str:
    """Letters and digits alone: a spreadsheet breaks, hyphenates and dots its headings as it likes."""
    return re.sub(r"[^0-9a-zäöü#]", "", unicodedata.normalize("NFC", heading).casefold())


_KNOWN = {_folded(name): one.name for one in COLUMNS for name in (one.heading, *one.aliases)}
