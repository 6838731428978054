"""Words of the auditor's own checks: a sample, and what changed since a report."""

CHECKS: dict[str, tuple[str, str]] = {
    "sample": ("Eigene Stichprobe", "Your own sample"),
    "sample_hint": (
        (
            "Sie wählen eine Zahl oder ein Wort, das niemand vorher kennt. Daraus und aus der Prüfsumme des"
            " Journals folgt die Stichprobe: Weder Sie noch der Verein können sie lenken, und jeder kann sie"
            " nachrechnen."
        ),
        (
            "You choose a number or a word that nobody knows beforehand. The sample follows from it and from the"
            " log's digest: neither you nor the association can steer it, and anybody can compute it again."
        ),
    ),
    "sample_grant": ("Zuwendung", "grant"),
    "sample_size": ("Wie viele Belege", "how many vouchers"),
    "sample_nonce": ("Ihre Zahl oder Ihr Wort", "your number or word"),
    "sample_method": ("Verfahren", "method"),
    "method_random": ("zufällig, jeder Beleg gleich wahrscheinlich", "random, each voucher equally likely"),
    "method_stratified": ("nach Positionen verteilt", "spread over the lines"),
    "method_mus": ("nach Geldeinheiten, große Beträge eher", "by money units, large amounts more likely"),
    "sample_draw": ("Stichprobe ziehen", "Draw the sample"),
    "sample_drawn": ("Gezogen: {size} von {population} Belegen", "Drawn: {size} of {population} vouchers"),
    "sample_seed": ("Startwert", "seed"),
    "sample_root": ("Prüfsumme des Journals", "digest of the log"),
    "sample_again": (
        (
            "Startwert ist SHA-256 über die Prüfsumme des Journals und Ihre Eingabe; was kein Hexadezimaltext von"
            " 16 bis 64 Bytes ist, geht als sein SHA-256 ein. Mit derselben Eingabe kommt immer dieselbe Stichprobe"
            " heraus."
        ),
        (
            "The seed is SHA-256 over the log's digest and your input; what is no hexadecimal text of 16 to 64"
            " bytes enters as its SHA-256. The same input always gives the same sample."
        ),
    ),
    "sample_empty": (
        "Zum gewählten Stand gibt es keine Belege, aus denen gezogen werden könnte.",
        "On the chosen dates there are no vouchers to draw from.",
    ),
    "item": ("Beleg {position} von {size}", "Voucher {position} of {size}"),
    "item_invoice": ("Rechnung und Zahlung", "Invoice and payment"),
    "item_plan_line": ("Position im Plan", "Line of the plan"),
    "item_fifo": ("Verbrauchtes Geld", "Money used"),
    "item_clause": ("Regeln", "Rules"),
    "not_a_number": (
        "Bitte eine ganze Zahl von 1 bis {max} eingeben.",
        "Please enter a whole number from 1 to {max}.",
    ),
    "changes": ("Was sich geändert hat", "What changed"),
    "changes_hint": (
        (
            "Alles, was zwischen zwei Zeitpunkten neu bekannt wurde. Wählen Sie zum Beispiel den Tag, an dem ein"
            " Verwendungsnachweis eingereicht wurde."
        ),
        (
            "Everything that became known between two points in time. Choose for example the day on which a proof"
            " of use was handed in."
        ),
    ),
    "recorded_from": ("seit dem Stand vom", "since what was known on"),
    "recorded_until": ("bis zum Stand vom", "up to what was known on"),
    "compare": ("Vergleichen", "Compare"),
    "proof_dates": ("Eingereichte Nachweise", "Proofs handed in"),
    "since_proof": ("seit {proof}, eingereicht am {day}", "since {proof}, handed in on {day}"),
    "no_proof_yet": (
        "Es ist noch kein Nachweis als eingereicht eingetragen.",
        "No proof is recorded as handed in yet.",
    ),
    "entries_added": ("Neue Einträge", "New entries"),
    "balances_changed": ("Geänderte Salden", "Changed balances"),
    "before": ("vorher", "before"),
    "after": ("nachher", "after"),
    "difference": ("Unterschied", "difference"),
    "nothing_changed": (
        "Zwischen beiden Zeitpunkten wurde nichts eingetragen.",
        "Nothing was recorded between the two.",
    ),
    "changed_before": ("davon gültig vor dem {day}", "of that, valid before {day}"),
    "reaches_back": ("wirkt zurück", "reaches back"),
    "what_changed_since": ("Was sich seither geändert hat", "What changed since"),
    "own_day": ("Einen eigenen Tag wählen", "Choose a day of your own"),
    "compared": (
        "Verglichen: bekannt bis {before} ({size} Einträge) mit bekannt bis {after}.",
        "Compared: known up to {before} ({size} entries) with known up to {after}.",
    ),
    "sample_total": ("Summe aller Belege", "sum of all vouchers"),
    "sample_interval": ("Abstand der Treffer", "distance of the hits"),
    "sample_nonce_used": ("verwendete Eingabe", "input as used"),
    "sample_population": ("Prüfsumme der Grundgesamtheit", "digest of all vouchers drawn from"),
    "item_reversed_by": (
        "nach dem Prüfpunkt, aus dem gezogen wird, storniert durch",
        "reversed after the checkpoint that is drawn from, by",
    ),
    "item_not_shown": (
        "gilt zum gewählten Stand für keine Zuwendung, die Sie sehen dürfen.",
        "holds for no grant that you may see on the chosen dates.",
    ),
    "charged_share": ("Anteil dieser Position", "share of this line"),
    "no_money_used": (
        "Dieser Beleg hat noch kein ausgezahltes Geld verbraucht.",
        "This voucher has used no money paid out yet.",
    ),
    "erased": ("gelöscht; die Prüfsumme bleibt", "erased; the digest remains"),
}
