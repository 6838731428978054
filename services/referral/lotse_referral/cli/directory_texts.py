"""What the commands of the directory say, in German and English."""

from collections.abc import Mapping

ASKS: Mapping[str, Mapping[str, str]] = {
    "check_due": {"de": "Stimmt alles noch? Die Prüfung ist fällig.", "en": "Is all of it still right? It is due."},
    "ended": {"de": "Gibt es das Angebot noch? Sein Ende ist vorbei.", "en": "Does it still exist? Its end is past."},
    "hours_unknown": {"de": "Wann ist geöffnet?", "en": "When is it open?"},
    "phone_unknown": {"de": "Unter welcher Nummer ist es zu erreichen?", "en": "Which number can be called?"},
    "languages_unknown": {"de": "Welche Sprachen werden gesprochen?", "en": "Which languages are spoken?"},
    "languages_doubtful": {
        "de": "Werden die Sprachen wirklich gesprochen?",
        "en": "Are the languages really spoken?",
    },
    "language_times_unknown": {
        "de": "Wann ist jemand da, der Ukrainisch oder Russisch spricht?",
        "en": "When is somebody there who speaks Ukrainian or Russian?",
    },
    "appointment_unknown": {
        "de": "Braucht man einen Termin, oder kann man einfach kommen?",
        "en": "Is an appointment needed, or can one just come?",
    },
    "address_unknown": {"de": "Wie lautet die Adresse?", "en": "What is the address?"},
    "address_incomplete": {"de": "Wie lautet die ganze Adresse?", "en": "What is the whole address?"},
    "documents_unknown": {"de": "Welche Unterlagen soll man mitbringen?", "en": "Which papers should one bring?"},
    "never_checked": {"de": "Noch nie geprüft.", "en": "Never checked."},
    "one_source": {"de": "Nur eine Quelle.", "en": "One source only."},
    "ends_soon": {"de": "Endet bald: Wie geht es weiter?", "en": "Ends soon: what comes after?"},
}
SAID: Mapping[str, Mapping[str, str]] = {
    "wrong": {"de": "Fehler", "en": "fault(s)"},
    "rows": {"de": "Zeilen gelesen", "en": "row(s) read"},
    "new": {"de": "neu", "en": "new"},
    "changed": {"de": "geändert", "en": "changed"},
    "same": {"de": "unverändert", "en": "unchanged"},
    "kept": {
        "de": "Felder blieben, weil sie hier später geprüft wurden",
        "en": "field(s) stayed, since they were checked later here",
    },
    "gone": {"de": "nicht mehr in der Liste, jetzt inaktiv", "en": "no longer in the list, now inactive"},
    "broken_off": {
        "de": "Die Datei ließ sich nur bis hierher lesen.",
        "en": "The file could be read only up to here.",
    },
    "more": {"de": "weitere Fehler", "en": "more fault(s)"},
    "shipped": {"de": "aus dem mitgelieferten Verzeichnis", "en": "from the directory that comes with the program"},
    "written": {"de": "geschrieben", "en": "written"},
    "doubtful": {"de": "Angebote mit offenen Fragen", "en": "service(s) with open questions"},
    "due": {"de": "fällig seit", "en": "due since"},
    "nothing": {"de": "Nichts ist fällig.", "en": "Nothing is due."},
    "phone": {"de": "Telefon", "en": "phone"},
    "none_known": {"de": "keine bekannt", "en": "none known"},
}
