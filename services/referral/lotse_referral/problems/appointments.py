"""Why this part says no: appointments, calendars and interpreters."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {
    "time_out_of_range": {
        "uk": "Перевірте, будь ласка, дату: такого року не може бути.",
        "ru": "Проверьте, пожалуйста, дату: такого года быть не может.",
        "de": "Bitte prüfen Sie das Datum: Dieses Jahr kann nicht stimmen.",
        "en": "Please check the date: this year cannot be right.",
    },
    "too_long": {
        "uk": "Зустріч не може тривати понад дванадцять годин. Перевірте, будь ласка, час закінчення.",
        "ru": "Встреча не может длиться больше двенадцати часов. Проверьте, пожалуйста, время окончания.",
        "de": "Ein Termin dauert höchstens zwölf Stunden. Bitte prüfen Sie das Ende.",
        "en": "An appointment takes twelve hours at most. Please check its end.",
    },
    "unknown_appointment": {
        "uk": "Такої зустрічі немає.",
        "ru": "Такой встречи нет.",
        "de": "Diesen Termin gibt es nicht.",
        "en": "There is no such appointment.",
    },
    "unknown_time": {
        "uk": "Такого часу не пропонували.",
        "ru": "Такое время не предлагали.",
        "de": "Diese Zeit wurde nicht vorgeschlagen.",
        "en": "This time was not proposed.",
    },
    "time_closed": {
        "uk": "Цей час уже не можна вибрати. Перегляньте, будь ласка, інші пропозиції.",
        "ru": "Это время уже нельзя выбрать. Посмотрите, пожалуйста, другие предложения.",
        "de": "Diese Zeit ist nicht mehr frei. Bitte sehen Sie die anderen Vorschläge an.",
        "en": "This time is no longer open. Please look at the other proposals.",
    },
    "time_is_over": {
        "uk": "Цей час уже минув. Запропонуйте, будь ласка, інший.",
        "ru": "Это время уже прошло. Предложите, пожалуйста, другое.",
        "de": "Diese Zeit ist schon vorbei. Bitte schlagen Sie eine andere vor.",
        "en": "This time is over. Please propose another one.",
    },
    "time_needed": {
        "uk": "Вкажіть, будь ласка, початок і тривалість або виберіть зустріч.",
        "ru": "Укажите, пожалуйста, начало и продолжительность или выберите встречу.",
        "de": "Bitte nennen Sie Beginn und Dauer, oder wählen Sie einen Termin.",
        "en": "Please give start and length, or choose an appointment.",
    },
    "request_of_another": {
        "uk": "Цей запит на переклад належить до іншого направлення.",
        "ru": "Этот запрос на перевод относится к другому направлению.",
        "de": "Diese Dolmetschanfrage gehört zu einer anderen Vermittlung.",
        "en": "This request for an interpreter belongs to another referral.",
    },
    "unknown_request": {
        "uk": "Такого запиту на переклад немає.",
        "ru": "Такого запроса на перевод нет.",
        "de": "Diese Dolmetschanfrage gibt es nicht.",
        "en": "There is no such request for an interpreter.",
    },
    "request_ended": {
        "uk": "Цей запит на переклад завершено. Створіть, будь ласка, новий.",
        "ru": "Этот запрос на перевод завершён. Создайте, пожалуйста, новый.",
        "de": "Diese Dolmetschanfrage ist beendet. Bitte stellen Sie eine neue.",
        "en": "This request for an interpreter has ended. Please make a new one.",
    },
    "refusal_reason_needed": {
        "uk": "Вкажіть, будь ласка, чому перекладач не прийде.",
        "ru": "Укажите, пожалуйста, почему переводчик не придёт.",
        "de": "Bitte nennen Sie, warum niemand dolmetscht.",
        "en": "Please say why nobody interprets.",
    },
    "code_in_use": {
        "uk": "Цей код уже відкриває іншу зустріч. Створіть, будь ласка, новий.",
        "ru": "Этот код уже открывает другую встречу. Создайте, пожалуйста, новый.",
        "de": "Dieser Code öffnet schon einen anderen Termin. Bitte erzeugen Sie einen neuen.",
        "en": "This code already opens another appointment. Please make a new one.",
    },
    "too_many_links": {
        "uk": "Для цієї зустрічі вже створено забагато посилань. Спершу закрийте, будь ласка, наявні.",
        "ru": "Для этой встречи уже создано слишком много ссылок. Сначала закройте, пожалуйста, имеющиеся.",
        "de": "Für diesen Termin gibt es schon zu viele Links. Bitte schließen Sie zuerst die vorhandenen.",
        "en": "There are too many links to this appointment already. Please close those first.",
    },
    "position_needed": {
        "uk": "Вкажіть, будь ласка, місце в черзі або скільки тижнів чекати.",
        "ru": "Укажите, пожалуйста, место в очереди или сколько недель ждать.",
        "de": "Bitte nennen Sie den Platz auf der Warteliste oder die Wartezeit in Wochen.",
        "en": "Please give the place in the queue, or how many weeks it takes.",
    },
    "note_of_another": {
        "uk": "Ця нотатка належить до іншого направлення.",
        "ru": "Эта заметка относится к другому направлению.",
        "de": "Diese Notiz gehört zu einer anderen Vermittlung.",
        "en": "This note belongs to another referral.",
    },
    "team_needed": {
        "uk": "Вкажіть, будь ласка, команду.",
        "ru": "Укажите, пожалуйста, команду.",
        "de": "Bitte nennen Sie das Team.",
        "en": "Please name the team.",
    },
}
