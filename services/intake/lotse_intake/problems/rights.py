"""Refusals about: restriction, requests, and what retention did."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {
    "person_restricted": {
        "uk": "Обробку даних цієї особи обмежено. Запис можна лише читати.",
        "ru": "Обработка данных этого человека ограничена. Запись можно только читать.",
        "de": "Die Verarbeitung der Daten dieser Person ist eingeschränkt. Ihr Eintrag kann nur gelesen werden.",
        "en": "The processing of this person's data is restricted. Her record can only be read.",
    },
    "legal_hold": {
        "uk": "Дані цієї особи поки не можна видалити: на це є правова підстава.",
        "ru": "Данные этого человека пока нельзя удалить: для этого есть правовое основание.",
        "de": "Die Daten dieser Person dürfen noch nicht gelöscht werden: Dafür gibt es einen rechtlichen Grund.",
        "en": "This person's data may not be erased yet: there is a legal reason for that.",
    },
    "hold_too_long": {
        "uk": "Так довго затримувати видалення не можна. Вкажіть, будь ласка, день протягом року.",
        "ru": "Так долго задерживать удаление нельзя. Укажите, пожалуйста, день в течение года.",
        "de": "So lange darf das Löschen nicht aufgeschoben werden. Bitte nennen Sie einen Tag innerhalb eines Jahres.",
        "en": "Erasure may not be put off for so long. Please name a day within a year.",
    },
    "unknown_hold": {
        "uk": "Такої затримки видалення ми не знайшли.",
        "ru": "Такой отсрочки удаления мы не нашли.",
        "de": "Diesen Aufschub des Löschens haben wir nicht gefunden.",
        "en": "We could not find this hold.",
    },
    "not_informed": {
        "uk": "Спершу повідомте, будь ласка, особу, що обмеження буде знято.",
        "ru": "Сначала сообщите, пожалуйста, человеку, что ограничение будет снято.",
        "de": "Bitte sagen Sie der Person zuerst, dass die Einschränkung aufgehoben wird.",
        "en": "Please tell the person first that the restriction will be lifted.",
    },
    "nothing_to_rectify": {
        "uk": "Не вказано, що саме виправити.",
        "ru": "Не указано, что именно исправить.",
        "de": "Es ist nicht angegeben, was berichtigt werden soll.",
        "en": "It is not said what is to be corrected.",
    },
    "no_request": {
        "uk": "Ця особа не просила видалити її дані.",
        "ru": "Этот человек не просил удалить его данные.",
        "de": "Diese Person hat nicht um Löschung gebeten.",
        "en": "This person has not asked to be erased.",
    },
    "second_person_needed": {
        "uk": "Для цього потрібна друга особа.",
        "ru": "Для этого нужен второй человек.",
        "de": "Dafür ist eine zweite Person nötig.",
        "en": "A second person is needed for this.",
    },
    "not_erased_yet": {
        "uk": "Видалення ще не завершено.",
        "ru": "Удаление ещё не завершено.",
        "de": "Die Löschung ist noch nicht abgeschlossen.",
        "en": "The erasure is not complete yet.",
    },
}
