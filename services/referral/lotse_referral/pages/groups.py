"""Group offers as HTML: four languages, light and dark, no script; every word of an offer is escaped."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any, Protocol, get_args

from jinja2 import Environment, PackageLoader, StrictUndefined

from lotse_chassis.calendar import ZONE
from lotse_contracts.values import GroupKind, RecipientLanguage
from lotse_referral.domain.card_texts import ENDONYMS
from lotse_referral.domain.groups import GroupOffer, OfferWords
from lotse_referral.domain.rules import read
from lotse_referral.domain.series import Series, Session
from lotse_referral.pages.own_page import TEXTS as DATES
from lotse_referral.pages.own_page import Where, moment

Words = Mapping[str, str]
TEXTS: Mapping[RecipientLanguage, Words] = json.loads(
    files("lotse_referral").joinpath("data", "groups.json").read_text(encoding="utf-8")
)
"""Every word in every language; a language never stands in for another one."""
NAMES = {language: DATES[language]["name"] for language in TEXTS}
KINDS: tuple[GroupKind, ...] = get_args(GroupKind)
UNBROKEN_DASH = "\u2060–\u2060"  # between two times, which belong on one line
CODE_GROUP = 4  # characters of a code that stand together, as people read them

_loader = PackageLoader("lotse_referral", "pages")
_pages = Environment(loader=_loader, autoescape=True, undefined=StrictUndefined)
_style = "".join(_loader.get_source(_pages, name)[0] for name in ("own_page.css", "groups.css"))
_digest = base64.b64encode(hashlib.sha256(_style.encode()).digest()).decode()

HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_digest}'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    "Vary": "Accept-Language",
}
PRIVATE = {"X-Robots-Tag": "noindex, nofollow"}
"""Of pages with a code; the offers themselves may be found."""


class Seen(Protocol):
    """An offer as it is shown."""

    @property
    def offer(self) -> GroupOffer: ...

    @property
    def taken(self) -> int: ...

    @property
    def waiting(self) -> int: ...

    @property
    def free(self) -> int: ...

    @property
    def place(self) -> str | None: ...

    @property
    def next_sessions(self) -> tuple[Session, ...]: ...

    @property
    def refusal(self) -> str | None: ...

    @property
    def over(self) -> bool: ...


class Standing(Protocol):
    """How a place stands."""

    @property
    def state(self) -> str: ...

    @property
    def before(self) -> int | None: ...

    @property
    def offer_id(self) -> Any: ...


@dataclass(frozen=True)
class Reader:
    """In which language, where, and why a code says no."""

    language: RecipientLanguage
    where: Where
    reasons: Mapping[str, str]

    @property
    def words(self) -> Words:
        """The words of the pages."""
        return TEXTS[self.language]


def offers(reader: Reader, views: Sequence[Seen], chosen: str) -> str:
    """The list; `chosen` is the kind that is looked for, or empty."""
    shown = [one for one in views if not chosen or one.offer.kind == chosen]
    kinds = [kind for kind in KINDS if any(one.offer.kind == kind for one in views)]
    query = f"&kind={chosen}" if chosen else ""
    return _page("list", reader, reader.words["title"], views=shown, kinds=kinds, chosen=chosen, query=query)


def detail(reader: Reader, one: Seen, token: str, wrong: str = "") -> str:
    """One offer with its next sessions and, where somebody may sign up, the form."""
    return _page("detail", reader, one.offer.words(reader.language).title, one=one, token=token, wrong=wrong)


def receipt(reader: Reader, one: Seen, place: Standing, code: str, *, repeated: bool) -> str:
    """What she keeps. The code stands on no other page."""
    parts = [code[start : start + CODE_GROUP] for start in range(0, len(code), CODE_GROUP)]
    title = reader.words["got_seat" if place.state == "seat" else "got_wait"]
    if place.state == "cancelled":
        title = reader.words["cancelled"]
    shown = {"one": one, "place": place, "code": " ".join(parts), "repeated": repeated}
    return _page("receipt", reader, title, **shown)


def standing(reader: Reader, said: OfferWords | None, place: Standing, code: str) -> str:
    """How her place stands, and the way to give it back."""
    titles = {"seat": "got_seat", "waiting": "got_wait", "given_back": "given_back", "cancelled": "cancelled"}
    return _page("standing", reader, reader.words[titles[place.state]], said=said, place=place, code=code)


def place(reader: Reader, wrong: str = "") -> str:
    """Where code and PIN are entered."""
    return _page("place", reader, reader.words["place_title"], wrong=wrong)


def refused(reader: Reader, wrong: str, *, gone: bool = False) -> str:
    """What could not be done, and the way back."""
    return _page("error", reader, reader.words["gone" if gone else "error_title"], wrong="" if gone else wrong)


def _page(kind: str, reader: Reader, title: str, **values: Any) -> str:
    words = reader.words
    return _pages.get_template("groups.html").render(
        kind=kind,
        title=title,
        language=reader.language,
        words=words,
        names=NAMES,
        style=_style,
        path=reader.where.path,
        base=reader.where.base,
        moment=lambda session: moment(DATES[reader.language], session).replace("–", UNBROKEN_DASH),
        instant=lambda at: _instant(reader.language, at),
        rhythm=lambda series: rhythm(words, series),
        seats=lambda one: _seats(words, one),
        for_whom=lambda offer: _for_whom(words, offer),
        named=_named,
        why=lambda code: reader.reasons[code],
        **({"query": ""} | values),
    )


def rhythm(words: Words, series: Series) -> str:
    """How often, in words."""
    rule = read(series.rule)
    if rule is None:
        return words["once"]
    one, many = ("weekly", "weeks") if rule.frequency == "WEEKLY" else ("monthly", "months_apart")
    return words[one] if rule.interval == 1 else words[many].format(n=rule.interval)


def _seats(words: Words, one: Seen) -> str:
    if one.free:
        return words["free"].format(free=one.free, seats=one.offer.seats)
    return words["full"].format(waiting=one.waiting)


def _for_whom(words: Words, offer: GroupOffer) -> str:
    low, high = offer.age_from, offer.age_to
    said = [words["women_only"]] if offer.women_only else []
    if low is not None and high is not None:
        said.append(words["age_between"].format(a=low, b=high))
    elif low is not None:
        said.append(words["age_from"].format(a=low))
    elif high is not None:
        said.append(words["age_to"].format(b=high))
    return ", ".join(said) or words["everybody"]


def _instant(language: RecipientLanguage, at: datetime) -> str:
    local, words = at.astimezone(ZONE), DATES[language]
    months = words["months"].split(",")
    dot = "." if language == "de" else ""
    return f"{local.day}{dot} {months[local.month - 1]} {local.year}, {local:%H:%M}"


def _named(codes: Iterable[str]) -> str:
    """A language by the name that it has for itself."""
    return ", ".join(ENDONYMS.get(code, code) for code in codes)
