"""Words of the freeze and of its picture."""

FREEZE: dict[str, tuple[str, str]] = {
    "answers": ("Was konnte die Stadt für 2026 zahlen?", "What could the city pay for 2026?"),
    "answers_hint": (
        (
            "Drei richtige Antworten, je nachdem, wann man fragt. Die Dokumente lassen offen, auf wen die Kürzung"
            " fällt und ob Soziales wie die zu 75 Prozent freigegebenen Bereiche behandelt wurde; jede Zeile nennt"
            " ihre Annahme. Es sind berichtete Tatsachen, nicht die Bücher der Stadt. Beträge in EUR, auf den Cent"
            " abgerundet."
        ),
        (
            "Three right answers, depending on when you ask. The documents leave open on whom the cut falls and"
            " whether social affairs were treated like the fields released at 75 per cent; each row names its"
            " assumption. These are reported facts, not the city's books. Amounts in EUR, rounded down to the cent."
        ),
    ),
    "asked_on": ("gefragt am", "asked on"),
    "available": ("verfügbar", "available"),
    "assumption": ("Annahme", "assumption"),
    "remainder": ("Kürzung trifft den Rest", "the cut falls on the remainder"),
    "pro_rata": ("Kürzung trifft beide anteilig", "the cut falls on both in proportion"),
    "released_group": (
        "behandelt wie die zu 75\u00a0% freigegebenen Bereiche",
        "treated like the fields released at 75\u00a0%",
    ),
    "social": ("Soziales wie im Dokument genannt", "social affairs as the document names them"),
    "if_it_had_been_known": ("wäre die Aufteilung schon bekannt gewesen", "if the split had been known"),
    "chosen_answer": ("gewählter Stand", "chosen date"),
    "freeze_title": ("Die Haushaltssperre auf zwei Zeitachsen", "The budget freeze on two time axes"),
    "freeze_intro": (
        (
            "Wer am 25.\u00a0September 2025 fragte, bekam eine andere richtige Antwort als am 12.\u00a0Dezember."
            " Das Bild zeigt, wie viel von den 100.000 Euro für 2026 verfügbar war: nach rechts der Tag, für den"
            " gefragt wird, nach oben der Tag, an dem gefragt wird."
        ),
        (
            "Whoever asked on 25 September 2025 got another right answer than on 12 December. The picture shows how"
            " much of the 100,000 euros for 2026 was available: to the right the day that is asked about, upwards"
            " the day on which somebody asks."
        ),
    ),
    "picture": ("Bild", "Picture"),
    "picture_label": (
        (
            "Verfügbar für {year}, nach gültigem Tag (waagrecht) und bekanntem Tag (senkrecht). Die Tabelle"
            " darunter sagt dasselbe."
        ),
        (
            "Available for {year}, by the day it held (across) and the day it was known (up). The table below says"
            " the same."
        ),
    ),
    "picture_reading": (
        (
            "Annahme des Bildes: Soziales wie im Dokument genannt. Fragen am selben Tag, für den gefragt wird,"
            " liegen auf der gestrichelten Linie; die Punkte A bis C sind die drei Antworten. Die Abstände sind"
            " nicht maßstäblich."
        ),
        (
            "The picture assumes: social affairs as the document names them. Questions asked on the very day that"
            " they are about lie on the dashed line; the points A to C are the three answers. Distances are not to"
            " scale."
        ),
    ),
    "valid_axis": ("für welchen Tag gefragt wird (gültig)", "the day asked about (valid)"),
    "known_axis": ("wann gefragt wird (bekannt)", "the day of asking (known)"),
    "nothing_yet": ("nichts bekannt", "nothing known"),
    "same_day": ("am selben Tag gefragt", "asked on the same day"),
    "events": ("Die Ereignisse", "The events"),
    "event": ("Ereignis", "event"),
    "decided_on": ("beschlossen, gültig ab", "decided, valid from"),
    "public_on": ("öffentlich bekannt am", "publicly known on"),
    "left_of_it": ("es bleiben", "what is left"),
    "areas": ("Die Flächen des Bildes als Tabelle", "The areas of the picture as a table"),
    "areas_hint": (
        "Eine Zeile für jeden Zeitraum, in dem gefragt wird; eine Spalte für jeden Tag, ab dem etwas galt.",
        "One row for each span of asking; one column for each day from which something held.",
    ),
    "known_from": ("bekannt ab", "known from"),
    "valid_from_day": ("gültig ab {day}", "valid from {day}"),
    "see_picture": ("Das Bild auf zwei Zeitachsen ansehen", "See the picture on two time axes"),
    "point_chosen": (
        "Das Kreuz ist der gewählte Stand; liegt er außerhalb, steht es am Rand.",
        "The cross marks the chosen dates; where they lie outside, it stands at the edge.",
    ),
    "source": ("Quelle", "source"),
    "assumption_named": (
        "Die Dokumente nennen Soziales bei der Sperre nicht unter den zu 75 Prozent freigegebenen Bereichen.",
        "The documents do not name social affairs among the fields released at 75 per cent.",
    ),
}
