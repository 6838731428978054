"""Words that stand on every page: navigation, sign-in, the two dates, marks, what is not proven."""

FRAME: dict[str, tuple[str, str]] = {
    "title": ("Zuwendungen prüfen", "Audit of the grants"),
    "skip": ("Zum Inhalt springen", "Skip to content"),
    "other_language": ("English", "Deutsch"),
    "sections": ("Bereiche", "Sections"),
    "menu": ("Menü", "Menu"),
    "here": ("Sie sind hier", "You are here"),
    "sign_in": ("Anmelden", "Sign in"),
    "sign_in_hint": (
        (
            "Fügen Sie das Lesezugriffs-Token ein, das Sie vom Verein erhalten haben. Es bleibt in einem Cookie,"
            " bis es abläuft oder Sie sich abmelden. Der Verein sieht sofort, dass und wann es benutzt wurde."
        ),
        (
            "Paste the read-only token that the association gave you. It stays in a cookie until it expires or you"
            " sign out. The association sees at once that and when it was used."
        ),
    ),
    "sealed_questions": (
        (
            "Was Sie fragen, kann der Verein erst lesen, wenn Sie es ihm am Ende der Prüfung öffnen; trägt Ihr"
            " Token keinen Schlüssel, so wird es gar nicht festgehalten."
        ),
        (
            "What you ask the association can read only when you open it at the end of the audit; where your token"
            " carries no key, it is not kept at all."
        ),
    ),
    "token": ("Token", "Token"),
    "sign_out": ("Abmelden", "Sign out"),
    "signed_in_as": ("Angemeldet als", "Signed in as"),
    "until": ("bis", "until"),
    "refused": ("Das ging nicht", "That did not work"),
    "back_to_overview": ("Zur Übersicht", "To the overview"),
    "not_found": (
        "Diese Seite gibt es nicht. Vielleicht ist die Adresse unvollständig.",
        "There is no such page. Perhaps the address is incomplete.",
    ),
    "nav_overview": ("Übersicht", "Overview"),
    "nav_deadlines": ("Fristen", "Deadlines"),
    "nav_entries": ("Journal", "Log"),
    "nav_accounts": ("Konten", "Accounts"),
    "nav_sample": ("Stichprobe", "Sample"),
    "nav_changes": ("Änderungen", "Changes"),
    "nav_freeze": ("Haushaltssperre", "Budget freeze"),
    "nav_evidence": ("Prüfpunkte", "Checkpoints"),
    "nav_downloads": ("Downloads", "Downloads"),
    "nav_rules": ("Regeln", "Rules"),
    "demo_notice": (
        (
            "Zeilen mit der Kennzeichnung DEMO sind Vorführwerte. Bescheide, Abrufe und Belege des wirklichen Falls"
            " sind nicht öffentlich."
        ),
        "Rows marked DEMO are demonstration values. Awards, drawdowns and vouchers of the real case are not public.",
    ),
    "as_of": ("Stand", "As of"),
    "as_of_change": ("Stand wählen", "Choose the dates"),
    "as_of_hint": (
        (
            "Zwei Daten wählen, was Sie sehen: bis zu welchem Tag etwas galt, und bis wann es in diesem Journal"
            " bekannt war. Die Antwort für einen vergangenen Tag ändert sich nie mehr."
        ),
        (
            "Two dates choose what you see: up to which day things held, and until when they were known to this"
            " log. The answer for a past day never changes again."
        ),
    ),
    "valid_to": ("gültig bis einschließlich", "valid up to and including"),
    "recorded_to": ("bekannt bis einschließlich", "known up to and including"),
    "show": ("Anzeigen", "Show"),
    "reset": ("Neuester Stand", "Latest"),
    "as_of_now": (
        "gültig bis {valid_to}, bekannt bis {recorded_to}",
        "valid up to {valid_to}, known up to {recorded_to}",
    ),
    "as_of_past": (
        "Sie sehen einen gewählten Stand, nicht den neuesten.",
        "You see the dates that you chose, not the latest.",
    ),
    "not_proven_title": ("Was damit nicht bewiesen ist", "What this does not prove"),
    "not_proven": (
        (
            "Nicht bewiesen ist, dass alles gebucht wurde, dass die Belege echt sind und dass die Ausgaben"
            " zuwendungsfähig sind."
        ),
        (
            "It is not proven that everything was booked, that the vouchers are genuine, or that the expenditure is"
            " eligible."
        ),
    ),
    "none": ("Keine Einträge.", "No entries."),
    "public": ("öffentlich", "public"),
    "own": ("eigene Bücher", "own books"),
    "demo": ("DEMO", "DEMO"),
    "standing": ("Herkunft", "standing"),
    "total": ("Summe", "total"),
    "rule": ("Regel", "rule"),
    "rules_cited": ("Gerechnet nach", "Computed by"),
    "parameters": ("mit", "with"),
    "the_decision_first": ("Der Bescheid geht jeder Regel vor.", "The decision outranks every rule."),
    "not_known_here": ("hier nicht bekannt", "not known here"),
    "yes": ("ja", "yes"),
    "no": ("nein", "no"),
    "scope_missing": (
        "Ihr Token erlaubt das Lesen von Belegen nicht. Der Verein kann ein Token mit dieser Erlaubnis ausstellen.",
        "Your token does not allow reading vouchers. The association can issue one that does.",
    ),
    "access": ("Ihr Zugang", "Your access"),
    "token_expires": ("gilt bis", "holds until"),
    "token_opens": ("öffnet", "opens"),
    "token_vouchers": ("Empfänger und Belege", "payees and documents"),
    "token_findings": ("Beanstandungen eintragen", "record findings"),
    "what_is_seen": ("Was der Verein sieht", "What the association sees"),
    "what_is_seen_hint": (
        "Diese Zeilen sieht der Verein sofort. Am nächsten Tag stehen sie auch im Journal.",
        "These rows the association sees at once. The next day they stand in the log as well.",
    ),
    "day": ("Tag", "day"),
    "uses": ("Anfragen", "queries"),
    "first_use": ("erste", "first"),
    "last_use": ("letzte", "last"),
    "what_is_sealed": ("Was der Verein nicht sieht", "What the association does not see"),
    "sealed_queries": (
        "{count} Anfragen liegen unter Ihrem Schlüssel versiegelt. Nur Sie können sie öffnen.",
        "{count} queries lie sealed under your key. Only you can open them.",
    ),
    "sealed_digest": ("Prüfsumme über alle", "digest over all of them"),
    "audit_end_hint": (
        (
            "Notieren Sie die Prüfsumme: An ihr sehen Sie später, dass keine Anfrage fehlt. Am Ende der Prüfung"
            " geben Sie Ihren Schlüssel über die Schnittstelle heraus; danach öffnet das Token nichts mehr."
        ),
        (
            "Keep the digest: it shows you later that no query is missing. At the end of the audit you hand over"
            " your key by the interface; after that the token opens nothing any more."
        ),
    ),
    "nothing_sealed": (
        "Ihr Token trägt keinen Schlüssel: Was Sie fragen, wird nicht festgehalten.",
        "Your token carries no key: what you ask is not kept.",
    ),
}
