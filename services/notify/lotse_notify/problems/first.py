"""What notify refuses, in four languages; no text holds a value."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {
    "contact_unreadable": {
        "uk": "Контакт запечатано не для цієї служби або його змінено.",
        "ru": "Контакт запечатан не для этой службы или изменён.",
        "de": "Der Kontakt ist nicht für diesen Dienst versiegelt oder wurde verändert.",
        "en": "The contact is not sealed to this service, or it was altered.",
    },
    "contact_malformed": {
        "uk": "Запечатаний контакт має неправильну форму.",
        "ru": "Запечатанный контакт имеет неверную форму.",
        "de": "Der versiegelte Kontakt hat nicht die vereinbarte Form.",
        "en": "The sealed contact does not have the agreed form.",
    },
    "link_malformed": {
        "uk": "Запечатане посилання має неправильну форму.",
        "ru": "Запечатанная ссылка имеет неверную форму.",
        "de": "Der versiegelte Link hat nicht die vereinbarte Form.",
        "en": "The sealed link does not have the agreed form.",
    },
    "wrong_arguments": {
        "uk": "Аргументи не відповідають шаблону.",
        "ru": "Аргументы не соответствуют шаблону.",
        "de": "Die Argumente passen nicht zur Vorlage.",
        "en": "The arguments are not those of the template.",
    },
    "link_unreadable": {
        "uk": "Посилання запечатано не для цієї служби або його змінено.",
        "ru": "Ссылка запечатана не для этой службы или изменена.",
        "de": "Der Link ist nicht für diesen Dienst versiegelt oder wurde verändert.",
        "en": "The link is not sealed to this service, or it was altered.",
    },
    "unknown_office": {
        "uk": "Такої установи в налаштуваннях немає.",
        "ru": "Такого учреждения в настройках нет.",
        "de": "Diese Stelle steht nicht in den Einstellungen.",
        "en": "No setting names this office.",
    },
    "time_out_of_range": {
        "uk": "На такий час зустріч призначити не можна.",
        "ru": "На такое время встречу назначить нельзя.",
        "de": "Zu dieser Zeit kann kein Termin sein.",
        "en": "No appointment can be at that time.",
    },
    "reply_key_unusable": {
        "uk": "Ключ для відповіді непридатний.",
        "ru": "Ключ для ответа непригоден.",
        "de": "Der Schlüssel für die Antwort ist unbrauchbar.",
        "en": "The key for the reply cannot be used.",
    },
}
