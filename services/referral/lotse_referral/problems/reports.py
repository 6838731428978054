"""Why this part says no: questions to the directory, and reports."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {
    "unknown_period": {
        "uk": "Такого періоду немає у звітах. Перевірте, будь ласка, рік і місяць.",
        "ru": "Такого периода нет в отчётах. Проверьте, пожалуйста, год и месяц.",
        "de": "Zu diesem Zeitraum gibt es keinen Bericht. Bitte prüfen Sie Jahr und Monat.",
        "en": "There is no report for this period. Please check the year and the month.",
    },
    "period_not_over": {
        "uk": "Період ще не закінчився. Підсумки можна опублікувати після його завершення.",
        "ru": "Период ещё не закончился. Итоги можно опубликовать после его завершения.",
        "de": "Der Zeitraum ist noch nicht zu Ende. Die Zahlen können erst danach veröffentlicht werden.",
        "en": "The period is not over yet. Its figures can be published afterwards.",
    },
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
