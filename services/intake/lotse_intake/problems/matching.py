"""Refusals about: what finds a person again, and which records are one person's."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {
    "already_one_person": {
        "uk": "Ці записи вже належать одній особі.",
        "ru": "Эти записи уже принадлежат одному человеку.",
        "de": "Diese Datensätze gehören schon zu einer Person.",
        "en": "These records are one person's already.",
    },
    "already_merged": {
        "uk": "Цей запис уже приєднано до іншого. Спершу, будь ласка, скасуйте те об'єднання.",
        "ru": "Эта запись уже присоединена к другой. Сначала, пожалуйста, отмените то объединение.",
        "de": "Dieser Datensatz wurde schon einem anderen zugeordnet. Bitte heben Sie das zuerst auf.",
        "en": "This record has joined another one already. Please undo that first.",
    },
    "merge_id_taken": {
        "uk": "Об'єднання з таким номером уже є. Створіть, будь ласка, нове.",
        "ru": "Объединение с таким номером уже есть. Создайте, пожалуйста, новое.",
        "de": "Eine Zusammenführung mit dieser Nummer gibt es schon. Bitte legen Sie eine neue an.",
        "en": "A merge with this number exists already. Please make a new one.",
    },
    "unknown_merge": {
        "uk": "Такого об'єднання ми не знайшли.",
        "ru": "Такого объединения мы не нашли.",
        "de": "Diese Zusammenführung haben wir nicht gefunden.",
        "en": "We could not find this merge.",
    },
    "unknown_pair": {
        "uk": "Такої пари записів ми не знайшли.",
        "ru": "Такой пары записей мы не нашли.",
        "de": "Dieses Paar von Datensätzen haben wir nicht gefunden.",
        "en": "We could not find this pair of records.",
    },
    "too_many_records": {
        "uk": "До цієї особи приєднано вже забагато записів.",
        "ru": "К этому человеку присоединено уже слишком много записей.",
        "de": "Zu dieser Person gehören schon zu viele Datensätze.",
        "en": "Too many records belong to this person already.",
    },
    "nothing_to_find": {
        "uk": "Вкажіть, будь ласка, ім'я, телефон або код звернення.",
        "ru": "Укажите, пожалуйста, имя, телефон или код обращения.",
        "de": "Bitte geben Sie einen Namen, eine Telefonnummer oder den Code einer Anfrage an.",
        "en": "Please give a name, a phone number or the code of an enquiry.",
    },
    "name_too_long": {
        "uk": "Ім'я задовге. Запишіть його, будь ласка, коротше.",
        "ru": "Имя слишком длинное. Запишите его, пожалуйста, короче.",
        "de": "Der Name ist zu lang. Bitte schreiben Sie ihn kürzer.",
        "en": "The name is too long. Please write it shorter.",
    },
    "name_control_characters": {
        "uk": "В імені є службові символи. Наберіть його, будь ласка, ще раз.",
        "ru": "В имени есть служебные символы. Наберите его, пожалуйста, ещё раз.",
        "de": "Im Namen stehen Steuerzeichen. Bitte tippen Sie ihn noch einmal.",
        "en": "The name contains control characters. Please type it again.",
    },
    "name_invisible": {
        "uk": "В імені є невидимі символи. Наберіть його, будь ласка, ще раз, не копіюючи.",
        "ru": "В имени есть невидимые символы. Наберите его, пожалуйста, ещё раз, не копируя.",
        "de": "Im Namen stehen unsichtbare Zeichen. Bitte tippen Sie ihn noch einmal, ohne zu kopieren.",
        "en": "The name contains invisible characters. Please type it again instead of copying it.",
    },
    "name_symbols": {
        "uk": "В імені є значки або емодзі. Залиште, будь ласка, лише літери.",
        "ru": "В имени есть значки или эмодзи. Оставьте, пожалуйста, только буквы.",
        "de": "Im Namen stehen Symbole oder Emojis. Bitte lassen Sie nur die Buchstaben stehen.",
        "en": "The name contains symbols or emoji. Please leave only the letters.",
    },
    "name_without_letters": {
        "uk": "В імені немає жодної літери.",
        "ru": "В имени нет ни одной буквы.",
        "de": "Der Name enthält keinen Buchstaben.",
        "en": "The name contains no letter.",
    },
    "not_a_birth_date": {
        "uk": "Такого дня народження не може бути. Вкажіть, будь ласка, рік або повну дату.",
        "ru": "Такой даты рождения не может быть. Укажите, пожалуйста, год или полную дату.",
        "de": "Diesen Geburtstag kann es nicht geben. Bitte geben Sie das Jahr oder das ganze Datum an.",
        "en": "This cannot be a birth date. Please give the year or the whole date.",
    },
    "not_a_phone": {
        "uk": "Це не схоже на номер телефону. Вкажіть його, будь ласка, з кодом міста або країни.",
        "ru": "Это не похоже на номер телефона. Укажите его, пожалуйста, с кодом города или страны.",
        "de": "Das ist keine Telefonnummer. Bitte geben Sie sie mit Vorwahl oder Ländervorwahl an.",
        "en": "This is no phone number. Please give it with its area or country code.",
    },
}
