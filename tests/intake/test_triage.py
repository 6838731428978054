"""The triage: flags, codes, and a list of words that forgives slips, tried on messages by somebody who never saw it."""

import json
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_contracts.values import Urgency
from lotse_intake.domain.phrases import Found, PhraseInvalid, lexicon_of, phrase_of
from lotse_intake.domain.triage import DUE_HOURS, triage
from lotse_intake.domain.wordlist import WordsInvalid, compiled, hit
from lotse_intake.providers.wordlist import SHIPPED, read_words

WORDS = read_words()
PHRASES = Path(__file__).parent / "phrases"
LANGUAGES = ("uk", "ru", "de", "en")
FALSE_MAX = 10  # of 200 neutral messages of a language, 5 %

NEUTRAL = (
    "Добрий день, підкажіть, будь ласка, де можна вивчати німецьку мову?",
    "Здравствуйте, хочу записаться на курс немецкого языка.",
    "Guten Tag, ich suche einen Sprachkurs und einen Kitaplatz für meine Tochter.",
    "Hello, I would like to learn German and find a volunteer group.",
    "Шукаю лікаря для дитини, дякую за допомогу.",
    "Как признать мой диплом инженера?",
    "Das ist nicht dringend, ich habe nur eine Frage zum Kurs.",
    "Це не дуже терміново, просто хочу знати.",
)
URGENT = (
    "Нас виселяють з квартири!",
    "У нас немає їжі.",
    "Меня уволили с работы",
    "получил повестку в суд",
    "Ich habe eine Kündigung bekommen",
    "Die Frist endet morgen",
    "We will be evicted",
    "my visa expires tomorrow",
    "Die Zwangsraeumung ist am Montag",
    "nas vyselyayut z kvartyry, dopomozhit bud laska",
)
EMERGENCY = (
    "Мені ніде ночувати сьогодні",
    "Я не хочу жити",
    "нам негде  ночевать",
    "Ich bin obdachlos",
    "heute Nacht habe ich keinen Schlafplatz",
    "We have nowhere to sleep tonight",
    "I want to DIE",
)
VIOLENT = (
    "мій чоловік б’є мене",
    "муж бьёт меня",
    "Er schlägt mich",
    "my husband hits me and threatens me",
    "мене б\u200bʼють",
    "чоловiк б*є мене",
    "muzh menya bjet, pomogite",
)


def judged(text: str = "", flags: tuple[str, ...] = (), codes: tuple[str, ...] = ()) -> tuple[Urgency, bool]:
    found = triage(flags=flags, codes=codes, text=text, words=WORDS)
    return found.urgency, found.contact_safe


