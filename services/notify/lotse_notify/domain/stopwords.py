"""Whether a message is STOP or START and nothing else, in four languages and whichever letters a phone put in."""

import unicodedata
from typing import Literal

Word = Literal["stop", "start"]

CHARACTERS_MAX = 60  # a longer message says more than one word

STOP = (
    *("stop", "stopp", "stopall", "stop all", "unsubscribe", "quit"),
    *("ende", "abmelden", "abbestellen", "austragen"),
    *("стоп", "відписатися", "відписатись", "відписати", "відписка"),
    *("отписаться", "отписать", "отписка", "ctop"),
    *("wrong number", "wrong person", "falsche nummer", "falsche person", "verwählt"),
    *("не той номер", "не та людина", "помилилися номером", "ви помилилися номером"),
    *("не тот номер", "не тот человек", "ошиблись номером", "вы ошиблись номером"),
)
"""`cancel` is none: somebody who answers a reminder with it means the appointment. Who says that it is not she has her
number now, and nothing more goes there."""
START = (
    *("start", "unstop", "subscribe"),
    *("anmelden", "wieder anmelden"),
    *("старт", "підписатися", "підписатись", "відновити"),
    *("подписаться", "возобновить", "ctapt"),
)

_LIKE_LATIN = str.maketrans(
    "авекмнорстухіјѕԁԛԝёοενιτραυκ0ıɩ",
    "abekmhopctyxijsdqweoevitpaykoii",
)
"""Cyrillic and Greek letters, and a zero, that look like Latin ones: what counts is what she saw on her screen."""
_EDGES = " \t\r\n.,;:!?…·-–—_*#/\\|+=~^\"'`´’‘“”„«»‹›()[]{}<>"


def word_of(text: str) -> Word | None:
    """STOP or START, where that is the whole message; None for anything that says more."""
    if len(text) > CHARACTERS_MAX:
        return None
    seen = _seen(text)
    if seen in _STOP:
        return "stop"
    return "start" if seen in _START else None


def _seen(text: str) -> str:
    """What the eye reads: one case, no accents that a keyboard adds, no marks around it, one space between words."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    visible = "".join(letter for letter in plain if unicodedata.category(letter) not in ("Cf", "Mn", "So", "Sk"))
    return " ".join(visible.strip(_EDGES).split()).translate(_LIKE_LATIN)


_STOP = frozenset(_seen(word) for word in STOP)
_START = frozenset(_seen(word) for word in START)
