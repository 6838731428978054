"""What is wrong with a file, said to the treasurer: where, and what would be allowed; in German or English."""

from collections.abc import Iterable

from lotse_ledger.domain.evidence_files import ALLOWED_NAMES, FILE_BYTES_MAX
from lotse_ledger.domain.voucher_list.rows import Fault
from lotse_ledger.problems import PROBLEM_TEXTS
from lotse_ledger.providers import sheets

LANGUAGES = ("de", "en")
MIB = 1024 * 1024
FAULTS_SHOWN_MAX = 200

_CELLS: dict[str, tuple[str, str]] = {
    "empty": ("darf nicht leer sein", "must not be empty"),
    "too_long": ("ist zu lang; erlaubt sind 200 Zeichen", "is too long; 200 characters are allowed"),
    "control_character": ("enthält unsichtbare Zeichen", "has invisible characters"),
    "formula": (
        "ist eine Formel oder beginnt wie eine; erlaubt sind nur Werte",
        "is a formula or begins like one; only values are allowed",
    ),
    "not_an_amount": ("ist kein Betrag; erlaubt ist zum Beispiel 1.234,56", "is no amount; 1.234,56 is one"),
    "negative_amount": (
        "ist negativ; Gutschriften und Erstattungen werden als Erstattung gebucht",
        "is negative; credit notes and refunds are booked as a refund",
    ),
    "not_a_day": ("ist kein Tag; erlaubt sind 03.02.2026 und 2026-02-03", "is no day; 03.02.2026 and 2026-02-03 are"),
    "in_future": ("liegt in der Zukunft; erlaubt ist, was bezahlt ist", "is in the future; what is paid is allowed"),
    "not_a_month": ("ist kein Monat; erlaubt sind 2026-03 und 03.2026", "is no month; 2026-03 and 03.2026 are"),
    "not_a_share": ("ist kein Anteil; erlaubt sind 0,01 bis 100", "is no share; 0,01 to 100 are allowed"),
    "not_a_code": (
        "ist kein Kürzel; erlaubt sind Buchstaben, Ziffern, - und _",
        "is no code; letters, digits, - and _ are allowed",
    ),
    "not_a_digest": ("ist keine SHA-256 (64 Zeichen 0-9 a-f)", "is no SHA-256 (64 characters 0-9 a-f)"),
    "not_a_file_name": (
        "ist kein Dateiname; erlaubt ist ein Name im Beleg-Ordner, ohne / und \\",
        "is no file name; a name in the folder of evidence is allowed, without / and \\",
    ),
    "not_a_person_code": (
        "ist kein Personal-Kürzel; erlaubt ist zum Beispiel P-07, nie ein Name",
        "is no code of a person; P-07 is one, a name never",
    ),
    "kind_unknown": ("ist unbekannt; erlaubt sind Rechnung und Gehalt", "is unknown; Rechnung and Gehalt are allowed"),
    "payroll_only": (
        "passt nicht: Kürzel und Monat gehören zu Gehalt",
        "does not fit: a person's code and a month belong to Gehalt",
    ),
    "name_in_payroll": (
        "darf bei Gehältern nur das Kürzel oder nichts enthalten, keinen Namen",
        "holds the code or nothing where it is pay, no name",
    ),
    "person_in_reason": (
        "spricht eine Person an; was hier steht, bleibt für immer im Journal: bitte ohne Namen",
        "speaks of a person; what stands here stays in the log for ever: no names please",
    ),
    "number_twice": ("steht in dieser Datei schon in einer anderen Zeile", "stands in another line of this file"),
    "line_not_planned": ("steht nicht im Kosten- und Finanzierungsplan", "is no line of the plan"),
    "more_than_invoiced": ("ist höher als der Rechnungsbetrag", "is more than was invoiced"),
    "more_than_paid": ("ist höher als der gezahlte Projektanteil", "is more than the project's part of what was paid"),
    "digest_differs": ("passt nicht zur Beleg-Datei", "does not fit the file"),
    "evidence_needed": (
        "fehlt: nötig ist eine Beleg-Datei (mit --evidence ORDNER) oder die Beleg-SHA-256",
        "is missing: a file (with --evidence FOLDER) or its SHA-256 is needed",
    ),
    "evidence_missing": ("ist nicht im Beleg-Ordner", "is not in the folder of evidence"),
    "evidence_empty": ("ist leer", "is empty"),
    "evidence_not_a_file": ("ist keine Datei", "is no file"),
    "evidence_too_large": (
        f"ist zu groß; erlaubt sind {FILE_BYTES_MAX // MIB} MiB",
        f"is too large; {FILE_BYTES_MAX // MIB} MiB are allowed",
    ),
    "evidence_type_unknown": (f"hat kein erlaubtes Format: {ALLOWED_NAMES}", f"is of no allowed kind: {ALLOWED_NAMES}"),
    "evidence_erased": (
        "wurde gelöscht und kommt nicht wieder ins Journal",
        "was erased and does not come back into the books",
    ),
}
_FILES: dict[str, tuple[str, str]] = {
    "not_a_file": ("Das ist keine Datei.", "This is no file."),
    "file_too_large": (
        f"Die Datei ist zu groß; erlaubt sind {sheets.FILE_BYTES_MAX // MIB} MiB.",
        f"The file is too large; {sheets.FILE_BYTES_MAX // MIB} MiB are allowed.",
    ),
    "too_many_rows": (
        f"Die Tabelle hat zu viele Zeilen; erlaubt sind {sheets.ROWS_MAX}.",
        f"The table has too many rows; {sheets.ROWS_MAX} are allowed.",
    ),
    "too_many_columns": (
        f"Die Tabelle hat zu viele Spalten; erlaubt sind {sheets.COLUMNS_MAX}.",
        f"The table has too many columns; {sheets.COLUMNS_MAX} are allowed.",
    ),
    "no_headings": (
        "Es gibt keine Kopfzeile; `lotse-ledger vouchers template DATEI.csv` schreibt eine leere Liste.",
        "There are no headings; `lotse-ledger vouchers template FILE.csv` writes an empty list.",
    ),
    "broken_quotes": ('Anführungszeichen (") gehen nicht auf.', 'Quotes (") do not close.'),
    "not_text": (
        "Das ist kein Text; erlaubt sind UTF-8, UTF-16 mit BOM und Windows-1252.",
        "This is no text; UTF-8, UTF-16 with a BOM and Windows-1252 are allowed.",
    ),
    "old_or_protected_workbook": (
        "Die Arbeitsmappe ist alt (.xls) oder geschützt; bitte als .xlsx ohne Kennwort speichern.",
        "The workbook is old (.xls) or protected; please save it as .xlsx without a password.",
    ),
    "workbook_unreadable": ("Die Arbeitsmappe ist nicht lesbar.", "The workbook cannot be read."),
    "workbook_too_large": (
        "Die Arbeitsmappe wird beim Entpacken zu groß.",
        "The workbook grows too large when unpacked.",
    ),
}
_WHERE = {"de": ("Zeile", "Spalte"), "en": ("line", "column")}


def told(faults: Iterable[Fault], language: str) -> list[str]:
    """A sentence for each, the first ones of very many."""
    found = list(faults)
    lines = [_told(one, language) for one in found[:FAULTS_SHOWN_MAX]]
    return [*lines, f"… {len(found) - FAULTS_SHOWN_MAX}"] if len(found) > FAULTS_SHOWN_MAX else lines


def told_of_file(code: str, line: int | None, language: str) -> str:
    """Why a file cannot be read at all."""
    where = "" if line is None else f"{_WHERE[language][0]} {line}: "
    return where + _FILES[code][LANGUAGES.index(language)]


def _told(one: Fault, language: str) -> str:
    line, column = _WHERE[language]
    where = f"{line} {one.line}, {column} {one.column}" if one.column else f"{line} {one.line}"
    return f"{where}: {_sentence(one.code, language)} [{one.code}]"


def _sentence(code: str, language: str) -> str:
    if code in _CELLS:
        return _CELLS[code][LANGUAGES.index(language)]
    return PROBLEM_TEXTS.get(code, {}).get(language, code)
