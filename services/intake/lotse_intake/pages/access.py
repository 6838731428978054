"""The readable document of what is held about a person: one page, her language, no script, nothing loaded."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from lotse_contracts.intake import AccessKeeping, AccessPart, SubjectAccessDocument
from lotse_intake.providers.readable import names_staff

AUTHORITY = (
    "Sächsische Datenschutz- und Transparenzbeauftragte\n"
    "Maternistraße 17, 01067 Dresden\n"
    "Post: Postfach 11 01 32, 01330 Dresden\n"
    "Telefon 0351 85471-101\n"
    "post@sdtb.sachsen.de\n"
    "https://www.datenschutz.sachsen.de"
)
"""The supervisory authority of Saxony. Source: its own privacy notice on datenschutz.sachsen.de, read 2026-11."""
PURPOSES = (
    "answer_request",
    "refer_with_consent",
    "tell_that_something_waits",
    "count_anonymously",
    "prove_accountability",
)
ZONE = ZoneInfo("Europe/Berlin")
LANGUAGES = ("uk", "ru", "de", "en")
CODE_LISTS = ("concern_codes", "legal_status", "senders", "periods", "link_kinds")
FIRST = (
    *("person", "enquiry", "entry", "attachment", "concern", "concern_move", "deadline", "case_file", "goal", "task"),
    *("note", "document", "contact", "person_link", "consent", "consent_withdrawal", "field_release", "person_bands"),
)
"""What she asks for first; whatever else there is comes after."""
SERVICES = ("intake", "referral", "notify", "ledger")

_PAGES = Environment(
    loader=PackageLoader("lotse_intake", "pages"),
    undefined=StrictUndefined,
    autoescape=select_autoescape(default=True),
)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
TECHNICAL = re.compile(r"(.*_id|id|version|.*_version|.*sha256|digest|log_index|service|place)\Z")
_SHOWN_ALTHOUGH = frozenset({"notice_version", "text_version"})


@dataclass(frozen=True)
class Words:
    """Texts and labels of one language."""

    language: str
    texts: Mapping[str, Any]
    labels: Mapping[str, Mapping[str, str]]

    def store(self, name: str) -> str:
        """What a table is called."""
        return self.labels["stores"].get(name, name)

    def field(self, name: str) -> str:
        """What a column is called; whoever of the staff did something is one thing for all columns."""
        fallback = self.labels["fields"]["actor"] if names_staff(name) else name
        return self.labels["fields"].get(name, fallback)

    def code(self, name: str) -> str:
        """What a code means; one that nobody has written down is shown as it is."""
        return self.labels["values"].get(name, name)


@lru_cache(maxsize=len(LANGUAGES))
def words_of(language: str) -> Words:
    """The texts of a language."""
    data = files("lotse_intake") / "data"
    texts = json.loads((data / "access_texts.json").read_text())[language]
    labels = json.loads((data / "access_labels.json").read_text())
    place = labels["languages"].index(language)
    chosen = {
        kind: {name: said[place] for name, said in labels[kind].items()} for kind in ("stores", "fields", "values")
    }
    chosen["values"] = {**_codes(language), **chosen["values"]}
    return Words(language, texts, chosen)


def _codes(language: str) -> dict[str, str]:
    """What the lists of codes that come along call their codes: topics, status, senders, periods."""
    named: dict[str, str] = {}
    for name in CODE_LISTS:
        read = json.loads((files("lotse_intake") / "data" / f"{name}.json").read_text())
        waiting = list(read.get("codes") or read["kinds"])
        while waiting:
            one = waiting.pop()
            plain = one["names"].get("de_plain") if language == "de" else None
            named.setdefault(one["code"], plain or one["names"][language])
            waiting += one.get("sub_codes", [])
    return named


def page_of(document: SubjectAccessDocument) -> str:
    """The whole page. Whatever a person said is escaped; whatever is held is on it, technical things in small."""
    words = words_of(document.language)
    return _PAGES.get_template("access.html").render(
        language=document.language,
        words=words.texts,
        intro=words.texts["intro"].replace("{made_at}", _instant(document.made_at)),
        several=len(document.records) > 1,
        missing=[_missing(words, part) for part in document.parts if part.state == "missing"],
        parts=[_part(words, name, document.parts) for name in SERVICES],
        recipients=[
            {
                "recipient": one.recipient,
                "groups": ", ".join(words.code(group) for group in one.field_groups),
                "at": _instant(one.at),
            }
            for one in document.recipients
        ],
        seen=[
            {
                "day": _day(one.day),
                "role": words.code(one.role),
                "action": words.code(one.action),
                "purpose": words.code(one.purpose),
                "times": one.times,
            }
            for one in document.seen_by
        ],
        keeping=[_kept(words, one) for one in document.keeping],
        purposes=[words.code(name) for name in document.purposes],
        sources=", ".join(words.code(f"source_{name}") for name in document.source_of_data),
        authority=document.supervisory_authority,
        association=document.association,
    )


def _missing(words: Words, part: AccessPart) -> dict[str, str]:
    why = "missing_timed_out" if part.reason == "timed_out" else "missing_other"
    return {"title": words.texts[f"service_{part.service}"], "reason": words.texts[why]}


def _kept(words: Words, one: AccessKeeping) -> dict[str, str]:
    said = [f"{one.days} {words.texts['days']}"] if one.days else []
    if one.latest:
        said.append(f"{words.texts['latest']} {_day(one.latest)}")
    return {
        "title": words.code(one.rule),
        "how_long": f"{', '.join(said)}. {words.texts['why']}: {words.code(f'why:{one.rule}')}",
    }


def _part(words: Words, service: str, parts: tuple[AccessPart, ...]) -> dict[str, Any]:
    """All that a service holds, under all of her records, store by store."""
    stores: dict[str, list[Any]] = {}
    for part in parts:
        if part.service == service and part.content is not None:
            for name, held in part.content.items():
                if name not in ("service", "person_id"):
                    stores.setdefault(name, []).extend(held if isinstance(held, list) else [held])
    in_order = sorted(stores.items(), key=lambda one: FIRST.index(one[0]) if one[0] in FIRST else len(FIRST))
    shown = [
        {"title": words.store(name), "entries": [_entry(words, row) for row in rows]} for name, rows in in_order if rows
    ]
    return {"title": words.texts[f"service_{service}"], "stores": shown}


def _entry(words: Words, row: Any) -> dict[str, Any]:
    """One row: what she understands, and in small what only machines need; nothing is left out."""
    if not isinstance(row, Mapping):
        return {"said": [(words.texts["technical"], _text(words, row))], "technical": ""}
    if row.get("withheld"):
        return {"said": [(words.texts["withheld"], words.texts["withheld_mark"])], "technical": str(row["place"])}
    said, technical = [], []
    for name, value in row.items():
        if value in (None, "", [], {}):
            continue
        if TECHNICAL.match(name) and name not in _SHOWN_ALTHOUGH and not isinstance(value, Mapping):
            technical.append(f"{name} = {value}")
        else:
            said += [(_title(words, path), _text(words, one, path[-1])) for path, one in _leaves((name,), value)]
    return {"said": said, "technical": "; ".join(technical)}


def _leaves(path: tuple[str, ...], value: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each value inside, with the names that lead to it."""
    if isinstance(value, Mapping) and "withheld" not in value:
        for name, inner in value.items():
            yield from _leaves((*path, str(name)), inner)
    elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        for number, one in enumerate(value, 1):
            yield from _leaves((*path, str(number)), one)
    elif value not in (None, "", [], {}):
        yield path, value


