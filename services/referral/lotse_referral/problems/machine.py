"""Why the way of a referral says no."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {
    "question_needed": {
        "uk": "Вкажіть, будь ласка, про що ви хочете запитати.",
        "ru": "Укажите, пожалуйста, о чём вы хотите спросить.",
        "de": "Bitte geben Sie an, was Sie zurückfragen möchten.",
        "en": "Please say what you would like to ask back.",
    },
    "info_answer_needed": {
        "uk": "Додайте, будь ласка, дані або вкажіть, чому їх немає.",
        "ru": "Добавьте, пожалуйста, данные или укажите, почему их нет.",
        "de": "Bitte geben Sie weitere Angaben frei oder sagen Sie, warum es keine gibt.",
        "en": "Please release more details, or say why there are none.",
    },
    "fields_given_before": {
        "uk": "Ці дані вже передано.",
        "ru": "Эти данные уже переданы.",
        "de": "Diese Angaben wurden schon weitergegeben.",
        "en": "These details have been passed on already.",
    },
    "fields_not_for_this_way": {
        "uk": "Якщо людина йде сама, дані службі не передаються.",
        "ru": "Если человек идёт сам, данные службе не передаются.",
        "de": "Wenn die Person selbst hingeht, werden der Stelle keine Angaben weitergegeben.",
        "en": "If the person goes herself, no details are passed on to the office.",
    },
    "following_needed": {
        "uk": "Вкажіть, будь ласка, нове направлення: службу та спосіб.",
        "ru": "Укажите, пожалуйста, новое направление: службу и способ.",
        "de": "Bitte nennen Sie die neue Vermittlung: das Angebot und den Weg.",
        "en": "Please name the new referral: the service and the way.",
    },
    "fresh_match_needed": {
        "uk": "Спершу підберіть, будь ласка, служби ще раз.",
        "ru": "Сначала подберите, пожалуйста, службы ещё раз.",
        "de": "Bitte lassen Sie zuerst neue Vorschläge suchen.",
        "en": "Please ask for fresh suggestions first.",
    },
    "same_service": {
        "uk": "Це та сама служба. Виберіть, будь ласка, іншу.",
        "ru": "Это та же самая служба. Выберите, пожалуйста, другую.",
        "de": "Das ist dasselbe Angebot. Bitte wählen Sie ein anderes.",
        "en": "This is the same service. Please choose another one.",
    },
    "overrule_incomplete": {
        "uk": "Вкажіть, будь ласка, правило і причину, чому ви вирішили інакше.",
        "ru": "Укажите, пожалуйста, правило и причину, почему вы решили иначе.",
        "de": "Bitte nennen Sie die Regel und den Grund, warum Sie anders entscheiden.",
        "en": "Please name the rule, and why you decide otherwise.",
    },
}
