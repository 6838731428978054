"""What a person reads when something went wrong, in Ukrainian, Russian, German and English."""

Texts = dict[str, str]

LANGUAGES = ("uk", "ru", "de", "en")

CHASSIS_TEXTS: dict[str, Texts] = {
    "malformed": {
        "uk": "Деякі дані заповнено неправильно. Перевірте, будь ласка, позначені поля.",
        "ru": "Некоторые данные заполнены неправильно. Проверьте, пожалуйста, отмеченные поля.",
        "de": "Einige Angaben sind nicht richtig ausgefüllt. Bitte prüfen Sie die markierten Felder.",
        "en": "Some details are not filled in correctly. Please check the fields that are marked.",
    },
    "unknown_field": {
        "uk": "Повідомлення має поле, якого тут не знають.",
        "ru": "В сообщении есть поле, которого здесь не знают.",
        "de": "Die Nachricht hat ein Feld, das hier niemand kennt.",
        "en": "The message has a field that nobody here knows.",
    },
    "not_a_whole_number": {
        "uk": "Тут потрібне ціле число; суми — у найменших одиницях.",
        "ru": "Здесь нужно целое число; суммы — в наименьших единицах.",
        "de": "Hier steht eine ganze Zahl; Beträge in der kleinsten Einheit.",
        "en": "A whole number belongs here; amounts are in the smallest unit.",
    },
    "unknown_message": {
        "uk": "Цей запит нам невідомий. Можливо, програму потрібно оновити.",
        "ru": "Этот запрос нам неизвестен. Возможно, программу нужно обновить.",
        "de": "Diese Anfrage kennen wir nicht. Vielleicht muss das Programm aktualisiert werden.",
        "en": "We do not know this request. The program may need an update.",
    },
    "wrong_subject": {
        "uk": "Повідомлення надіслано не за тією адресою, тому ми його не обробили.",
        "ru": "Сообщение отправлено не по тому адресу, поэтому мы его не обработали.",
        "de": "Die Nachricht kam über den falschen Weg und wurde deshalb nicht bearbeitet.",
        "en": "The message was sent to the wrong address, so it was not processed.",
    },
    "token_missing": {
        "uk": "Будь ласка, спочатку увійдіть у систему.",
        "ru": "Пожалуйста, сначала войдите в систему.",
        "de": "Bitte melden Sie sich zuerst an.",
        "en": "Please sign in first.",
    },
    "token_invalid": {
        "uk": "Ваш вхід більше не дійсний. Будь ласка, увійдіть ще раз.",
        "ru": "Ваш вход больше не действителен. Пожалуйста, войдите ещё раз.",
        "de": "Ihre Anmeldung ist nicht mehr gültig. Bitte melden Sie sich noch einmal an.",
        "en": "Your sign-in is no longer valid. Please sign in again.",
    },
    "role_not_allowed": {
        "uk": "Для цієї дії у вас немає прав.",
        "ru": "Для этого действия у вас нет прав.",
        "de": "Dazu sind Sie mit Ihrer Rolle nicht berechtigt.",
        "en": "Your role does not allow this.",
    },
    "too_many": {
        "uk": "Зараз надходить забагато запитів. Спробуйте, будь ласка, ще раз за кілька хвилин.",
        "ru": "Сейчас поступает слишком много запросов. Попробуйте, пожалуйста, ещё раз через несколько минут.",
        "de": "Im Moment kommen zu viele Anfragen an. Bitte versuchen Sie es in ein paar Minuten noch einmal.",
        "en": "Too many requests are arriving at the moment. Please try again in a few minutes.",
    },
    "too_large": {
        "uk": "Файл або повідомлення завелике.",
        "ru": "Файл или сообщение слишком большое.",
        "de": "Die Datei oder Nachricht ist zu groß.",
        "en": "The file or message is too large.",
    },
    "order_too_old": {
        "uk": "Цей запит надійшов запізно, обробити його вже не можна. Надішліть його, будь ласка, ще раз.",
        "ru": "Этот запрос пришёл слишком поздно, обработать его уже нельзя. Отправьте его, пожалуйста, ещё раз.",
        "de": "Diese Anfrage kam zu spät an und kann nicht mehr bearbeitet werden. Bitte senden Sie sie noch einmal.",
        "en": "This request arrived too late to be processed. Please send it again.",
    },
    "not_sealed_to_us": {
        "uk": "Зашифрований вміст не вдалося прочитати. Надішліть його, будь ласка, ще раз.",
        "ru": "Зашифрованное содержимое не удалось прочитать. Отправьте его, пожалуйста, ещё раз.",
        "de": "Der verschlüsselte Inhalt konnte nicht gelesen werden. Bitte senden Sie ihn noch einmal.",
        "en": "The encrypted content could not be read. Please send it again.",
    },
    "signature_false": {
        "uk": "Підпис не підтверджує відправника, тому ми не обробили це повідомлення.",
        "ru": "Подпись не подтверждает отправителя, поэтому мы не обработали это сообщение.",
        "de": "Die Unterschrift passt nicht zum Absender. Die Nachricht wurde nicht bearbeitet.",
        "en": "The signature does not prove the sender, so the message was not processed.",
    },
    "unknown_partner": {
        "uk": "Ця організація не є нашим партнером.",
        "ru": "Эта организация не является нашим партнёром.",
        "de": "Diese Organisation ist nicht unser Partner.",
        "en": "This organisation is not a partner of ours.",
    },
    "no_partner": {
        "uk": "Ця організація не має зв'язку з партнерами.",
        "ru": "У этой организации нет связи с партнёрами.",
        "de": "Diese Organisation ist mit keinem Partner verbunden.",
        "en": "This organisation is not connected to any partner.",
    },
    "no_such_letter": {
        "uk": "Такого відкладеного повідомлення немає.",
        "ru": "Такого отложенного сообщения нет.",
        "de": "Eine solche zurückgelegte Nachricht gibt es nicht.",
        "en": "There is no such message among those set aside.",
    },
    "not_replayable": {
        "uk": "Це повідомлення не можна обробити ще раз.",
        "ru": "Это сообщение нельзя обработать ещё раз.",
        "de": "Diese Nachricht kann nicht noch einmal verarbeitet werden.",
        "en": "This message cannot be processed again.",
    },
    "internal": {
        "uk": "У нас сталася помилка. Ми вже знаємо про неї. Спробуйте, будь ласка, пізніше.",
        "ru": "У нас произошла ошибка. Мы о ней уже знаем. Попробуйте, пожалуйста, позже.",
        "de": "Bei uns ist ein Fehler aufgetreten. Wir wissen davon. Bitte versuchen Sie es später noch einmal.",
        "en": "Something went wrong on our side. We know about it. Please try again later.",
    },
    "not_ready": {
        "uk": "Служба саме запускається. Спробуйте, будь ласка, за хвилину.",
        "ru": "Служба сейчас запускается. Попробуйте, пожалуйста, через минуту.",
        "de": "Der Dienst startet gerade. Bitte versuchen Sie es in einer Minute noch einmal.",
        "en": "The service is just starting. Please try again in a minute.",
    },
    "timed_out": {
        "uk": "Відповідь не надійшла вчасно. Спробуйте, будь ласка, ще раз.",
        "ru": "Ответ не пришёл вовремя. Попробуйте, пожалуйста, ещё раз.",
        "de": "Die Antwort kam nicht rechtzeitig. Bitte versuchen Sie es noch einmal.",
        "en": "The answer did not arrive in time. Please try again.",
    },
    "not_found": {
        "uk": "Ми цього не знайшли. Перевірте, будь ласка, код або адресу.",
        "ru": "Мы этого не нашли. Проверьте, пожалуйста, код или адрес.",
        "de": "Das haben wir nicht gefunden. Bitte prüfen Sie den Code oder die Adresse.",
        "en": "We could not find this. Please check the code or the address.",
    },
    "method_not_allowed": {
        "uk": "На цій сторінці така дія неможлива.",
        "ru": "На этой странице такое действие невозможно.",
        "de": "Das ist auf dieser Seite nicht möglich.",
        "en": "This is not possible on this page.",
    },
    "expired_link": {
        "uk": "Це посилання вже не діє. Попросіть, будь ласка, нове.",
        "ru": "Эта ссылка больше не действует. Попросите, пожалуйста, новую.",
        "de": "Dieser Link gilt nicht mehr. Bitte lassen Sie sich einen neuen geben.",
        "en": "This link is no longer valid. Please ask for a new one.",
    },
    "person_erased": {
        "uk": "Дані цієї особи вже видалено.",
        "ru": "Данные этого человека уже удалены.",
        "de": "Die Daten dieser Person sind bereits gelöscht.",
        "en": "This person's data have already been erased.",
    },
    "unknown_service_error": {
        "uk": "Інша служба не змогла відповісти. Спробуйте, будь ласка, пізніше.",
        "ru": "Другая служба не смогла ответить. Попробуйте, пожалуйста, позже.",
        "de": "Ein anderer Dienst konnte nicht antworten. Bitte versuchen Sie es später noch einmal.",
        "en": "Another service could not answer. Please try again later.",
    },
}
"""The codes that any service may answer with."""
