"""What may be published: complete in four languages, of the form, and without a fault that a check can find."""

import json
from collections.abc import Callable
from importlib import resources
from typing import Any

import pytest

from lotse_notify.domain.checking import faults_of_texts
from lotse_notify.domain.shipped import shipped_texts
from lotse_notify.domain.templates import LANGUAGES, NOTICES
from lotse_notify.domain.texts import TextsInvalid, checked

ALL = shipped_texts(drafts_allowed=True)


def _sources(language: str = "", change: Callable[[dict[str, Any]], None] | None = None) -> list[str]:
    folder = resources.files("lotse_notify") / "texts"
    sources = []
    for one in LANGUAGES:
        words = json.loads((folder / f"{one}.json").read_text("utf-8"))
        if one == language and change is not None:
            change(words)
        sources.append(json.dumps(words, ensure_ascii=False))
    return sources


def test_the_texts_that_come_with_notify_may_all_be_published() -> None:
    assert faults_of_texts(ALL, NOTICES) == []


def _without_link(words: dict[str, Any]) -> None:
    words["notices"]["receipt"]["neutral"]["line"] = "Your message has reached us."


def _with_unknown_argument(words: dict[str, Any]) -> None:
    words["notices"]["receipt"]["neutral"]["paragraphs"] = ["Hello {surname}."]


def _with_attribute(words: dict[str, Any]) -> None:
    words["notices"]["appointment_fixed"]["time_and_place"]["paragraphs"] = ["{when.__class__}"]


def _with_a_time_where_none_was_chosen(words: dict[str, Any]) -> None:
    words["notices"]["appointment_fixed"]["neutral"]["paragraphs"] = ["Your appointment: {when}."]


def _without_the_time(words: dict[str, Any]) -> None:
    words["notices"]["appointment_fixed"]["time_and_place"]["paragraphs"] = ["Your appointment."]


def _with_open_brace(words: dict[str, Any]) -> None:
    words["notices"]["receipt"]["neutral"]["paragraphs"] = ["Hello {"]


def _with_authority(words: dict[str, Any]) -> None:
    words["frame"]["subject"] = "News from the Jobcenter"


def _with_a_long_sms(words: dict[str, Any]) -> None:
    words["notices"]["receipt"]["neutral"]["line"] = f"{'Your message has reached us. ' * 10}{{link}}"


def _with_a_dear_sign(words: dict[str, Any]) -> None:
    words["notices"]["receipt"]["neutral"]["line"] = "Your message has arrived \u2013 see {link}"


FAULTS: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (_without_link, "a line has its link once"),
    (_with_unknown_argument, "no such argument here: surname"),
    (_with_attribute, "a pattern is wrong"),
    (_with_a_time_where_none_was_chosen, "no such argument here: when"),
    (_without_the_time, "no time is said"),
    (_with_open_brace, "a pattern is wrong"),
    (_with_authority, "telling word 'jobcent'"),
    (_with_a_long_sms, "takes 3 parts"),
    (_with_a_dear_sign, "signs that double the cost"),
]


@pytest.mark.parametrize(("change", "fault"), FAULTS)
def test_a_text_that_is_not_right_may_not_be_published(change: Callable[[dict[str, Any]], None], fault: str) -> None:
    texts = checked(_sources("en", change), drafts_allowed=True)
    assert any(fault in found for found in faults_of_texts(texts, NOTICES))


def _without_notice(words: dict[str, Any]) -> None:
    del words["notices"]["checkback"]


def _with_line_break(words: dict[str, Any]) -> None:
    words["frame"]["subject"] = "Hello\r\nBcc: all@example.org"


def _with_something_unknown(words: dict[str, Any]) -> None:
    words["frame"]["footer"] = "Hello"


@pytest.mark.parametrize("change", [_without_notice, _with_line_break, _with_something_unknown])
def test_a_text_that_is_not_whole_is_none(change: Callable[[dict[str, Any]], None]) -> None:
    with pytest.raises(TextsInvalid):
        checked(_sources("en", change), drafts_allowed=True)


def test_all_four_languages_are_needed() -> None:
    """Trap 13: complete in each language, or not at all."""
    with pytest.raises(TextsInvalid):
        checked(_sources()[1:], drafts_allowed=True)
