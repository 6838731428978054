"""Refusals of what staff say about messages, in four languages; no text holds a value."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {
    "which_notice": {
        "uk": "Вкажіть ключ або номер повідомлення.",
        "ru": "Укажите ключ или номер сообщения.",
        "de": "Bitte den Schlüssel oder die Nummer der Nachricht nennen.",
        "en": "Please name the key or the id of the message.",
    },
    "nothing_in_doubt": {
        "uk": "З цим повідомленням усе вже ясно або його немає.",
        "ru": "С этим сообщением всё уже ясно, или его нет.",
        "de": "An dieser Nachricht ist nichts ungewiss, oder es gibt sie nicht.",
        "en": "Nothing about this message is in doubt, or there is none.",
    },
    "nothing_to_try_again": {
        "uk": "Повторити можна лише те, що точно не надійшло й ще потрібне.",
        "ru": "Повторить можно только то, что точно не дошло и ещё нужно.",
        "de": "Noch einmal geht nur, was sicher nicht ankam und noch von Nutzen ist.",
        "en": "Only what surely did not arrive and is still of use can go again.",
    },
}
