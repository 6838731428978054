"""Refusals about: letters, deadlines, and the ways in."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {
    "unknown_deadline": {
        "uk": "Такого строку ми не знайшли.",
        "ru": "Такого срока мы не нашли.",
        "de": "Diese Frist haben wir nicht gefunden.",
        "en": "We could not find this deadline.",
    },
    "deadline_settled": {
        "uk": "Цей строк уже закрито. Створіть, будь ласка, новий.",
        "ru": "Этот срок уже закрыт. Создайте, пожалуйста, новый.",
        "de": "Diese Frist ist schon erledigt. Bitte legen Sie eine neue an.",
        "en": "This deadline is settled already. Please make a new one.",
    },
    "deadline_id_taken": {
        "uk": "Строк з таким номером уже є. Створіть, будь ласка, новий.",
        "ru": "Срок с таким номером уже есть. Создайте, пожалуйста, новый.",
        "de": "Eine Frist mit dieser Nummer gibt es schon. Bitte legen Sie eine neue an.",
        "en": "A deadline with this number exists already. Please make a new one.",
    },
    "receipt_taken": {
        "uk": "Цей код уже належить іншому зверненню. Надрукуйте, будь ласка, новий.",
        "ru": "Этот код уже принадлежит другому обращению. Напечатайте, пожалуйста, новый.",
        "de": "Dieser Code gehört schon zu einer anderen Anfrage. Bitte drucken Sie einen neuen.",
        "en": "This code belongs to another enquiry already. Please print a new one.",
    },
    "person_known": {
        "uk": "Ця людина вже відома. Її ім'я та контакт змінюйте, будь ласка, у її даних.",
        "ru": "Этот человек уже известен. Имя и контакт меняйте, пожалуйста, в его данных.",
        "de": "Diese Person ist schon bekannt. Name und Kontakt ändern Sie bitte bei der Person.",
        "en": "This person is known already. Please change name and contact with the person.",
    },
}
