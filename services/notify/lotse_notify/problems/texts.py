"""Refusals of this part, in four languages; no text holds a value."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {
    "text_unknown": {
        "uk": "Такого тексту або такої версії немає.",
        "ru": "Такого текста или такой версии нет.",
        "de": "Diesen Text oder diese Version gibt es nicht.",
        "en": "There is no such text, or no such version of it.",
    },
    "text_is_faulty": {
        "uk": "У тексті є помилки; перевірка називає їх.",
        "ru": "В тексте есть ошибки; проверка называет их.",
        "de": "Der Text hat Fehler; die Prüfung nennt sie.",
        "en": "The text has faults; the check names them.",
    },
    "text_is_a_draft": {
        "uk": "Носій мови ще не підписав цей текст.",
        "ru": "Носитель языка ещё не подписал этот текст.",
        "de": "Diesen Text hat noch niemand unterschrieben, dessen Muttersprache es ist.",
        "en": "No native speaker has signed this text yet.",
    },
    "text_needs_four_eyes": {
        "uk": "Підписати й опублікувати має інша людина, ніж автор.",
        "ru": "Подписать и опубликовать должен другой человек, не автор.",
        "de": "Unterschreiben und veröffentlichen muss jemand anderes, als wer den Text geschrieben hat.",
        "en": "Somebody else than the author must sign and publish it.",
    },
    "text_needs_no_signature": {
        "uk": "Для цієї мови підпис не потрібен.",
        "ru": "Для этого языка подпись не нужна.",
        "de": "Diese Sprache braucht keine Unterschrift.",
        "en": "This language needs no signature.",
    },
    "text_counts_already": {
        "uk": "Ця версія вже діє.",
        "ru": "Эта версия уже действует.",
        "de": "Diese Version gilt schon.",
        "en": "This version counts already.",
    },
    "text_not_understood": {
        "uk": "Ця версія тексту застаріла, програма її не розуміє.",
        "ru": "Эта версия текста устарела, программа её не понимает.",
        "de": "Diese Version ist zu alt; das Programm versteht sie nicht.",
        "en": "This version is too old; the program does not understand it.",
    },
}
