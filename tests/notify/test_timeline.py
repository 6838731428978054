"""The story of a message in words: in the order of time, every code in four languages, nothing made up."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import pytest

import lotse_notify
from lotse_contracts.notify import FoundOut, Step
from lotse_contracts.values import NoticeChannel, RecipientLanguage
from lotse_notify.domain.contact import PointHindrance
from lotse_notify.domain.machine import AttemptState, State
from lotse_notify.domain.receipts import Says
from lotse_notify.domain.timeline import steps_of
from lotse_notify.domain.waits import Because
from lotse_notify.domain.words import sentence, table, worded
from lotse_notify.handlers.resolving import EVENTS

START = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
LANGUAGES: tuple[RecipientLanguage, ...] = get_args(RecipientLanguage)
PACKAGE = Path(str(lotse_notify.__file__)).parent
CYRILLIC = re.compile("[а-яіїєґ]", re.IGNORECASE)
FOREIGN = {"uk": re.compile("[ыэёъ]", re.IGNORECASE), "ru": re.compile("[іїєґ]", re.IGNORECASE)}


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def row(**fields: Any) -> SimpleNamespace:
    return SimpleNamespace(**fields)


def decided(minutes: int, decision: str, because: str, until: int | None = None) -> SimpleNamespace:
    return row(at=at(minutes), decision=decision, because=because, until=None if until is None else at(until))


def tried(began: int, ended: int | None, state: str, reason: str | None = None) -> SimpleNamespace:
    return row(
        attempt_id=began,
        started_at=at(began),
        ended_at=None if ended is None else at(ended),
        state=state,
        reason=reason,
        channel="sms",
        provider="seven",
    )


def story(**rows: Any) -> list[Step]:
    given = {"decisions": (), "attempts": (), "receipts": (), "by_staff": ()} | rows
    return list(steps_of(row(**given), "en", until=rows.pop("until", None)))


def test_what_happened_at_one_moment_is_told_in_the_order_of_cause() -> None:
    steps = story(
        decisions=[
            decided(0, "held", "no_contact"),
            decided(1, "ready", "due"),
            decided(2, "in_flight", "sms"),
            decided(3, "unresolved", "answer_missing"),
            decided(9, "delivered", "delivered"),
        ],
        attempts=[tried(2, 3, "delivered", "answer_missing")],
        receipts=[row(attempt_id=2, received_at=at(9), says="delivered", kind="receipt", provider="seven")],
    )
    assert [(step.kind, step.code) for step in steps] == [
        ("decision", "held"),
        ("decision", "ready"),
        ("decision", "in_flight"),
        ("attempt", "submitting"),
        ("attempt", "delivered"),
        ("decision", "unresolved"),
        ("receipt", "delivered"),
        ("decision", "delivered"),
    ]


def test_what_staff_did_stands_before_what_it_led_to() -> None:
    steps = story(
        decisions=[decided(5, "delivered", "confirmed_by_hand")],
        by_staff=[row(at=at(5), action="arrived", actor="k7")],
    )
    assert [step.kind for step in steps] == ["staff", "decision"]
    assert "k7" not in str(steps)


def test_everything_that_waited_says_until_when() -> None:
    rows = row(
        decisions=[decided(0, "held", "no_contact", until=600), decided(1, "held", "quiet_hours")],
        attempts=(),
        receipts=(),
        by_staff=(),
    )
    steps = steps_of(rows, "en", until=at(60))
    assert [step.until for step in steps] == [at(600), at(60)], "the last of them as the notification stands"
    assert steps[-1].text == "Held back: it is a quiet hour (until 25.11.2026 11:00)"


def test_a_try_under_way_has_no_end_yet() -> None:
    assert [step.code for step in story(attempts=[tried(0, None, "submitting")])] == ["submitting"]


def test_a_code_without_words_stands_for_itself() -> None:
    assert sentence("states", "held", "something_new", "en") == "Held back: something_new"


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("states", get_args(State)),
        ("tries", get_args(AttemptState)),
        ("receipts", get_args(Says)),
        ("staff", (*get_args(FoundOut), "try_again")),
    ],
)
def test_every_code_of_a_closed_list_has_words(kind: Any, codes: tuple[str, ...]) -> None:
    assert set(codes) - table()[kind].keys() == set()


def test_every_reason_that_the_code_gives_has_words() -> None:
    """So that no reader of a timeline meets a code: whoever adds a reason adds four sentences."""
    given = {code: path.name for path in PACKAGE.rglob("*.py") for code in _reasons(ast.parse(path.read_text()))}
    given |= dict.fromkeys(LISTED, "a closed list")
    missing = {code: where for code, where in sorted(given.items()) if code not in table()["reasons"]}
    assert missing == {}
    assert {"no_contact", "server_took_it", "superseded", "too_late"} <= given.keys(), "the search found its codes"


MADE_OF = {"Verdict": 1, "Outcome": 1, "Wait": 0, "Plan": 1}
SAID_TO = {"withdraw": 3, "cancel": 2, "remark": 3, "became": 3}
ANSWERED_BY = {"hindrance_of", "because_of"}
LISTED = (*get_args(PointHindrance), *get_args(Because), *get_args(NoticeChannel), *(why for _, why in EVENTS.values()))


def _reasons(tree: ast.AST) -> Iterator[str]:
    """The text where a verdict, an outcome or a withdrawal names its reason, or a function answers with one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name in ANSWERED_BY:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Return) and inner.value is not None:
                    yield from _texts(inner.value)
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            place = MADE_OF.get(name, SAID_TO.get(name))
            if place is not None and len(node.args) > place:
                yield from _texts(node.args[place])


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for one in node.values:
            yield from _texts(one)


@pytest.mark.parametrize("kind", ["states", "tries", "receipts", "staff", "reasons"])
def test_every_word_is_there_in_four_languages_and_in_its_own_letters(kind: Any) -> None:
    for code, words in table()[kind].items():
        assert words.keys() == set(LANGUAGES), code
        assert all(words.values()), code
        assert not [words[language] for language in ("de", "en") if CYRILLIC.search(words[language])], code
        for language, letters in FOREIGN.items():
            assert not letters.search(words[language]), (code, language)  # type: ignore[index]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_reasons_of_a_language_sound_alike(language: RecipientLanguage) -> None:
    said = [worded("reasons", code, language) for code in table()["reasons"]]
    assert sorted({one for one in said if said.count(one) > 1}) == []
