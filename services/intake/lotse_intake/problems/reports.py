"""Refusals about: reports that were handed in."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {
    "unknown_report": {
        "uk": "Такого звіту ми не знайшли.",
        "ru": "Такого отчёта мы не нашли.",
        "de": "Diesen Bericht haben wir nicht gefunden.",
        "en": "We could not find this report.",
    },
    "report_not_published": {
        "uk": "Цей звіт ще не опубліковано. Спершу опублікуйте його, будь ласка.",
        "ru": "Этот отчёт ещё не опубликован. Сначала опубликуйте его, пожалуйста.",
        "de": "Dieser Bericht ist noch nicht veröffentlicht. Bitte veröffentlichen Sie ihn zuerst.",
        "en": "This report is not published yet. Please publish it first.",
    },
    "report_id_taken": {
        "uk": "Звіт із таким номером уже подано. Візьміть, будь ласка, новий номер.",
        "ru": "Отчёт с таким номером уже сдан. Возьмите, пожалуйста, новый номер.",
        "de": "Unter dieser Nummer wurde schon ein Bericht abgegeben. Bitte nehmen Sie eine neue.",
        "en": "A report was handed in under this number already. Please take a new one.",
    },
}
