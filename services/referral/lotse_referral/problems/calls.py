"""Why this part says no: calls to a person."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {
    "unknown_call": {
        "uk": "Такого дзвінка немає.",
        "ru": "Такого звонка нет.",
        "de": "Diesen Anruf gibt es nicht.",
        "en": "There is no such call.",
    },
    "call_over": {
        "uk": "Цей дзвінок уже не потрібен.",
        "ru": "Этот звонок уже не нужен.",
        "de": "Dieser Anruf ist schon erledigt oder nicht mehr nötig.",
        "en": "This call is settled, or not needed any more.",
    },
}
