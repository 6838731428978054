"""The nightly check of the books as a whole, in the words of the pages."""

from lotse_ledger.domain.invariants.texts import TITLES

INVARIANTS: dict[str, tuple[str, str]] = {
    "invariants": ("Prüfung der Bücher als Ganzes", "Check of the books as a whole"),
    "invariants_hint": (
        (
            "Jede Nacht wird alles noch einmal aus den Einträgen gerechnet. Was hier gilt, gilt für jeden Eintrag; es"
            " beweist nicht, dass alles gebucht wurde, dass die Belege echt oder die Ausgaben zuwendungsfähig sind."
        ),
        (
            "Every night everything is reckoned once more from the entries. What holds here holds for every entry; it"
            " does not prove that everything was booked, that vouchers are genuine or that expenditure is eligible."
        ),
    ),
    "invariants_none": ("Noch keine Prüfung gelaufen.", "No check has run yet."),
    "invariants_run": ("Letzte Prüfung", "Last check"),
    "invariant": ("Regel", "rule"),
    "result": ("Ergebnis", "result"),
    "looked_at": ("geprüft", "checked"),
    "state_holds": ("gilt", "holds"),
    "state_broken": ("verletzt", "broken"),
    "state_attention": ("offen", "open"),
    "state_not_checked": ("nicht prüfbar", "cannot be checked"),
    **{f"invariant_{code}": (texts["de"], texts["en"]) for code, texts in TITLES.items()},
}
