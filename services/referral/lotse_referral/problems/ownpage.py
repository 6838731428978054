"""Why this part says no: what her page and the check-backs keep."""

STATUSES: dict[str, int] = {
    "checkback_closed": 409,
    "code_or_pin_wrong": 403,
    "intake_away": 503,
    "not_from_this_page": 403,
    "session_over": 403,
}

PROBLEM_TEXTS: dict[str, dict[str, str]] = {
    "checkback_closed": {
        "uk": "Дякуємо, це питання вже закрите. Якщо щось змінилося, зверніться, будь ласка, до нас.",
        "ru": "Спасибо, этот вопрос уже закрыт. Если что-то изменилось, обратитесь, пожалуйста, к нам.",
        "de": "Danke, diese Frage ist schon geklärt. Wenn sich etwas geändert hat, melden Sie sich bitte bei uns.",
        "en": "Thank you, this question is already settled. If anything has changed, please get in touch with us.",
    },
    "intake_away": {
        "uk": "Зараз не вдається перевірити код і PIN. Спробуйте, будь ласка, за кілька хвилин.",
        "ru": "Сейчас не удаётся проверить код и PIN. Попробуйте, пожалуйста, через несколько минут.",
        "de": "Code und PIN können gerade nicht geprüft werden. Bitte versuchen Sie es in einigen Minuten noch einmal.",
        "en": "Code and PIN cannot be checked just now. Please try again in a few minutes.",
    },
    "code_or_pin_wrong": {
        "uk": "Код або PIN не підходить, або спроб було забагато. Після кількох помилок ми певний час нічого не"
        " приймаємо. Перевірте обидва та спробуйте пізніше.",
        "ru": "Код или PIN не подходит, или попыток было слишком много. После нескольких ошибок мы некоторое время"
        " ничего не принимаем. Проверьте оба и попробуйте позже.",
        "de": "Code oder PIN stimmt nicht, oder es waren zu viele Versuche. Nach mehreren Fehlern nehmen wir eine Weile"
        " nichts an. Prüfen Sie bitte beides und versuchen Sie es später noch einmal.",
        "en": "Code or PIN is not right, or there were too many tries. After several mistakes we take nothing for a"
        " while. Please check both and try again later.",
    },
    "unknown_consent": {
        "uk": "Такої згоди немає.",
        "ru": "Такого согласия нет.",
        "de": "Diese Einwilligung gibt es nicht.",
        "en": "There is no such consent.",
    },
    "session_over": {
        "uk": "Час минув. Відкрийте сторінку, будь ласка, ще раз.",
        "ru": "Время истекло. Откройте страницу, пожалуйста, ещё раз.",
        "de": "Die Zeit ist um. Bitte öffnen Sie die Seite noch einmal.",
        "en": "The time is over. Please open the page again.",
    },
    "not_from_this_page": {
        "uk": "Це прийшло не з нашої сторінки. Відкрийте її, будь ласка, ще раз.",
        "ru": "Это пришло не с нашей страницы. Откройте её, пожалуйста, ещё раз.",
        "de": "Das kam nicht von dieser Seite. Bitte öffnen Sie sie noch einmal.",
        "en": "This did not come from our page. Please open it again.",
    },
    "not_by_message": {
        "uk": "Про це направлення не можна надсилати повідомлення. Будь ласка, скажіть їй особисто.",
        "ru": "Об этом направлении нельзя отправлять сообщения. Пожалуйста, скажите ей лично.",
        "de": "Zu dieser Vermittlung darf keine Nachricht verschickt werden. Bitte sagen Sie es ihr persönlich.",
        "en": "No message may be sent about this referral. Please tell her in person.",
    },
}
