"""Why this part says no: questions to the directory, and reports."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {
    "point_needed": {
        "uk": "Вкажіть, будь ласка, поштовий індекс або координати.",
        "ru": "Укажите, пожалуйста, почтовый индекс или координаты.",
        "de": "Bitte nennen Sie eine Postleitzahl oder Koordinaten.",
        "en": "Please give a postal code or coordinates.",
    },
    "unknown_postcode": {
        "uk": "У цьому поштовому районі довідник не знає жодного місця.",
        "ru": "В этом почтовом районе справочник не знает ни одного места.",
        "de": "In diesem Postleitzahlgebiet kennt das Verzeichnis keinen Ort.",
        "en": "The directory knows no place in this postal code area.",
    },
}
