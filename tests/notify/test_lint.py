"""What no text may hold: foreign letters, look-alikes, telling words, advertising, words that bend to one gender."""

import pytest

from lotse_contracts.values import RecipientLanguage
from lotse_notify.domain.arguments import place_of
from lotse_notify.domain.checking import faults_of_document, purpose_faults
from lotse_notify.domain.lint import LETTERS, faults_of
from lotse_notify.domain.shipped import shipped_texts
from lotse_notify.domain.templates import LANGUAGES, Form, Notice
from lotse_notify.domain.texts import Document, NoticeDocument

TEXTS = shipped_texts(drafts_allowed=True)


def with_line(language: RecipientLanguage, line: str, *, name: str = "handover") -> list[str]:
    """The faults of a notice whose SMS in one language is this."""
    document: Document = TEXTS.document(name)
    assert isinstance(document, NoticeDocument)
    old = document.languages[language]
    form = Form.model_validate({**old.neutral.model_dump(), "line": line})
    notice = Notice(neutral=form, time_and_place=old.time_and_place)
    changed = document.model_copy(update={"languages": {**document.languages, language: notice}})
    return faults_of_document(changed, TEXTS)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("uk", "Вы прочитали"),
        ("uk", "подъезд"),
        ("uk", "ещё"),
        ("uk", "это"),
        ("ru", "Є новина"),
        ("ru", "ґанок"),
        ("ru", "їжак"),
    ],
)
def test_ukrainian_and_russian_do_not_mix(language: str, text: str) -> None:
    """Trap 13."""
    assert any("another language" in fault for fault in faults_of(language, text))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("uk", "пoвідомлення"),  # a Latin o
        ("uk", "повiдомлення"),  # a Latin i
        ("ru", "cообщение"),  # a Latin c
        ("de", "Nасhricht"),  # Cyrillic a and c
    ],
)
def test_a_look_alike_within_a_word_is_found(language: str, text: str) -> None:
    """Trap 13."""
    assert any("mixed alphabets" in fault for fault in faults_of(language, text))


@pytest.mark.parametrize(
    ("language", "text"), [("uk", "ви i ми"), ("ru", "o вас"), ("uk", "COPOK"), ("en", "а"), ("de", "мы")]
)
def test_a_look_alike_that_is_a_whole_word_is_found(language: str, text: str) -> None:
    """Trap 13: a Latin `i` between two Ukrainian words shows nowhere, and is read aloud as English."""
    assert any("another alphabet" in fault for fault in faults_of(language, text))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Ihr Termin beim Sozialamt"),
        ("de", "Ihre Schuldnerberatung"),
        ("en", "Your asylum appointment"),
        ("en", "news from the JOBCENTER"),
        ("uk", "запрошуємо до Джобцентру"),
        ("ru", "ваша консультация"),
        ("uk", "принесіть паспорт"),
    ],
)
def test_words_that_say_who_helps_with_what_are_found(language: str, text: str) -> None:
    assert any("telling word" in fault for fault in faults_of(language, text))


@pytest.mark.parametrize("text", ["wie vereinbart", "Sie besuchten uns", "Wir suchen weiter", "einfach"])
def test_harmless_words_that_look_like_telling_ones_pass(text: str) -> None:
    assert faults_of("de", text) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Wie zufrieden sind Sie mit uns?"),
        ("de", "Bitte spenden Sie."),
        ("en", "Take our survey"),
        ("uk", "Пройдіть опитування"),
        ("ru", "Пройдите опрос"),
    ],
)
def test_a_survey_or_a_call_for_gifts_makes_it_advertising(language: str, text: str) -> None:
    """§ 7 UWG; BGH, 10.07.2018, VI ZR 225/17."""
    assert any("advertising word" in fault for fault in faults_of(language, text))


def test_a_russian_question_is_no_survey() -> None:
    assert faults_of("ru", "Вас ждёт вопрос") == []


def test_advertising_itself_has_no_consent_to_stand_on() -> None:
    assert list(purpose_faults("advertising"))
    assert not [fault for purpose in ("service", "legal", "info") for fault in purpose_faults(purpose)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("uk", "Шановна пані"),
        ("uk", "Ви отримав(-ла) новину"),
        ("uk", "готовий/-а"),
        ("ru", "Уважаемый клиент"),
        ("ru", "вы получил/а"),
        ("de", "Sehr geehrte Frau"),
        ("de", "Teilnehmer*innen"),
        ("de", "Kund:innen"),
        ("en", "Dear Sir"),
    ],
)
def test_words_that_bend_to_whoever_is_addressed_are_found(language: str, text: str) -> None:
    """Trap 12: nobody knows her gender, and a stroke speaks to nobody."""
    assert any("salutation" in fault or "both genders" in fault for fault in faults_of(language, text))


