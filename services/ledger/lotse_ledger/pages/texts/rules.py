"""What each parameter of a decision means, in plain words; the decision outranks all of them."""

RULES: dict[str, tuple[str, str]] = {
    "rules": ("Regeln", "Rules"),
    "rules_hint": (
        "So rechnet dieses Journal, wenn der Bescheid nichts anderes sagt. Der Bescheid geht jeder Regel vor.",
        "This is how the ledger computes where the decision says nothing else. The decision outranks every rule.",
    ),
    "rules_source": (
        (
            "Die Rahmenrichtlinie der Stadt ist nicht öffentlich; keine Regel hier gibt sich als ihre aus. Belegt"
            " ist jede durch die Fassung, die rechts steht, und keine wird genannt, die nichts belegt."
        ),
        (
            "The city's framework rules are not public; no rule here claims to be one of them. Each is backed by"
            " the text named on the right, and none is cited that nothing backs."
        ),
    ),
    "rules_backed": ("Regeln und wo sie stehen", "Rules and where they are written"),
    "code": ("Kürzel", "code"),
    "what_it_says": ("Inhalt", "what it says"),
    "source_text": ("belegt durch", "backed by"),
    "terms": ("Werte, die ein Bescheid festlegt", "Values that a decision sets"),
    "terms_hint": (
        "Die Vorgabe gilt, solange der Bescheid schweigt.",
        "The default holds as long as the decision is silent.",
    ),
    "term": ("Wert", "value"),
    "default": ("Vorgabe", "default"),
    "stated": ("laut Bescheid", "by the decision"),
    "by_default": ("Vorgabe", "default"),
    "value_none": ("keine", "none"),
    "value_months": ("{value} Monate", "{value} months"),
    "value_years": ("{value} Jahre", "{value} years"),
    "value_points": ("{value} Punkte", "{value} points"),
}

TERMS: dict[str, tuple[str, str]] = {
    "financing_type": ("Finanzierungsart", "type of financing"),
    "excess_percent": ("Überschreitung einer Position bis zu", "a line may be exceeded by up to"),
    "total_binding": ("Gesamtsumme des Plans bindet", "the plan's total binds"),
    "fixed_binds_lines": ("Festbetrag bindet die Positionen", "a fixed amount binds the lines"),
    "fixed_binds_total": ("Festbetrag bindet die Gesamtsumme", "a fixed amount binds the total"),
    "final_rounding": ("Rundung der endgültigen Zuwendung", "rounding of the final grant"),
    "no_overfunding": (
        "Festbetrag sinkt, wenn zu viel Geld zusammenkommt",
        "a fixed amount falls where too much money comes together",
    ),
    "own_beyond_plan_counts": (
        "Eigenmittel über Plan sind Deckungsmittel",
        "own funds beyond the plan are covering funds",
    ),
    "shortfall_covers_missing_funds": (
        "Fehlbedarf springt für ausgebliebenes Geld Dritter ein",
        "a shortfall grant steps in for third-party money that did not come",
    ),
    "de_minimis_cents": ("keine Kürzung bei Änderungen bis zu", "no reduction for changes of up to"),
    "de_minimis_basis": ("gemessen an", "measured by"),
    "de_minimis_types": ("gilt für", "holds for"),
    "use_within_months": ("zu verwenden innerhalb von", "to be used within"),
    "use_within_days": ("zu verwenden innerhalb von Tagen", "to be used within days"),
    "payout_day": ("Tag der Auszahlung", "day of the payment"),
    "fixed_part": ("was ein Festbetrag von einer Zahlung trägt", "what a fixed amount pays of a payment"),
    "budget_reservation": ("Vorbehalt des Haushalts", "reservation of the budget"),
    "day_count": ("Zählung der Zinstage", "how days of interest are counted"),
    "interest_points_bp": ("Zinsen über dem Basiszinssatz", "interest over the base rate"),
    "interest_from": ("Zinsen ab", "interest from"),
    "interest_waiver_cents": ("Zinsen werden nicht verlangt bis zu", "interest is not claimed up to"),
    "interim_months": ("Zwischennachweis nach dem Haushaltsjahr", "interim proof after the budget year"),
    "final_months": ("Verwendungsnachweis nach dem Zeitraum", "final proof after the period"),
    "interim_due": ("Zwischennachweis an genannten Tagen", "interim proof on named days"),
    "final_due_on": ("Verwendungsnachweis am genannten Tag", "final proof on a named day"),
    "retention_years": ("Aufbewahrung nach Einreichung", "to be kept after handing in"),
    "notify_costs_fall_bp": ("mitzuteilen, wenn Kosten sinken um Anteil", "to be told if costs fall by this part"),
    "notify_costs_fall_cents": ("mitzuteilen, wenn Kosten sinken um", "to be told if costs fall by"),
    "inventory_cents": ("Inventar ab Nettopreis", "inventory from a net price of"),
    "vat_deductible": ("Vorsteuer abziehbar, also netto", "input tax deductible, so net"),
}

VALUES: dict[str, tuple[str, str]] = {
    "down": ("auf den Cent abgerundet", "rounded down to the cent"),
    "half_up": ("kaufmännisch gerundet", "rounded half up"),
    "credit": ("Tag der Gutschrift", "day of the credit"),
    "third_day_after_order": ("dritter Tag nach dem Auftrag", "third day after the order"),
    "whole": ("die ganze Zahlung", "the whole payment"),
    "payout": ("Auszahlung", "the payment"),
    "deadline": ("Ende der Frist", "the end of the time limit"),
    "costs_or_covering_funds": ("Kosten und Deckungsmitteln, je für sich", "costs and covering funds, each"),
    "costs": ("Kosten", "costs"),
    "covering_funds": ("Deckungsmitteln", "covering funds"),
    "reduction": ("der Minderung", "the reduction"),
}

RULES |= {f"term_{name}": pair for name, pair in TERMS.items()}
RULES |= {f"value_{name}": pair for name, pair in VALUES.items()}