def messages(name: str) -> list[Mapping[str, Any]]:
    return [json.loads(line) for line in (PHRASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("text", NEUTRAL)
def test_a_neutral_text_is_normal(text: str) -> None:
    assert judged(text) == ("normal", True)


@pytest.mark.parametrize("text", URGENT)
def test_urgent_words_in_four_languages_are_found(text: str) -> None:
    assert judged(text) == ("urgent", True)


@pytest.mark.parametrize("text", EMERGENCY)
def test_words_of_an_emergency_are_found(text: str) -> None:
    assert judged(text) == ("emergency", True)


@pytest.mark.parametrize("text", VIOLENT)
def test_words_of_violence_make_the_contact_unsafe(text: str) -> None:
    assert judged(text) == ("emergency", False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_urgent_message_of_the_trial_is_missed(language: str) -> None:
    own = [line for line in messages("urgent") if line["language"] == language]
    assert len(own) >= 60
    assert [line["text"] for line in own if judged(line["text"])[0] == "normal"] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_emergency_of_the_trial_is_one(language: str) -> None:
    own = [line for line in messages("urgent") if line["language"] == language and line["level"] == "emergency"]
    assert [line["text"] for line in own if judged(line["text"])[0] != "emergency"] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_at_most_one_neutral_message_in_twenty_is_flagged(language: str) -> None:
    own = [line for line in messages("neutral") if line["language"] == language]
    flagged = Counter(judged(line["text"])[0] != "normal" for line in own)
    assert len(own) == 200
    assert flagged[True] <= FALSE_MAX


def test_flags_and_codes_raise_the_urgency() -> None:
    assert judged(flags=("danger",)) == ("emergency", False)
    assert judged(flags=("homeless_tonight",)) == ("emergency", True)
    assert judged(flags=("deadline_near",)) == ("urgent", True)
    assert judged(codes=("violence",)) == ("urgent", False)
    assert judged(flags=("nobody_knows_this",), codes=("housing",)) == ("normal", True)


CALMING = [line for table in tomllib.loads(SHIPPED.read_text()).values() for line in table["calm"]]


@given(
    st.text(alphabet=st.characters(exclude_categories=["L", "N", "M", "Cf"]), max_size=200),
    st.sampled_from(URGENT + EMERGENCY + VIOLENT),
    st.text(alphabet=st.characters(exclude_categories=["L", "N", "M", "Cf"]), max_size=200),
)
def test_signs_around_it_never_lower_the_urgency(before: str, phrase: str, after: str) -> None:
    assert DUE_HOURS[judged(f"{before} {phrase} {after}")[0]] <= DUE_HOURS[judged(phrase)[0]]


@given(st.sampled_from(NEUTRAL), st.sampled_from(EMERGENCY + VIOLENT), st.sampled_from(CALMING))
def test_nothing_calm_beside_it_hides_an_emergency(neutral: str, phrase: str, calm: str) -> None:
    assert judged(f"{neutral} {calm}. {phrase}")[0] == "emergency"
    assert judged(f"{phrase} {calm}, {neutral}")[0] == "emergency"


@given(st.text(max_size=300))
def test_any_text_is_judged(text: str) -> None:
    assert judged(text)[0] in DUE_HOURS


@given(st.sampled_from([word for word in " ".join(URGENT).split() if len(word) >= 9]), st.integers(0, 10**6))
def test_a_long_word_forgives_a_slip_inside(word: str, seed: int) -> None:
    place = 1 + seed % (len(word) - 3)
    swapped = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    phrase = phrase_of(word[:9].rstrip("!.,"), "slavic" if word[0] > "z" else "latin", ())
    found = Found(lexicon_of([phrase], {}, ()), swapped)
    assert found.first([phrase]) is phrase


@pytest.mark.parametrize(
    "line",
    ["", " + ", "a", "аб", "слово + ", "слово | ", "<nobody>", "two words + ", "€", "х" * 500],
)
def test_a_phrase_that_breaks_the_rules_is_refused(line: str) -> None:
    with pytest.raises(PhraseInvalid):
        phrase_of(line, "slavic", ("family",))


@pytest.mark.parametrize(
    "given_",
    [
        {"fr": {"urgent": ["vite"]}},
        {"uk": {"soon": ["скоро"]}},
        {"uk": {"urgent": "терміново"}},
        {"uk": {"urgent": ["<child> + школ"]}},
        {"uk": {"groups": {"child": ["дит + син"]}}},
        {"uk": {"groups": ["дит"]}},
        {"uk": []},
    ],
)
def test_a_list_that_breaks_the_rules_is_refused_with_its_line(given_: dict[str, Any]) -> None:
    with pytest.raises(WordsInvalid) as fault:
        compiled(given_)
    assert set(fault.value.texts) == {"de", "en"}


def test_parts_stand_near_each_other_in_any_order_and_not_far_apart() -> None:
    words = compiled({"uk": {"urgent": ["<child> + школ + без"], "groups": {"child": ["дит", "син."]}}})
    assert hit(words, "Моя дитина сидить без школи")
    assert hit(words, "без школи вже місяць мій син")
    assert not hit(words, "Моя дитина сидить вдома" + " дуже довго" * 10 + " без школи")
    assert not hit(words, "синій портфель без школи")


def test_what_only_looks_urgent_is_not_looked_at() -> None:
    words = compiled({"de": {"urgent": ["dringend"], "calm": ["nicht dringend"]}})
    assert not hit(words, "Es ist nicht dringend.")
    assert hit(words, "Es ist nicht dringend, aber das hier ist dringend.")
    assert hit(words, "nicht so lange warten, dringend")


def test_latin_words_are_ukrainian_only_in_a_text_that_is() -> None:
    words = compiled({"uk": {"urgent": ["б'ють. + дит"], "groups": {}}})
    assert not hit(words, "We want to go, but the ditch is deep")
    assert hit(words, "bud laska dopomozhit, dytynu b'yut")
