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
}
