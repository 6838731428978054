"""Why the directory says no to what somebody found out."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {
    "day_to_come": {
        "uk": "Ця дата ще не настала. Вкажіть, будь ласка, день, коли ви це перевірили.",
        "ru": "Эта дата ещё не наступила. Укажите, пожалуйста, день, когда вы это проверили.",
        "de": "Dieser Tag liegt noch vor uns. Bitte geben Sie den Tag an, an dem Sie es geprüft haben.",
        "en": "That day has not come yet. Please give the day on which you checked it.",
    },
    "hours_make_no_sense": {
        "uk": "Час закінчення має бути пізніше за час початку.",
        "ru": "Время окончания должно быть позже времени начала.",
        "de": "Diese Zeiten enden vor ihrem Anfang. Bitte prüfen Sie sie.",
        "en": "These hours end before they start. Please check them.",
    },
    "nothing_said": {
        "uk": "Не вказано жодної зміни. Якщо все правильно, підтвердьте службу без змін.",
        "ru": "Не указано ни одного изменения. Если всё верно, подтвердите службу без изменений.",
        "de": "Es wurde nichts angegeben. Wenn alles stimmt, bestätigen Sie das Angebot bitte unverändert.",
        "en": "Nothing was given. If everything is right, please confirm the service unchanged.",
    },
    "checked_later": {
        "uk": "Хтось уже перевірив це пізніше. Перегляньте, будь ласка, що записано зараз.",
        "ru": "Кто-то уже проверил это позже. Посмотрите, пожалуйста, что записано сейчас.",
        "de": "Das hat jemand später noch einmal geprüft. Bitte sehen Sie nach, was jetzt dort steht.",
        "en": "Somebody has checked this later. Please look up what it says now.",
    },
    "place_is_secret": {
        "uk": "Адресу цієї служби не зберігають, бо місце таємне.",
        "ru": "Адрес этой службы не хранят, потому что место тайное.",
        "de": "Die Adresse dieses Angebots wird nicht gespeichert, weil der Ort geheim ist.",
        "en": "The address of this service is not kept, because its place is secret.",
    },
    "more_than_there_are": {
        "uk": "Вільних місць не може бути більше, ніж усіх місць.",
        "ru": "Свободных мест не может быть больше, чем всех мест.",
        "de": "Es können nicht mehr Plätze frei sein, als es gibt.",
        "en": "There cannot be more free places than places.",
    },
}
