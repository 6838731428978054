"""STOP and START: the whole message and nothing more, in four languages, whatever letters look the same."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_notify.domain.stopwords import START, STOP, word_of

LOOKALIKES = {
    "a": "аα", "c": "с", "e": "еє", "i": "іι", "k": "кκ", "m": "м", "n": "", "o": "оο0", "p": "рρ", "s": "ѕ", "t": "тτ",
    "x": "х", "y": "ую", "b": "в", "h": "н", "d": "ԁ", "u": "", "q": "ԛ", "w": "ԝ",
}  # fmt: skip
SAME = {letter: [letter, *(one for one in others if one not in "єю")] for letter, others in LOOKALIKES.items()}
BACK = {one: letter for letter, same in SAME.items() for one in same}
MARKS = st.text(" .!?…,;:-\u2013\u2014\"'«»()*\n\t\u200b\u00ad\ufeff", max_size=4)


@pytest.mark.parametrize(
    "text",
    [
        "STOP", "stop", "Stop.", "  stop!  ", "«STOP»", "STOPP", "ENDE", "Abmelden", "СТОП", "Стоп.", "стоп!!!",
        "CTOП", "СТOП", "CTOP", "СТОР", "ST0P", "SТОР", "Відписатися", "ВІДПИСАТИСЬ", "Bідписатися",
        "Отписаться", "Oтпиcaтьcя", "S\u200bT\u200bO\u200bP", "ＳＴＯＰ", "Stop 🛑", "UNSUBSCRIBE", "stop  all",
    ],
)  # fmt: skip
def test_trap_14_stop_in_four_languages_and_with_letters_that_look_the_same(text: str) -> None:
    assert word_of(text) == "stop"


@pytest.mark.parametrize(
    "text",
    [
        "Falsche Nummer!", "wrong number", "Verwählt.", "Не той номер", "Ви помилилися номером", "НЕ ТОТ НОМЕР",
        "Вы ошиблись номером!",
    ],
)  # fmt: skip
def test_trap_15_a_stranger_who_has_her_number_now_ends_it_by_saying_so(text: str) -> None:
    assert word_of(text) == "stop"


@pytest.mark.parametrize(
    "text", ["START", "start.", "СТАРТ", "CTAPT", "Unstop", "Підписатися", "Подписаться", "anmelden"]
)
def test_start_in_four_languages(text: str) -> None:
    assert word_of(text) == "start"


@pytest.mark.parametrize(
    "text",
    [
        "Stop by at 5?", "please stop", "don't stop", "stop it", "nonstop", "Стоп, я не зможу о 15:00",
        "Не отписывайте", "Das Ende", "ende gut", "cancel", "Absage", "скасувати", "restart", "start at 9", "", "   ",
        "?!", "12345", "s t o p", "stop" * 30,
    ],
)  # fmt: skip
def test_trap_14_a_word_within_a_sentence_is_none(text: str) -> None:
    assert word_of(text) is None


@given(word=st.sampled_from(STOP), before=MARKS, after=MARKS, seed=st.integers(0, 10_000))
def test_any_mixture_of_lookalikes_in_any_case_and_between_marks_is_heard(
    word: str, before: str, after: str, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    mixed = "".join(dice.choice(SAME[BACK[letter]]) if letter in BACK else letter for letter in word)
    cased = "".join(dice.choice((letter.upper(), letter)) for letter in mixed)
    assert word_of(f"{before}{cased}{after}") == "stop"


@given(st.text(max_size=80))
def test_no_text_breaks_it(text: str) -> None:
    assert word_of(text) in ("stop", "start", None)


def test_no_word_means_both() -> None:
    assert not {word_of(word) for word in STOP} - {"stop"}
    assert not {word_of(word) for word in START} - {"start"}
