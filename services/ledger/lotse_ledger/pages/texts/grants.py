"""Words of grants: at a glance, plan against actual, deadlines."""

GRANTS: dict[str, tuple[str, str]] = {
    "grants": ("Zuwendungen", "Grants"),
    "grant": ("Zuwendung", "grant"),
    "grantee": ("Empfänger", "grantee"),
    "years": ("Haushaltsjahre", "budget years"),
    "applied": ("beantragt", "applied for"),
    "awarded": ("bewilligt", "awarded"),
    "drawn": ("abgerufen", "drawn down"),
    "disbursed": ("ausgezahlt", "paid out"),
    "spent": ("ausgegeben", "spent"),
    "the_remainder": ("der Rest", "the remainder"),
    "reported_by_partner": ("gemeldet von {partner}", "reported by {partner}"),
    "spent_of_awarded": ("{spent} von {awarded} ausgegeben", "{spent} of {awarded} spent"),
    "open_grant": ("Zuwendung öffnen", "open the grant"),
    "grant_pages": ("Seiten dieser Zuwendung", "Pages of this grant"),
    "nav_plan": ("Plan und Ist", "Plan and actual"),
    "nav_money": ("Geld und Verwendung", "Money and its use"),
    "nav_settlement": ("Abrechnung", "Settlement"),
    "nav_duties": ("Pflichten", "Duties"),
    "nav_vouchers": ("Belege", "Vouchers"),
    "decisions": ("Bescheide", "Decisions"),
    "decision": ("Bescheid", "decision"),
    "file_ref": ("Aktenzeichen", "file reference"),
    "dated": ("vom", "dated"),
    "grant_period": ("Bewilligungszeitraum", "grant period"),
    "financing_type": ("Finanzierungsart", "type of financing"),
    "share": ("Anteilfinanzierung", "share of the costs"),
    "shortfall": ("Fehlbedarfsfinanzierung", "shortfall of the costs"),
    "fixed": ("Festbetragsfinanzierung", "fixed amount"),
    "full": ("Vollfinanzierung", "full costs"),
    "amount": ("Betrag", "amount"),
    "award": ("Bewilligung", "award"),
    "amendment": ("Änderung", "amendment"),
    "revocation": ("Widerruf", "revocation"),
    "plan": ("Plan und Ist", "Plan against actual"),
    "plan_version": ("Kosten- und Finanzierungsplan, Version {version}", "Cost and financing plan, version {version}"),
    "no_plan": ("Für diese Zuwendung ist kein Plan eingetragen.", "No plan is recorded for this grant."),
    "line": ("Position", "line"),
    "planned": ("geplant", "planned"),
    "committed": ("zugesagt", "committed"),
    "left": ("übrig vom Plan", "left of the plan"),
    "headroom": ("noch möglich", "still possible"),
    "use_of_line": ("Stand", "state"),
    "allowed": ("höchstens", "at most"),
    "allowed_rule": (
        "Eine Position darf um bis zu {percent}\u00a0% überschritten werden, wenn andere Positionen es einsparen.",
        "A line may be exceeded by up to {percent}\u00a0% where other lines save it.",
    ),
    "allowed_none": ("Der Bescheid bindet keine einzelne Position.", "The decision binds no single line."),
    "eligible": ("zuwendungsfähig", "eligible"),
    "bar_label": (
        "{title}: {actual} von {planned} ausgegeben, {percent}",
        "{title}: {actual} of {planned} spent, {percent}",
    ),
    "bar_unplanned": ("{title}: {actual} ausgegeben, nicht geplant", "{title}: {actual} spent, not planned"),
    "bar_legend": (
        (
            "Der Rahmen ist der Plan, die Füllung das Ausgegebene, die Schraffur das Zugesagte, der Strich die"
            " Grenze der Regel."
        ),
        (
            "The frame is the plan, the filling what was spent, the hatching what is committed, the stroke the"
            " limit of the rule."
        ),
    ),
    "state_within": ("im Plan", "within the plan"),
    "state_above_plan": ("über dem Plan, in der Grenze", "above the plan, within the limit"),
    "state_above_limit": ("über der Grenze", "above the limit"),
    "state_unplanned": ("nicht geplant", "not planned"),
    "excess_uncovered": (
        "Überschreitungen von {amount} sind nicht durch Einsparungen gedeckt.",
        "Excesses of {amount} are not covered by savings.",
    ),
    "funding": ("Finanzierung", "Funding"),
    "received": ("eingegangen", "received"),
    "what_if": ("Was wäre, wenn", "What if"),
    "what_if_hint": (
        "Passt eine weitere Ausgabe? Die Frage ändert nichts an den Büchern.",
        "Would one more expense fit? The question changes nothing in the books.",
    ),
    "what_if_amount": ("Betrag in Euro", "Amount in euros"),
    "what_if_ask": ("Prüfen", "Check"),
    "what_if_fits": (
        "{amount} auf „{line}“: passt. Danach sind noch {left} möglich.",
        "{amount} on “{line}”: fits. {left} would then still be possible.",
    ),
    "what_if_exceeds": (
        "{amount} auf „{line}“: passt nicht. Davon wären {eligible} zuwendungsfähig, {rejected} nicht.",
        "{amount} on “{line}”: does not fit. {eligible} of it would be eligible, {rejected} would not.",
    ),
    "not_an_amount": (
        "Bitte einen Betrag wie 1.234,56 eingeben, höchstens 99.999.999,99.",
        "Please enter an amount such as 1,234.56, at most 99,999,999.99.",
    ),
    "deadlines": ("Fristen", "Deadlines"),
    "deadlines_hint": (
        (
            "Das Datum im Kalender ist die Frist. Fällt sie auf ein Wochenende oder einen Feiertag in Sachsen,"
            " steht das als Bemerkung dabei; gearbeitet wird zum Kalenderdatum."
        ),
        (
            "The calendar date is the deadline. Where it falls on a weekend or a holiday in Saxony, a remark says"
            " so; the date to work by is the calendar date."
        ),
    ),
    "deadline": ("Frist", "deadline"),
    "due_on": ("fällig am", "due on"),
    "remark": ("Bemerkung", "remark"),
    "state": ("Stand", "state"),
    "days_left": ("noch {days} Tage", "{days} days left"),
    "day_left": ("noch 1 Tag", "1 day left"),
    "due_today": ("heute", "today"),
    "days_past": ("vor {days} Tagen vergangen", "{days} days past"),
    "day_past": ("gestern vergangen", "1 day past"),
    "interim_proof": ("Zwischennachweis {year}", "interim proof {year}"),
    "final_proof": ("Verwendungsnachweis", "final proof of use"),
    "shared": ("Offene Fragen", "Open questions"),
    "shared_voucher": (
        "Eintrag {index}: {partner} hat einen Beleg mit demselben Dokument gebucht.",
        "Entry {index}: {partner} booked a voucher with the same document.",
    ),
    "shared_hint": (
        "Ein Treffer ist eine Frage an zwei Menschen, kein Urteil.",
        "A hit is a question to two people, no verdict.",
    ),
    "plan_approved_on": ("Von der Stadt anerkannt am {day}.", "Approved by the city on {day}."),
    "plan_not_approved": (
        "Eingereicht, von der Stadt noch nicht anerkannt.",
        "Submitted, not yet approved by the city.",
    ),
    "excess_approved": ("Überschreitung genehmigt", "excess approved"),
    "no_limit": ("keine Grenze", "no limit"),
    "what_if_excess": (
        "Davon lägen {amount} über dem Plan und müssten in anderen Positionen eingespart sein.",
        "{amount} of that would lie above the plan and must be saved in other lines.",
    ),
    "award_told": ("{partner} meldet eine Bewilligung über {amount}.", "{partner} reports an award of {amount}."),
    "decisions_none": ("Ein Bescheid ist hier nicht bekannt.", "No decision is known here."),
    "next_deadlines": ("Nächste Fristen", "Next deadlines"),
    "all_deadlines": ("Alle Fristen", "all deadlines"),
    "handed_in": ("erledigt", "done"),
    "use_money": ("ausgezahltes Geld verwenden", "use money that was paid out"),
    "retention_known": (
        "Belege von heute sind bis zum {day} aufzubewahren.",
        "Vouchers of today must be kept until {day}.",
    ),
    "retention_open": (
        (
            "Belege von heute sind mindestens bis zum {day} aufzubewahren; die Frist der Zuwendung beginnt mit dem"
            " Verwendungsnachweis."
        ),
        "Vouchers of today must be kept at least until {day}; the time set by the grant begins with the proof of use.",
    ),
    "amounts_in": ("Beträge in {currency}.", "Amounts in {currency}."),
}
