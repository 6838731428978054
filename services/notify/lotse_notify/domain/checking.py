"""May a text be published? Complete in every language, neutral, within its budget, and read by ICU as it is meant."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from lotse_contracts.values import RecipientLanguage, TemplateName
from lotse_notify.domain.arguments import ARGUMENTS, COUNT_MAX
from lotse_notify.domain.catalogue import CATALOGUE, Purpose
from lotse_notify.domain.lint import faults_of
from lotse_notify.domain.patterns import PatternInvalid, Value, Variable, formatted, parts_of, variables_of, words_of
from lotse_notify.domain.segments import GSM_BASIC, GSM_EXTENDED, size_of
from lotse_notify.domain.templates import Form, Frame, Notice, NoticeName, template_of
from lotse_notify.domain.texts import Document, FrameDocument, Texts
from lotse_notify.domain.wording import time_values

SEGMENTS_MAX = 2
"""For a notice at its longest, without a place: 134 letters in Ukrainian and Russian, 306 in German and English."""
LINK_CHARACTERS = 60
"""What a link of ours may take: `https://`, a short host, and a code of 26 letters."""
LONGEST_LINK = "https://".ljust(LINK_CHARACTERS, "x")
PLURALS: Mapping[RecipientLanguage, frozenset[str]] = {
    "uk": frozenset({"one", "few", "many", "other"}),
    "ru": frozenset({"one", "few", "many", "other"}),
    "de": frozenset({"one", "other"}),
    "en": frozenset({"one", "other"}),
}
"""The categories of whole numbers, and `other`. Source: CLDR 48, plural rules, as of 2026-11-26."""
TIME_NAMES = frozenset({"weekday", "weekday_short", "day", "day_2", "month", "month_short", "month_2", "year", "time"})
LAST_YEAR = datetime(2027, 1, 1, 9, 30, tzinfo=UTC)


def faults_of_document(document: Document, texts: Texts) -> list[str]:
    """Everything that keeps it from being published, a line each; `texts` has the frame that stands around it."""
    found: list[str] = []
    if isinstance(document, FrameDocument):
        for language, frame in document.languages.items():
            found += _said(f"{document.name}, {language}", _frame_faults(language, frame))
        return found
    for language, notice in document.languages.items():
        faults = _notice_faults(document.name, language, notice, texts.words[language].frame)
        found += _said(f"{document.name}, {language}", faults)
    return found + _said(document.name, purpose_faults(CATALOGUE[template_of(document.name)].purpose))


def purpose_faults(purpose: Purpose) -> Iterator[str]:
    """Advertising needs a consent with its own evidence, which nobody records yet."""
    if purpose == "advertising":
        yield "advertising has no consent to stand on (§ 7 UWG)"


def faults_of_texts(texts: Texts, names: Iterable[NoticeName]) -> list[str]:
    """All of them together, as they count now."""
    found = faults_of_document(texts.document("frame"), texts)
    return found + [fault for name in names for fault in faults_of_document(texts.document(name), texts)]


@lru_cache(64)
def longest_times(frame: Frame, language: RecipientLanguage) -> tuple[datetime, datetime]:
    """The time of a year that takes most room in a mail, and in a line."""
    days = [LAST_YEAR + timedelta(days=day) for day in range(365)]
    long = max(days, key=lambda day: len(formatted(frame.when, language, time_values(frame, day))))
    short = max(days, key=lambda day: len(formatted(frame.when_short, language, time_values(frame, day))))
    return long, short


def _said(where: str, faults: Iterable[str]) -> list[str]:
    return [f"{where}: {fault}" for fault in dict.fromkeys(faults)]


def _notice_faults(name: NoticeName, language: RecipientLanguage, notice: Notice, frame: Frame) -> Iterator[str]:
    template = template_of(name)
    yield from _form_faults(language, notice.neutral, _names(template) - {"when", "where"}, frame)
    if shown := notice.time_and_place:
        yield from _form_faults(language, shown, _names(template), frame)
        if not all("when" in _held((pattern,)) for pattern in (shown.paragraphs[0], shown.line)):
            yield "time and place are chosen, but no time is said"
    elif "when" in _names(template):
        yield "nothing is said to whom chose time and place"
    links = [form.link is None for form in (notice.neutral, notice.time_and_place) if form]
    if len(set(links)) > 1:
        yield "a link stands in one form only"


def _names(template: TemplateName) -> frozenset[str]:
    """What patterns of this template may hold besides `link`."""
    wanted = ARGUMENTS[template]
    return frozenset({"when", "where"} if "starts_at" in wanted else ()) | wanted.keys() & {"round"}


def _form_faults(language: RecipientLanguage, form: Form, names: frozenset[str], frame: Frame) -> Iterator[str]:
    mail = (*form.paragraphs, *form.with_own_link)
    for pattern in mail:
        yield from _pattern_faults(language, pattern, names)
    yield from _pattern_faults(language, form.line, names | {"link"})
    if form.link is not None:
        yield from _pattern_faults(language, form.link, frozenset())
    try:
        yield from _line_faults(language, form, frame)
    except PatternInvalid:
        return  # said above


def _pattern_faults(language: RecipientLanguage, pattern: str, names: frozenset[str]) -> Iterator[str]:
    try:
        parts = parts_of(pattern)
    except PatternInvalid as fault:
        yield f"a pattern is wrong: {fault}"
        return
    for variable in variables_of(parts):
        if variable.name not in names:
            yield f"no such argument here: {variable.name}"
        if variable.kind == "plural":
            yield from _plural_faults(language, variable)
        if variable.kind == "select":
            yield f"nothing to choose by: {variable.name}"
    yield from faults_of(language, " 0 ".join(words_of(parts)))


def _plural_faults(language: RecipientLanguage, variable: Variable) -> Iterator[str]:
    keys = dict(variable.branches)
    if missing := PLURALS[language] - keys.keys():
        yield f"a number has no {', '.join(sorted(missing))}"
    if extra := [key for key in keys if key not in PLURALS[language] and not key.startswith("=")]:
        yield f"no such number in this language: {', '.join(extra)}"
    if variable.name != "round":
        yield f"no number: {variable.name}"
    one = keys.get("one", ())
    if language in ("uk", "ru") and not any(inner.name == variable.name for inner in variables_of(one)):
        yield "`one` is also 21 and 101 here: say the number"


def _line_faults(language: RecipientLanguage, form: Form, frame: Frame) -> Iterator[str]:
    """An SMS at its longest, within its budget, and in German and English within the GSM alphabet."""
    links = sum(variable.name == "link" for variable in variables_of(parts_of(form.line)))
    if links != (form.link is not None):
        yield "a line has its link once, or none where the notice has none"
    _, time = longest_times(frame, language)
    when = formatted(frame.when_short, language, time_values(frame, time))
    for number in (1, 2, 5, COUNT_MAX):
        values: dict[str, Value] = {"when": when, "where": "", "link": LONGEST_LINK, "round": number}
        if set(_held((form.line,))) <= values.keys():
            yield from _text_faults(language, formatted(form.line, language, values))


def _text_faults(language: RecipientLanguage, text: str) -> Iterator[str]:
    if (size := size_of(text)).segments > SEGMENTS_MAX:
        yield f"an SMS of {size.units} units takes {size.segments} parts"
    if language in ("de", "en") and (dear := sorted(set(text) - GSM_BASIC - GSM_EXTENDED)):
        yield f"signs that double the cost of an SMS: {''.join(dear)}"


def _held(patterns: Iterable[str]) -> list[str]:
    """Names of all variables; none of a pattern that is wrong, which is said elsewhere."""
    found: list[str] = []
    for pattern in patterns:
        with suppress(PatternInvalid):
            found += [variable.name for variable in variables_of(parts_of(pattern))]
    return found


def _frame_faults(language: RecipientLanguage, frame: Frame) -> Iterator[str]:
    for name, allowed in _FRAME_NAMES.items():
        yield from _pattern_faults(language, getattr(frame, name), allowed)
    for word in (*frame.weekdays, *frame.weekdays_short, *frame.months, *frame.months_short):
        yield from _pattern_faults(language, word, frozenset())
    for needed, name in (("time", "when"), ("time", "when_short"), ("place", "where"), ("link", "stop_by_link")):
        if needed not in _held((getattr(frame, name),)):
            yield f"{name} does not say the {needed}"


_FRAME_NAMES: Mapping[str, frozenset[str]] = {
    "when": TIME_NAMES,
    "when_short": TIME_NAMES,
    "where": frozenset({"place"}),
    "stop_by_link": frozenset({"link"}),
    "stop_by_reply": frozenset(),
    "stop_by_command": frozenset(),
    "subject": frozenset(),
    "greeting": frozenset(),
    "automatic": frozenset(),
    "stop": frozenset(),
    "stop_link": frozenset(),
}
