"""What a person reads when the ledger refuses, in Ukrainian, Russian, German and English."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {
    "body_differs": {
        "uk": "Запис із цим номером уже є в журналі з іншим змістом.",
        "ru": "Запись с этим номером уже есть в журнале с другим содержанием.",
        "de": "Unter dieser Nummer steht im Journal schon etwas anderes.",
        "en": "The log already holds something else under this id.",
    },
    "plan_not_balanced": {
        "uk": "Витрати й фінансування плану мають бути однаковими.",
        "ru": "Расходы и финансирование плана должны быть равны.",
        "de": "Ausgaben und Finanzierung des Plans müssen gleich hoch sein.",
        "en": "The costs of a plan must equal its funding.",
    },
    "not_a_day": {
        "uk": "Такого календарного дня немає.",
        "ru": "Такого календарного дня нет.",
        "de": "Diesen Kalendertag gibt es nicht.",
        "en": "There is no such calendar day.",
    },
    "period_reversed": {
        "uk": "Період закінчується раніше, ніж починається.",
        "ru": "Период заканчивается раньше, чем начинается.",
        "de": "Der Zeitraum endet, bevor er beginnt.",
        "en": "The period ends before it begins.",
    },
    "entry_too_large": {
        "uk": "Запис завеликий для журналу.",
        "ru": "Запись слишком велика для журнала.",
        "de": "Der Eintrag ist zu groß für das Journal.",
        "en": "The entry is too large for the log.",
    },
    "unknown_grant": {
        "uk": "Такого гранту тут не знають.",
        "ru": "Такой грант здесь неизвестен.",
        "de": "Diese Zuwendung ist hier nicht bekannt.",
        "en": "This grant is not known here.",
    },
    "unknown_entry": {
        "uk": "Такого запису в журналі немає.",
        "ru": "Такой записи в журнале нет.",
        "de": "Diesen Eintrag gibt es im Journal nicht.",
        "en": "There is no such entry in the log.",
    },
    "nothing_recorded": {
        "uk": "У журналі ще нічого не записано.",
        "ru": "В журнале ещё ничего не записано.",
        "de": "Im Journal ist noch nichts eingetragen.",
        "en": "Nothing is recorded in the log yet.",
    },
    "nothing_known": {
        "uk": "На цей день про цей бюджетний рік нічого не було відомо.",
        "ru": "На этот день об этом бюджетном годе ничего не было известно.",
        "de": "An diesem Tag war für dieses Haushaltsjahr nichts bekannt.",
        "en": "Nothing was known about this budget year on that day.",
    },
    "beyond_last_entry": {
        "uk": "Дата запису пізніша за останній запис: відповідь ще могла б змінитися.",
        "ru": "Дата записи позже последней записи: ответ ещё мог бы измениться.",
        "de": "Der Erfassungsstand liegt nach dem letzten Eintrag: Die Antwort könnte sich noch ändern.",
        "en": "The recorded date lies beyond the last entry: the answer could still change.",
    },
    "too_many_accounts": {
        "uk": "Рахунків забагато для однієї відповіді. Скористайтеся сторінкою для аудиторів.",
        "ru": "Счетов слишком много для одного ответа. Воспользуйтесь страницей для аудиторов.",
        "de": "Es sind zu viele Konten für eine Antwort. Bitte nutzen Sie die Seite für Prüfende.",
        "en": "There are too many accounts for one answer. Please use the page for auditors.",
    },
    "checkpoint_of_another": {
        "uk": "Контрольна точка належить до іншого журналу.",
        "ru": "Контрольная точка относится к другому журналу.",
        "de": "Der Prüfpunkt gehört zu einem anderen Journal.",
        "en": "The checkpoint belongs to another log.",
    },
    "checkpoint_root_wrong": {
        "uk": "Корінь порожнього журналу неправильний.",
        "ru": "Корень пустого журнала неверен.",
        "de": "Die Prüfsumme des leeren Journals ist falsch.",
        "en": "The root of an empty log is wrong.",
    },
    "checkpoint_forked": {
        "uk": "Журнал партнера тієї самої довжини має інший зміст.",
        "ru": "Журнал партнёра той же длины имеет другое содержание.",
        "de": "Das Journal des Partners hat bei gleicher Länge einen anderen Inhalt.",
        "en": "The partner's log has other content at the same size.",
    },
    "checkpoint_signature_false": {
        "uk": "Підпис під контрольною точкою неправильний.",
        "ru": "Подпись под контрольной точкой неверна.",
        "de": "Die Unterschrift unter dem Prüfpunkt ist falsch.",
        "en": "The signature of the checkpoint is false.",
    },
}
