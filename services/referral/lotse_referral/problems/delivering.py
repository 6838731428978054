"""Why this part says no: what the ways of delivery keep."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {
    "no_address": {
        "uk": "У довіднику немає електронної адреси цієї установи. Надрукуйте, будь ласка, листа або зателефонуйте.",
        "ru": "В справочнике нет электронного адреса этого учреждения. Напечатайте, пожалуйста, письмо или позвоните.",
        "de": "Im Verzeichnis steht keine E-Mail-Adresse dieser Stelle. Bitte drucken Sie den Brief oder rufen Sie an.",
        "en": "The directory has no e-mail address of this office. Please print the letter, or call.",
    },
    "signed_out": {
        "uk": "Цю сторінку вже закрито. Відкрийте її, будь ласка, за новим посиланням.",
        "ru": "Эта страница уже закрыта. Откройте её, пожалуйста, по новой ссылке.",
        "de": "Diese Seite ist nicht mehr offen. Bitte öffnen Sie sie mit einem neuen Link.",
        "en": "This page is no longer open. Please open it with a new link.",
    },
    "text_too_long": {
        "uk": "Текст задовгий. Скоротіть його, будь ласка.",
        "ru": "Текст слишком длинный. Сократите его, пожалуйста.",
        "de": "Der Text ist zu lang. Bitte kürzen Sie ihn.",
        "en": "The text is too long. Please shorten it.",
    },
    "unknown_task": {
        "uk": "Для цього направлення немає завдання.",
        "ru": "Для этого направления нет задания.",
        "de": "Zu dieser Vermittlung gibt es keine Aufgabe.",
        "en": "There is no task for this referral.",
    },
    "task_over": {
        "uk": "Це завдання вже завершено.",
        "ru": "Это задание уже завершено.",
        "de": "Diese Aufgabe ist schon erledigt.",
        "en": "This task is settled already.",
    },
    "call_answer_needed": {
        "uk": "Зазначте, будь ласка, що відповіла установа.",
        "ru": "Укажите, пожалуйста, что ответило учреждение.",
        "de": "Bitte geben Sie an, was die Stelle geantwortet hat.",
        "en": "Please say what the office answered.",
    },
    "call_answer_not_expected": {
        "uk": "Відповідь установи буває лише після розмови телефоном.",
        "ru": "Ответ учреждения бывает только после разговора по телефону.",
        "de": "Eine Antwort der Stelle gibt es nur nach einem Anruf.",
        "en": "There is an answer of the office only after a call.",
    },
    "reason_not_expected": {
        "uk": "Причину вказують лише для відмови.",
        "ru": "Причину указывают только при отказе.",
        "de": "Einen Grund gibt es nur bei einer Absage.",
        "en": "A reason goes with a refusal only.",
    },
    "no_answer_is_for_calls": {
        "uk": "Так завершується лише дзвінок.",
        "ru": "Так заканчивается только звонок.",
        "de": "So kann nur ein Anruf ausgehen.",
        "en": "Only a call can end like this.",
    },
}
"""Why referral says no, in Ukrainian, Russian, German and English."""
