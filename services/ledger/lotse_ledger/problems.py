"""What a person reads when the ledger refuses, in Ukrainian, Russian, German and English."""

import json
from importlib import resources

REFUSALS_FILE = "refusals.json"  # why an order is refused, by the codes of `domain.refusals`

STATUSES = {
    "unknown_grant": 404,
    "unknown_entry": 404,
    "unknown_account": 404,
    "unknown_plan": 404,
    "unknown_voucher": 404,
    "unknown_document": 404,
    "token_revoked": 401,
    "audit_ended": 401,
    "scope_missing": 403,
    "body_differs": 409,
    "document_erased": 410,
}
"""Of HTTP, where a code is not what was sent wrongly (422)."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {
    **json.loads(resources.files("lotse_ledger").joinpath("data", REFUSALS_FILE).read_text()),
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
    "parameter_unknown": {
        "uk": "Такого параметра в цьому запиті немає.",
        "ru": "Такого параметра в этом запросе нет.",
        "de": "Diesen Parameter kennt die Abfrage nicht.",
        "en": "This query has no such parameter.",
    },
    "parameter_twice": {
        "uk": "Параметр указано двічі.",
        "ru": "Параметр указан дважды.",
        "de": "Ein Parameter steht zweimal in der Abfrage.",
        "en": "A parameter stands twice in the query.",
    },
    "cursor_of_another_list": {
        "uk": "Цей покажчик сторінки належить до іншого списку.",
        "ru": "Этот указатель страницы относится к другому списку.",
        "de": "Diese Seitenmarke gehört zu einer anderen Liste.",
        "en": "This cursor belongs to another list.",
    },
    "scope_missing": {
        "uk": "Ваш ключ доступу цього не відкриває.",
        "ru": "Ваш ключ доступа этого не открывает.",
        "de": "Ihr Zugang öffnet das nicht.",
        "en": "Your token does not open this.",
    },
    "token_revoked": {
        "uk": "Цей ключ доступу відкликано.",
        "ru": "Этот ключ доступа отозван.",
        "de": "Dieser Zugang wurde zurückgenommen.",
        "en": "This token was revoked.",
    },
    "audit_ended": {
        "uk": "Перевірку з цим ключем доступу завершено.",
        "ru": "Проверка с этим ключом доступа завершена.",
        "de": "Die Prüfung mit diesem Zugang ist beendet.",
        "en": "The audit with this token has ended.",
    },
    "audit_not_ended": {
        "uk": "Перевірку ще не завершено: запити залишаються запечатаними.",
        "ru": "Проверка ещё не завершена: запросы остаются запечатанными.",
        "de": "Die Prüfung ist noch nicht beendet: Die Abfragen bleiben versiegelt.",
        "en": "The audit has not ended: its queries stay sealed.",
    },
    "key_does_not_fit": {
        "uk": "Цей ключ не належить до вашого доступу.",
        "ru": "Этот ключ не относится к вашему доступу.",
        "de": "Dieser Schlüssel gehört nicht zu Ihrem Zugang.",
        "en": "This key is not the one of your token.",
    },
    "beyond_checkpoint": {
        "uk": "Ще немає контрольної точки, яка це охоплює.",
        "ru": "Ещё нет контрольной точки, которая это охватывает.",
        "de": "Das ist noch von keinem Prüfpunkt erfasst.",
        "en": "No checkpoint covers this yet.",
    },
    "no_checkpoint": {
        "uk": "На цей момент ще не було підписаної контрольної точки.",
        "ru": "На этот момент ещё не было подписанной контрольной точки.",
        "de": "Zu diesem Stand gab es noch keinen unterschriebenen Prüfpunkt.",
        "en": "No checkpoint had been signed by then.",
    },
    "unknown_plan": {
        "uk": "Такої версії плану немає.",
        "ru": "Такой версии плана нет.",
        "de": "Diese Fassung des Plans gibt es nicht.",
        "en": "There is no such version of the plan.",
    },
    "unknown_account": {
        "uk": "Такого рахунку немає.",
        "ru": "Такого счёта нет.",
        "de": "Dieses Konto gibt es nicht.",
        "en": "There is no such account.",
    },
    "unknown_voucher": {
        "uk": "Такого документа в книзі немає.",
        "ru": "Такого документа в книге нет.",
        "de": "Diesen Beleg gibt es in den Büchern nicht.",
        "en": "There is no such voucher in the books.",
    },
    "log_key_missing": {
        "uk": "Немає ключа, яким підписують журнал.",
        "ru": "Нет ключа, которым подписывают журнал.",
        "de": "Es gibt keinen Schlüssel, mit dem das Journal unterschrieben wird.",
        "en": "There is no key to sign the log with.",
    },
    "bundle_too_large": {
        "uk": "Пакет для перевірки завеликий.",
        "ru": "Пакет для проверки слишком велик.",
        "de": "Das Prüfpaket wäre zu groß; wählen Sie weniger Zuwendungen oder lassen Sie die Belege weg.",
        "en": "The bundle would be too large; choose fewer grants or leave out the evidence.",
    },
    "journal_too_precise": {
        "uk": "Суми мають більше цифр, ніж Beancount додає точно.",
        "ru": "В суммах больше цифр, чем Beancount складывает точно.",
        "de": "Die Beträge haben mehr Stellen, als Beancount genau zusammenzählt.",
        "en": "The amounts have more digits than Beancount adds exactly.",
    },
    "evidence_altered": {
        "uk": "Один із файлів-підтверджень відсутній або змінений.",
        "ru": "Один из файлов-подтверждений отсутствует или изменён.",
        "de": "Ein Beleg fehlt oder ist nicht mehr, was er war.",
        "en": "A file of evidence is missing or not what it was.",
    },
    "unknown_document": {
        "uk": "Такого документа тут немає.",
        "ru": "Такого документа здесь нет.",
        "de": "Dieses Dokument gibt es hier nicht.",
        "en": "There is no such document here.",
    },
    "document_erased": {
        "uk": "Документ видалено; його контрольна сума в журналі залишилася.",
        "ru": "Документ удалён; его контрольная сумма в журнале осталась.",
        "de": "Das Dokument ist gelöscht; seine Prüfsumme steht weiter im Journal.",
        "en": "The document was erased; its digest remains in the log.",
    },
}
