"""Her own page as HTML: four languages, light and dark, no script; every word of the directory is escaped."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any, Protocol, get_args

from jinja2 import Environment, PackageLoader, StrictUndefined

from lotse_chassis.calendar import ZONE
from lotse_contracts.values import CheckbackAnswerName, MoveWish, RecipientLanguage
from lotse_referral.domain.card_texts import ENDONYMS
from lotse_referral.domain.own_page import Entry, Shared

LANGUAGES: tuple[RecipientLanguage, ...] = get_args(RecipientLanguage)
Words = Mapping[str, str]
TEXTS: Mapping[str, Words] = json.loads(
    files("lotse_referral").joinpath("data", "own_page.json").read_text(encoding="utf-8")
)
"""Every word in every language; a language never stands in for another one."""

_loader = PackageLoader("lotse_referral", "pages")
_pages = Environment(loader=_loader, autoescape=True, undefined=StrictUndefined)
_style = _loader.get_source(_pages, "own_page.css")[0]
_digest = base64.b64encode(hashlib.sha256(_style.encode()).digest()).decode()

HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_digest}'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
    "Vary": "Accept-Language, Cookie",
}


@dataclass(frozen=True)
class Where:
    """What stands before our paths, and the address of this page in other languages."""

    base: str
    path: str


class _Span(Protocol):
    @property
    def starts_at(self) -> datetime: ...

    @property
    def ends_at(self) -> datetime: ...


def overview(
    entries: Iterable[Entry],
    language: str,
    where: Where,
    *,
    token: str,
    until: datetime,
    by_link: bool,
    places: Iterable[Any] = (),
    said: str = "",
) -> str:
    """What is there for her. `token` proves that a form came from this page; `said` is what just happened."""
    return _page(
        "overview",
        language,
        where,
        entries=tuple(entries),
        token=token,
        by_link=by_link,
        places=tuple(places),
        said=said,
        until=f"{until.astimezone(ZONE):%H:%M}",
    )


def opening(language: str, where: Where) -> str:
    """A button: whoever only looks, such as a mail scanner, uses nothing up."""
    return _page("open", language, where)


def entering(language: str, where: Where, *, said: str = "", away: bool = False) -> str:
    """Code and PIN."""
    return _page("away" if away else "enter", language, where, said=said)


def left(language: str, where: Where, exit_url: str) -> str:
    """She is out, and on her way to a page that anybody might look at."""
    return _page("left", language, where, exit_url=exit_url)


def refused(language: str, where: Where, said: str) -> str:
    """What could not be done, and the way back."""
    return _page("error", language, where, said=said)


def moment(words: Words, span: _Span) -> str:
    """Day and times in Dresden, by patterns of our own."""
    begins, ends = span.starts_at.astimezone(ZONE), span.ends_at.astimezone(ZONE)
    return words["moment"].format(
        weekday=words["weekdays"].split(",")[begins.weekday()],
        day=begins.day,
        month=words["months"].split(",")[begins.month - 1],
        year=begins.year,
        from_time=f"{begins:%H:%M}",
        to_time=f"{ends:%H:%M}",
    )


def _page(kind: str, language: str, where: Where, **values: Any) -> str:
    words = TEXTS[language]
    return _pages.get_template("own_page.html").render(
        kind=kind,
        language=language,
        words=words,
        all=TEXTS,
        style=_style,
        path=where.path,
        base=where.base,
        answers=get_args(CheckbackAnswerName),
        wishes=get_args(MoveWish),
        moment=lambda span: moment(words, span),
        named=_named,
        groups=lambda shared: _groups(words, shared),
        **({"said": "", "token": ""} | values),
    )


def _named(codes: Iterable[str]) -> str:
    """A language by the name that it has for itself."""
    return ", ".join(ENDONYMS.get(code, code) for code in codes)


def _groups(words: Words, shared: Shared) -> str:
    return ", ".join(words.get(f"group_{group}", group) for group in shared.groups)
