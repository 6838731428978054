"""ICU patterns as far as texts may use them: arguments, plurals in four languages, and nothing that surprises."""

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st
from icu4py.messageformat import MessageFormat

from lotse_contracts.values import RecipientLanguage
from lotse_notify.domain.checking import PLURALS
from lotse_notify.domain.patterns import (
    PATTERN_CHARACTERS_MAX,
    ArgumentsMissing,
    PatternInvalid,
    formatted,
    parts_of,
    variables_of,
    words_of,
)
from lotse_notify.domain.templates import LANGUAGES

DAYS: dict[RecipientLanguage, str] = {
    "uk": "{n, plural, one {{n} день} few {{n} дні} many {{n} днів} other {{n} дня}}",
    "ru": "{n, plural, one {{n} день} few {{n} дня} many {{n} дней} other {{n} дня}}",
    "de": "{n, plural, one {{n} Tag} other {{n} Tage}}",
    "en": "{n, plural, one {{n} day} other {{n} days}}",
}
EVIL = [
    "{when}",
    "{n, plural, other {x}}",
    "'{x}'",
    "a'b",
    "<b>&",
    "\u202eabc",
    "x\r\nBcc: y",
    "#",
    "{{{",
    "\\",
    "%s{0}",
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", range(131))
def test_numbers_take_the_form_that_cldr_says(language: RecipientLanguage, number: int) -> None:
    """0 to 130, against another reader of the same rules; trap 11: `one` is also 21, 31 and 101."""
    category = Locale.parse(language).plural_form(number)
    branch = dict(next(iter(variables_of(parts_of(DAYS[language])))).branches)[category]
    expected = "".join(words_of(branch)).strip()
    assert formatted(DAYS[language], language, {"n": number}) == f"{number} {expected}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_categories_of_whole_numbers_are_those_of_cldr(language: RecipientLanguage) -> None:
    locale = Locale.parse(language)
    assert {locale.plural_form(number) for number in range(1_000)} | {"other"} == PLURALS[language]


def test_what_icu_would_do_with_too_few_and_too_many_arguments() -> None:
    """Trap 11: the reason for checking them ourselves."""
    assert MessageFormat("{a} {b}", "uk").format({"a": "x", "c": "y"}) == "x {b}"


@pytest.mark.parametrize("pattern", ["{name}", "{n, plural, one {{name}} other {}}", "{n, plural, one {} other {{x}}}"])
def test_a_missing_argument_is_an_error_even_in_a_branch_not_taken(pattern: str) -> None:
    with pytest.raises(ArgumentsMissing):
        formatted(pattern, "uk", {"n": 1})


@pytest.mark.parametrize("value", ["1", "few"])
def test_a_number_is_a_number(value: str) -> None:
    with pytest.raises(ArgumentsMissing):
        formatted(DAYS["uk"], "uk", {"n": value})


@pytest.mark.parametrize(
    "pattern",
    [
        "{",
        "}",
        "a}b",
        "{x",
        "{}",
        "{0}",
        "{x.y}",
        "{x!r}",
        "{x:>9}",
        "{ x y }",
        "{n, number}",
        "{d, date, short}",
        "{n, spellout}",
        "{n, choice, 0#a|1#b}",
        "{n, selectordinal, one {st} other {th}}",
        "{n, plural, offset:1 one {a} other {b}}",
        "{n, plural, one {a}}",
        "{n, plural, one {#} other {b}}",
        "{n, plural, one {a} one {b} other {c}}",
        "{n, plural, other {a}",
        "it is '{quoted}'",
        "two '' apostrophes",
        "{a, plural, other {{b, plural, other {{c, plural, other {{d, plural, other {{e, plural, other {x}}}}}}}}}}",
        "x" * (PATTERN_CHARACTERS_MAX + 1),
    ],
)
def test_what_surprises_editors_is_no_pattern(pattern: str) -> None:
    with pytest.raises(PatternInvalid):
        parts_of(pattern)


def test_an_apostrophe_is_a_letter() -> None:
    assert formatted("п'ять {x}", "uk", {"x": "О'Коннор"}) == "п'ять О'Коннор"


@pytest.mark.parametrize("value", EVIL)
def test_a_value_is_never_read_as_a_pattern(value: str) -> None:
    """Trap 20: braces in a name are letters as long as the name is an argument."""
    assert formatted("a {x} b", "uk", {"x": value}) == f"a {value} b"


@given(st.text(max_size=80), st.text(st.characters(codec="utf-8", exclude_characters="{}#'"), max_size=80))
def test_any_value_comes_out_as_it_went_in(value: str, words: str) -> None:
    assert formatted(words + "{x}", "uk", {"x": value}) == words + value


PLAIN = st.text(alphabet="abc їґ.,!", max_size=8)
PATTERNS = st.recursive(
    st.one_of(PLAIN, st.sampled_from(["{x}", "{y}"])),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.builds(lambda one, other: f"{{n, plural, one {{{one}}} other {{{other}}}}}", inner, inner),
        st.builds(lambda a, other: f"{{s, select, a {{{a}}} other {{{other}}}}}", inner, inner),
    ),
    max_leaves=6,
)


@given(PATTERNS, st.integers(0, 200), st.sampled_from(["a", "b"]))
def test_what_we_read_as_a_pattern_icu_reads_alike(pattern: str, number: int, choice: str) -> None:
    """The words that come out are those of the branches that we see, and every argument is one that we know."""
    try:
        parts = parts_of(pattern)
    except PatternInvalid:
        return  # nested too deeply
    values: dict[str, str | int] = {"x": "X", "y": "Y", "n": number, "s": choice}
    named = {variable.name for variable in variables_of(parts)}
    filled = formatted(pattern, "en", {name: values[name] for name in named})
    assert filled == _filled(parts, values)


def _filled(parts: object, values: dict[str, str | int]) -> str:
    """Our own reading for English, where only 1 is `one`."""
    said = ""
    for part in parts:  # type: ignore[attr-defined]
        if not hasattr(part, "name"):
            said += part.text
        elif part.kind == "text":
            said += str(values[part.name])
        else:
            branches = dict(part.branches)
            value = values[part.name]
            key = ("one" if value == 1 else "other") if part.kind == "plural" else str(value)
            said += _filled(branches.get(key, branches["other"]), values)
    return said
