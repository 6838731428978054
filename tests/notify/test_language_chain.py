"""The language of a message: the first on her own list in which its words may be sent, then German, then English."""

from itertools import permutations

import pytest

from lotse_contracts.values import RecipientLanguage
from lotse_notify.domain.shipped import shipped_texts
from lotse_notify.domain.templates import FRAME, LANGUAGES, NOTICES
from lotse_notify.domain.texts import LAST_RESORT, Published

UNSIGNED = shipped_texts(drafts_allowed=False)
BY_SIGNATURES: tuple[frozenset[RecipientLanguage], ...] = (
    frozenset(),
    frozenset({"uk"}),
    frozenset({"ru"}),
    frozenset({"uk", "ru"}),
)
SIGNED = {
    signed: UNSIGNED.with_published(Published(UNSIGNED.document(name), 1, signed) for name in (FRAME, *NOTICES))
    for signed in BY_SIGNATURES
}


LISTS = [chosen for count in range(5) for chosen in permutations(LANGUAGES, count)]


@pytest.mark.parametrize("signed", BY_SIGNATURES)
@pytest.mark.parametrize("languages", LISTS)
def test_the_language_is_on_her_list_or_german_or_english(
    languages: tuple[RecipientLanguage, ...], signed: frozenset[RecipientLanguage]
) -> None:
    """Never Russian for Ukrainian or the other way round, whatever is signed: every list there can be."""
    texts = SIGNED[signed]
    usable = [one for one in languages if one in {*signed, "de", "en"}]
    expected = usable[0] if usable else "de"
    assert expected in {*languages, *LAST_RESORT}
    assert texts.language_for(languages) == expected
    assert {texts.language_for(languages, name) for name in NOTICES} == {expected}


@pytest.mark.parametrize(
    ("languages", "drafts_allowed", "chosen"),
    [
        (("uk", "de"), True, "uk"),
        (("uk",), False, "de"),
        (("uk", "en"), False, "en"),
        (("ru", "uk"), True, "ru"),
        ((), True, "de"),
    ],
)
def test_the_language_is_the_first_of_her_own_list_then_german(
    languages: tuple[RecipientLanguage, ...], drafts_allowed: bool, chosen: str
) -> None:
    assert shipped_texts(drafts_allowed=drafts_allowed).language_for(languages) == chosen


def test_one_text_signed_is_that_text_alone() -> None:
    shipped = shipped_texts(drafts_allowed=False)
    both = [Published(shipped.document(name), 1, frozenset({"uk"})) for name in ("receipt", FRAME)]
    texts = shipped.with_published(both)
    assert texts.language_for(("uk",), "receipt") == "uk"
    assert texts.language_for(("uk", "en"), "checkback") == "en"
    assert texts.is_draft("ru", "receipt")
    assert not texts.is_draft("uk", "receipt")