@pytest.mark.parametrize(
    "text",
    ["so\u00adso", "2:00\u202f", "\u2068so\u2069", "so\u200bso", "\u202eso", "so\ufeff", "\u061cso", "so\u2028so"],
)
def test_what_nobody_sees_is_found(text: str) -> None:
    """Trap 5."""
    assert faults_of("en", text) == ["invisible characters"]


def test_a_letter_in_two_parts_is_found() -> None:
    assert "letters in two parts (not NFC)" in faults_of("uk", "цеи\u0306")


@pytest.mark.parametrize("text", ["https://example.org", "www.example", "mail@example", "see lotse.de now"])
def test_an_address_stands_in_a_link_alone(text: str) -> None:
    assert any("an address" in fault for fault in faults_of("en", text))


def test_german_sentences_are_short() -> None:
    """Trap 30: most of its readers still learn the language."""
    long = "Wir haben heute wieder einmal sehr viele schöne und auch lange Wörter für Sie."
    assert any("a sentence of 14 words" in fault for fault in faults_of("de", long))


@pytest.mark.parametrize(
    ("language", "line", "fault"),
    [
        ("uk", "{round, plural, one {{round} день} other {{round} дня}}: {link}", "a number has no few, many"),
        ("uk", "{round, plural, one {день} few {a} many {b} other {c}}: {link}", "`one` is also 21"),
        ("de", "{round, plural, one {ein Tag} few {x} other {Tage}}: {link}", "no such number in this language: few"),
        ("de", "{link, select, other {x}} {link}", "nothing to choose by"),
        ("de", "Frage: {link} {link}", "a line has its link once"),
        ("de", "Frage", "a line has its link once"),
        ("uk", f"{'На вас чекає запитання. ' * 4}{{link}}", "takes 3 parts"),
        ("de", "Eine Frage wartet auf Sie – bitte lesen: {link}", "signs that double the cost of an SMS: –"),
        ("de", "Eine „Frage“ wartet: {link}", "signs that double"),
    ],
)
def test_a_line_keeps_to_its_rules(language: RecipientLanguage, line: str, fault: str) -> None:
    """Traps 7 and 11."""
    assert any(fault in found for found in with_line(language, line))


def test_a_good_plural_passes() -> None:
    forms = "one {{round} питання} few {{round} питання} many {{round} питань} other {{round} питання}"
    assert with_line("uk", f"{{round, plural, {forms}}}: {{link}}") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_of_a_language_may_stand_in_its_texts(language: str) -> None:
    for letter in LETTERS[language]:
        assert faults_of(language, letter + letter.upper()) == []


PLACES = (
    "Nürnberger Str. 28b/30, Eingang A/B, 2. OG",
    "St.Petersburger Str. 9, Raum 2.14",
    "Bautzner Str.Dresden, Hauptstr.Radeberg",
    "Schandauer Str. 120 01277 Dresden",
    "Prager Str.10, z.B. am 10.12.",
    "Hof: hinten links",
    "вул. Лесі Українки, 5",
)
LEADING_ELSEWHERE = (
    "Hauptstr. 1 bit.ly/3xYz",
    "t.me/joinchat/AAA",
    "Зайди на EVIL.COM.",
    "сайт.рф",
    "evil\u3002com",
    "evil\u2024com",
    "hilfe.support/abc",
    "termin.photography",
    "pay@evil.example",
    "tel:110",
    "mailto:x",
    "10.0.0.1",
    "Tel +49 900 12345",
    "0900 1234567",
    "+49 89 123",
)
"""What a phone makes a link of, or dials."""


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("Prager Straße 10, 01069 Dresden", "Prager Straße 10, 01069 Dresden"),
        ("  Prager\r\n Straße 10 ", "Prager Straße 10"),
        ("Jobcenter Dresden", ""),
        ("Ausländerbehörde, Theaterstraße 11", ""),
        ("Beratungsstelle", ""),
        ("a\u202eb", ""),
        ("a\u0000b", ""),
        ("https://evil.example", ""),
        ("www.evil.example", ""),
        *((one, one) for one in PLACES),
        *((one, "") for one in LEADING_ELSEWHERE),
        ("x" * 121, ""),
    ],
)
def test_a_place_is_an_address_and_names_nobody(place: str, shown: str) -> None:
    """Trap 20, and never who it is."""
    assert place_of(place) == shown
