"""What a report says, in German or English, for people and for machines."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files as resources
from typing import Any, Literal

from lotse_verifier.faults import Finding, PolicyRefused, Unreadable
from lotse_verifier.notes import Cosigned
from lotse_verifier.verify import Report

Language = Literal["de", "en"]
LANGUAGES: tuple[Language, ...] = ("de", "en")
THIN = "\u00a0"
WINTER, SUMMER = timedelta(hours=1), timedelta(hours=2)


@cache
def texts() -> dict[str, Any]:
    """All sentences; the page has the same ones."""
    found: dict[str, Any] = json.loads(resources("lotse_verifier").joinpath("texts.json").read_text(encoding="utf-8"))
    return found


def sentence(kind: str, name: str, language: Language, values: Sequence[str] = ()) -> str:
    """A text with its values."""
    text: str = texts()[kind][name][LANGUAGES.index(language)]
    return text.format(*values)


def not_proven(language: Language) -> str:
    """What ends every verdict."""
    return str(texts()["not_proven"][LANGUAGES.index(language)])


def code_word(code: str, language: Language) -> str:
    """The word for a code."""
    return sentence("codes", code, language)


def told(report: Report, language: Language) -> list[str]:
    """The verdict, sentence by sentence."""
    lines = [_head(report, language)]
    if report.findings[1:]:
        lines.append(sentence("said", "more", language))
        lines += [f"– {found(one, language)}." for one in report.findings[1:]]
    lines.append(_witnesses(report, language))
    if report.older_size is not None and report.holds:
        lines.append(sentence("said", "since", language, [number(report.older_size)]))
    names = ("proofs", "openings", "evidence", "rows")
    if report.holds:
        lines.append(sentence("said", "checked", language, [number(report.checked[name]) for name in names]))
    lines += [sentence("notes", name, language, values) for name, values in report.notes]
    return [*lines, not_proven(language)]


def told_unreadable(fault: Unreadable, language: Language) -> list[str]:
    """One sentence, and the file if it is one's fault."""
    said = sentence("unreadable", fault.key, language) + (f" ({fault.file})" if fault.file else "")
    return [sentence("said", "unreadable", language, [said]), not_proven(language)]


def told_policy(fault: PolicyRefused, language: Language) -> list[str]:
    """One sentence."""
    said = sentence("policy", fault.key, language, [str(fault.line)])
    return [sentence("said", "policy_refused", language, [said]), not_proven(language)]


def _head(report: Report, language: Language) -> str:
    size, root = number(report.checkpoint.size), report.checkpoint.text.decode().split("\n")[2]
    if report.holds:
        times = [one.time for one in report.witnesses.values()]
        name = "holds" if times else "holds_unwitnessed"
        return sentence("said", name, language, [size, day(max(times, default=0)), root])
    return sentence("said", "holds_not", language, [found(report.findings[0], language)])


def found(one: Finding, language: Language) -> str:
    """A finding as half a sentence: what happened, where, and why it is thought so."""
    where = []
    if one.index is not None and one.until is not None:
        where.append(sentence("said", "between", language, [number(one.index), number(one.until - 1)]))
    elif one.index is not None:
        where.append(sentence("said", "at", language, [number(one.index)]))
    if one.file:
        where.append(one.file)
    values = [day(int(one.values[0]))] if one.what == "witnessed_too_early" else one.values
    return f"{code_word(one.code, language)}: {', '.join([*where, sentence('findings', one.what, language, values)])}"


def _witnesses(report: Report, language: Language) -> str:
    if not report.witnesses:
        return sentence("said", "no_witness", language)
    named = sorted(report.witnesses.items(), key=lambda one: (one[1].time, one[0]))
    return " ".join(sentence("said", "witness", language, [_named(*one), moment(one[1].time)]) for one in named)


def _named(name: bytes, seen: Cosigned) -> str:
    return f"{name.decode(errors='replace')} ({seen.key.name})"


def number(value: int) -> str:
    """1 284."""
    return f"{value:,}".replace(",", THIN)


def day(seconds: int) -> str:
    """In Germany."""
    return f"{_local(seconds):%d.%m.%Y}"


def moment(seconds: int) -> str:
    """In Germany, to the minute."""
    return f"{_local(seconds):%d.%m.%Y %H:%M}"


def _local(seconds: int) -> datetime:
    """German time by its rule, since an office PC may have no table of time zones. Source: Directive 2000/84/EC."""
    at = datetime.fromtimestamp(seconds, UTC)
    summer = _last_sunday(at.year, 3) <= at < _last_sunday(at.year, 10)
    return at + (SUMMER if summer else WINTER)


def _last_sunday(year: int, month: int) -> datetime:
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def as_json(report: Report) -> dict[str, Any]:
    """For machines. Times are seconds since 1970."""
    return {
        "holds": report.holds,
        "code": None if report.holds else report.findings[0].code,
        "origin": report.checkpoint.origin,
        "size": report.checkpoint.size,
        "root": report.checkpoint.root.hex(),
        "witnesses": [
            {"name": name.decode(errors="replace"), "key": str(one.key), "time": one.time}
            for name, one in sorted(report.witnesses.items())
        ],
        "findings": [finding_json(one) for one in report.findings],
        "notes": [{"what": name, "values": list(values)} for name, values in report.notes],
        "checked": report.checked,
        "older_size": report.older_size,
    }


def finding_json(one: Finding) -> dict[str, Any]:
    """One finding."""
    return {
        "code": one.code,
        "what": one.what,
        "index": one.index,
        "until": one.until,
        "file": one.file,
        "values": list(one.values),
    }
