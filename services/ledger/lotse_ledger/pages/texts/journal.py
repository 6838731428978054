"""Words of the log, one entry, accounts, checkpoints and downloads."""

JOURNAL: dict[str, tuple[str, str]] = {
    "entries": ("Journal", "Log"),
    "entries_hint": (
        (
            "Alle Einträge in der Reihenfolge, in der sie erfasst wurden. Nichts wird geändert oder gelöscht;"
            " berichtigt wird nur durch Storno."
        ),
        (
            "All entries in the order in which they were recorded. Nothing is changed or deleted; a correction is a"
            " reversal."
        ),
    ),
    "filter": ("Auswählen", "Choose"),
    "filter_kind": ("Art", "kind"),
    "filter_grant": ("Zuwendung", "grant"),
    "all_kinds": ("alle Arten", "all kinds"),
    "all_grants": ("alle Zuwendungen", "all grants"),
    "filtered": (
        "Auf dieser Seite stehen {shown} Einträge, die zur Auswahl passen.",
        "On this page are {shown} entries that match.",
    ),
    "index": ("Nr.", "no."),
    "entry_title": ("Eintrag {index}", "Entry {index}"),
    "valid_on": ("gültig ab", "valid from"),
    "known_at": ("bekannt seit", "known since"),
    "recorded_at": ("erfasst am", "recorded at"),
    "kind": ("Art", "kind"),
    "text": ("Inhalt", "content"),
    "postings": ("Buchungen", "postings"),
    "account": ("Konto", "account"),
    "debit": ("Soll", "debit"),
    "credit": ("Haben", "credit"),
    "no_postings": ("Dieser Eintrag bucht nichts.", "This entry posts nothing."),
    "leaf": ("Prüfsumme", "digest"),
    "reconstructed": ("nachträglich erfasst", "reconstructed"),
    "reconstructed_hint": (
        (
            "Aus einem öffentlichen Dokument nachgetragen, ehe dieses Journal begann; bekannt seit dem Tag, an dem"
            " das Dokument erschien."
        ),
        "Entered from a public document before this log began; known since the day the document appeared.",
    ),
    "reverses": ("storniert", "reverses"),
    "reversed_by": ("storniert durch", "reversed by"),
    "not_in_force": ("storniert", "reversed"),
    "previous_entry": ("Vorheriger Eintrag", "Previous entry"),
    "next_entry": ("Nächster Eintrag", "Next entry"),
    "newer_page": ("Nächste Seite", "Next page"),
    "first_page": ("Zum Anfang", "To the start"),
    "details": ("Angaben", "Details"),
    "documents": ("Dokumente", "Documents"),
    "document": ("Dokument", "document"),
    "no_documents": ("Zu diesem Eintrag gehört kein Dokument.", "No document belongs to this entry."),
    "sealed_parts": ("Versiegelte Angaben", "Sealed details"),
    "sealed_parts_hint": (
        (
            "Personenbezogenes steht nicht im Journal, nur eine Prüfsumme davon. Der Inhalt kann gelöscht werden,"
            " der Beweis bleibt."
        ),
        "Personal data are not in the log, only a digest of them. The content can be erased, the proof remains.",
    ),
    "open_document": ("Dokument laden", "download the document"),
    "proof": ("Beweis", "Proof"),
    "proof_hint": (
        (
            "Der Einschlussbeweis zeigt, dass genau dieser Eintrag unter der unterschriebenen Wurzel liegt. Jeder"
            " kann ihn ohne uns nachrechnen."
        ),
        (
            "The proof of inclusion shows that exactly this entry lies under the signed root. Anybody can check it"
            " without us."
        ),
    ),
    "proof_download": ("Einschlussbeweis laden", "download the proof of inclusion"),
    "proof_pending": (
        (
            "Dieser Eintrag liegt noch unter keinem unterschriebenen Prüfpunkt; der nächste folgt spätestens in"
            " einem Tag."
        ),
        "No signed checkpoint covers this entry yet; the next one follows within a day.",
    ),
    "covered_by": (
        "Abgedeckt vom Prüfpunkt über {size} Einträge, unterschrieben {at}.",
        "Covered by the checkpoint over {size} entries, signed {at}.",
    ),
    "as_recorded": ("Der Eintrag, wie er geprüft wird", "The entry as it is hashed"),
    "as_recorded_hint": (
        "Diese Zeichen gehen in die Prüfsumme ein, kein anderes.",
        "These characters make the digest, and no other.",
    ),
    "balances": ("Konten", "Accounts"),
    "balances_hint": (
        "Soll ist positiv, Haben negativ. Vorführwerte sind getrennt summiert.",
        "Debit is positive, credit negative. Demonstration values are summed apart.",
    ),
    "balances_cut": (
        "Angezeigt werden die ersten {shown} Konten; über die Schnittstelle bekommen Sie alle.",
        "The first {shown} accounts are shown; the interface has them all.",
    ),
    "balance": ("Saldo", "balance"),
    "evidence": ("Prüfpunkte und Zeugen", "Checkpoints and witnesses"),
    "evidence_hint": (
        (
            "Jeder Prüfpunkt ist eine unterschriebene Prüfsumme über das ganze Journal. Ein Zeuge, die Software"
            " eines anderen Vereins, gegenzeichnet nur, was das Frühere fortsetzt."
        ),
        (
            "Each checkpoint is a signed digest of the whole log. A witness, the software of another association,"
            " countersigns only what continues the earlier one."
        ),
    ),
    "checkpoints": ("Prüfpunkte", "Checkpoints"),
    "checkpoints_none": ("Es ist noch kein Prüfpunkt unterschrieben.", "No checkpoint is signed yet."),
    "size": ("Einträge", "entries"),
    "root": ("Wurzel", "root"),
    "signed_at": ("unterschrieben", "signed"),
    "cosigned_by": ("gegengezeichnet von", "countersigned by"),
    "nobody": ("noch niemandem", "nobody yet"),
    "check_yourself": ("Selbst prüfen", "Check it yourself"),
    "check_steps": (
        (
            "Prüfpaket laden, die Richtliniendatei auf einem anderen Weg besorgen (zum Beispiel aus der monatlichen"
            " E-Mail), verify.html im Browser öffnen und beides hineinziehen. Das geht ohne Netz und ohne uns."
        ),
        (
            "Download the bundle, get the policy file by another way (for example from the monthly mail), open"
            " verify.html in a browser and drop both in. That works offline and without us."
        ),
    ),
    "downloads": ("Downloads", "Downloads"),
    "downloads_hint": (
        "Alle Dateien gelten für den gewählten Stand; derselbe Stand gibt immer dieselbe Datei.",
        "All files hold for the chosen dates; the same dates always give the same file.",
    ),
    "file": ("Datei", "file"),
    "what_it_is": ("Inhalt", "content"),
    "download_grant": ("Je Zuwendung", "Of each grant"),
    "download_books": ("Das ganze Journal", "The whole log"),
    "download_proof": ("Prüfpunkt und Schlüssel", "Checkpoint and keys"),
    "file_belegliste": (
        "Belegliste mit Eintragsnummern und Prüfsummen, für die Tabellenkalkulation",
        "list of vouchers with entry numbers and digests, for a spreadsheet",
    ),
    "file_without_payees": (
        "(ohne Empfänger: Ihr Token erlaubt sie nicht)",
        "(without payees: your token does not allow them)",
    ),
    "file_soll_ist": (
        "Plan und Ist je Position, für die Tabellenkalkulation",
        "plan and actual by line, for a spreadsheet",
    ),
    "file_hledger": (
        "alle Buchungen für das Programm hledger, das die Salden unabhängig nachrechnet",
        "all postings for the program hledger, which computes the balances independently",
    ),
    "file_beancount": ("alle Buchungen für das Programm Beancount", "all postings for the program Beancount"),
    "file_checkpoint": (
        "der neueste unterschriebene Prüfpunkt mit allen Gegenzeichnungen",
        "the latest signed checkpoint with all countersignatures",
    ),
    "file_policy": (
        "welche Unterschriften zu verlangen sind; besser auf anderem Weg besorgen",
        "which signatures to ask for; better obtained by another way",
    ),
    "file_vkeys": (
        "die öffentlichen Schlüssel des Journals und des Zeugen",
        "the public keys of the log and of the witness",
    ),
    "file_verifier": (
        "Prüfprogramm für den Browser, ohne Netz; besser auf anderem Weg besorgen",
        "the verifier for a browser, offline; better obtained by another way",
    ),
    "only_whole": (
        "Diese Dateien enthalten das ganze Journal; Ihr Token gilt für einzelne Zuwendungen.",
        "These files hold the whole log; your token holds for single grants.",
    ),
    "bundle": ("Das Prüfpaket", "The bundle"),
    "bundle_hint": (
        (
            "Eine ZIP-Datei mit Journal, Beweisen, Listen und Prüfprogramm, die sich ohne Netz und ohne den Verein"
            " prüfen lässt. Dass sie ausgehändigt wurde, wird eingetragen."
        ),
        (
            "One ZIP file with log, proofs, lists and verifier that can be checked offline and without the"
            " association. That it was handed out is recorded."
        ),
    ),
    "bundle_with_documents": (
        "Sie enthält die Belege, die Ihr Token öffnet.",
        "It holds the documents that your token opens.",
    ),
    "bundle_without_documents": (
        "Sie enthält keine Belege: Ihr Token erlaubt sie nicht.",
        "It holds no documents: your token does not allow them.",
    ),
    "bundle_make": ("Prüfpaket erstellen", "Make the bundle"),
    "bundle_unsigned": (
        "Hier fehlt der Schlüssel, der das Journal unterschreibt; deshalb gibt es kein Prüfpaket.",
        "The key that signs the log is missing here, so there is no bundle.",
    ),
    "kept_under_seal": ("unter Siegel", "under seal"),
    "part_payee": ("Empfänger", "payee"),
    "part_evidence": ("Namen der Dateien", "names of the files"),
    "part_actor": ("wer es eingetragen hat", "who recorded it"),
    "part_approver": ("wer es bestätigt hat", "who confirmed it"),
    "alarms": ("Alarme", "Alarms"),
    "alarms_hint": (
        "Prüfpunkte, die ein Zeuge nicht gegengezeichnet hat: unsere bei anderen, und die anderer bei uns.",
        "Checkpoints that a witness did not countersign: ours with others, and others' with us.",
    ),
    "alarm_unknown": ("siehe Kürzel", "see the code"),
    "alarms_none": ("Kein Alarm.", "No alarm."),
    "raised_at": ("gemeldet", "raised"),
    "log_name": ("Journal", "log"),
    "reported_by": ("gemeldet von", "reported by"),
    "reason_of_alarm": ("weil", "because"),
    "seen_before": ("zuvor gesehen", "seen before"),
    "witnessed": ("Fremde Journale, die unser Zeuge gesehen hat", "Other logs that our witness has seen"),
    "seen_at": ("gesehen", "seen"),
    "of_entry": ("von Nr. {index}", "of no. {index}"),
    "version_no": ("Version {version}", "version {version}"),
}