def _title(words: Words, path: tuple[str, ...]) -> str:
    """The names that lead to it, but those that only hold the others together."""
    return " · ".join(words.field(name) for name in path if name not in ("fields", "content", "text") or len(path) == 1)


def _text(words: Words, value: Any, name: str = "") -> str:
    if isinstance(value, bool):
        return str(words.texts["yes" if value else "no"])
    if isinstance(value, Mapping):
        return str(words.texts["withheld_mark"])
    if isinstance(value, list):
        return ", ".join(_text(words, one) for one in value) or str(words.texts["empty"])
    if value in ("staff", "unreadable"):
        return str(words.texts[value])
    if isinstance(value, str) and _INSTANT.match(value):
        return _instant_text(value)
    if isinstance(value, str) and _DAY.match(value):
        return _day(value)
    in_this_field = words.code(f"{name}:{value}")
    return words.code(str(value)) if in_this_field == f"{name}:{value}" else in_this_field


def _instant_text(value: str) -> str:
    try:
        return _instant(datetime.fromisoformat(value))
    except ValueError:
        return value


def _instant(at: datetime) -> str:
    return (at.astimezone(ZONE) if at.tzinfo else at).strftime("%d.%m.%Y %H:%M")


def _day(value: str) -> str:
    try:
        return date.fromisoformat(value).strftime("%d.%m.%Y")
    except ValueError:
        return value
