"""What each invariant says to a person, in German and in English, and what none of them proves."""

from collections.abc import Mapping

Texts = Mapping[str, str]

TITLES: Mapping[str, Texts] = {
    "I1": {"de": "Soll gleich Haben je Eintrag", "en": "debits equal credits in every entry"},
    "I2": {"de": "kein Bestand unter null", "en": "no balance below zero"},
    "I3": {"de": "Bewilligt höchstens das Verfügbare", "en": "awarded at most what was available"},
    "I4": {"de": "Abgerufen höchstens das Bewilligte", "en": "drawn at most what was awarded"},
    "I5": {"de": "Kosten gleich Finanzierung im Plan", "en": "a plan's costs equal its funding"},
    "I6": {"de": "Einzelansätze in ihren Grenzen", "en": "lines within their limits"},
    "I7": {"de": "Zahlungen im Bewilligungszeitraum", "en": "payments within the grant period"},
    "I8": {"de": "Jeder Beleg höchstens zu 100 %", "en": "every voucher charged at most in full"},
    "I9": {"de": "Zahlungsnachweise sind da", "en": "payment evidence is there"},
    "I10": {"de": "Bank stimmt mit dem Auszug überein", "en": "bank agrees with its statement"},
    "I11": {"de": "Zeit läuft vorwärts, Abschlüsse halten", "en": "time goes on, closed periods stay"},
    "I12": {"de": "Stornos sind genaue Spiegel", "en": "reversals are exact mirrors"},
    "I13": {"de": "Unverbrauchte Mittel gehen auf", "en": "unused money adds up"},
    "I14": {"de": "Salden folgen aus den Einträgen", "en": "balances follow from the entries"},
    "I15": {"de": "Prüfsummen decken alle Einträge", "en": "the roots cover every entry"},
    "I16": {"de": "Endgültige Zuwendung wie gebucht", "en": "the final grant is as booked"},
    "I17": {"de": "Jede Zahlung genau einmal gelistet", "en": "each payment is listed once"},
    "I18": {"de": "Antworten zur Vergangenheit bleiben", "en": "answers for the past stay"},
}

UNPROVEN: Texts = {
    "de": (
        "Nicht bewiesen: dass alles gebucht wurde, dass die Belege echt sind, dass die Ausgaben zuwendungsfähig sind. "
        "I10: es werden keine Kontoauszüge eingelesen."
    ),
    "en": (
        "Not proven: that everything was booked, that the vouchers are genuine, that the expenditure is eligible. "
        "I10: no bank statements are read in."
    ),
}
