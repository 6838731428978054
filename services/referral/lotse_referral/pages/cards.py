"""The card that a person takes along: one page, her language and German, no script, nothing about her."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from urllib.parse import urlencode

from lotse_referral.domain.card_texts import CARD_TEXTS, ENDONYMS
from lotse_referral.domain.cards import OTHER_LANGUAGE, Details, hours_lines, languages_of, slot_lines
from lotse_referral.domain.phrases import GREETING, phrase
from lotse_referral.store.directory import NamedService

STYLE = """
:root { color-scheme: light dark; --line: #888; --say: #eef4fa; }
@media (prefers-color-scheme: dark) { :root { --say: #1d2b38; } }
body { font: 1.125rem/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1rem; max-width: 40rem; }
h1 { font-size: 1.5rem; line-height: 1.25; hyphens: auto; overflow-wrap: anywhere; }
h2 { font-size: 1.125rem; border-top: 2px solid; padding-top: .75rem; }
dt { font-weight: 700; margin-top: .75rem; }
dd { margin: 0; overflow-wrap: anywhere; }
ul { margin: 0; padding-left: 1.25rem; }
a { color: inherit; }
a:focus-visible { outline: 3px solid; outline-offset: 2px; }
.say { background: var(--say); border-left: .3rem solid var(--line); padding: .5rem .75rem; }
.say p { margin: .25rem 0; }
.say .german { font-size: 1.25rem; font-weight: 600; }
.paper { display: inline-block; padding: .5rem 0; }
@media print {
  body { font-size: 10.5pt; line-height: 1.35; padding: 0; max-width: none; }
  h2 { margin: .5rem 0; padding-top: .25rem; }
  dl { display: grid; grid-template-columns: 11rem 1fr; gap: .15rem 1rem; margin: 0; }
  dt { margin: 0; }
  section, .say { break-inside: avoid; }
  .paper { display: none; }
}
"""
_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
    "Vary": "Accept-Language",
}


@dataclass(frozen=True)
class Card:
    """What stands on it. `code` is the concern that she comes with; `calendar` the code of her calendar file."""

    service: NamedService
    details: Details = field(default_factory=Details)
    code: str = ""
    calendar: str = ""


def card_html(card: Card, language: str) -> str:
    """The whole page. `language` is one of the four; German stands below unless it is hers."""
    sections = "".join(_section(card, one) for one in languages_of(language))
    title = f"{CARD_TEXTS[language]['title']}: {card.service.name}"
    said = _say(card.code, language) if card.code else ""
    heading = f'<h1 lang="de">{escape(card.service.name)}</h1>'
    return _page(language, title, f"{heading}{said}{_links(card, language)}{sections}")


def gone_html(language: str) -> str:
    """For a card that is not there, or no longer: whoever kept its address learns whom to ask."""
    words = CARD_TEXTS[language]
    return _page(language, words["gone"], f"<h1>{escape(words['gone'])}</h1><p>{escape(words['gone_ask'])}</p>")


def _page(language: str, title: str, body: str) -> str:
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body><main>{body}</main></body></html>\n"
    )


def _say(code: str, language: str) -> str:
    """A polite German sentence to be shown, large, and what it says in her language."""
    words = CARD_TEXTS[language]
    hers = ""
    if language != OTHER_LANGUAGE:
        hers = f"<p>{escape(GREETING[language])}</p><p>{escape(phrase(code, language))}</p>"
    german = f"{GREETING[OTHER_LANGUAGE]} {phrase(code, OTHER_LANGUAGE)}"
    return (
        f'<div class="say"><p><strong>{escape(words["say"])}</strong></p>{hers}<p>{escape(words["say_show"])}</p>'
        f'<p class="german" lang="de">{escape(german)}</p></div>'
    )


def _links(card: Card, language: str) -> str:
    """Relative, so that they hold wherever this face is mounted."""
    words = CARD_TEXTS[language]
    query = urlencode({"lang": language} | ({"concern": card.code} if card.code else {}))
    found = [f'<a class="paper" href="card.pdf?{escape(query)}">{escape(words["print"])}</a>']
    if card.calendar:
        file = f"../../calendar/{card.calendar}.ics"
        found.append(f'<a class="paper" href="{escape(file)}">{escape(words["calendar"])}</a>')
    return "<p>" + "<br>".join(found) + "</p>"


def _section(card: Card, language: str) -> str:
    words = CARD_TEXTS[language]
    rows = "".join(f"<dt>{escape(term)}</dt><dd>{said}</dd>" for term, said in _rows(card, language))
    return f'<section lang="{language}"><h2>{escape(words["title"])}</h2><dl>{rows}</dl></section>'


def _rows(card: Card, language: str) -> Iterator[tuple[str, str]]:
    service, words = card.service, CARD_TEXTS[language]
    ask = escape(words["ask"])
    yield words["address"], escape(words["secret"]) if service.confidential else _address(service) or ask
    yield words["phone"], _link("tel:" + service.phone.replace(" ", ""), service.phone) if service.phone else ask
    hours = "<br>".join(escape(line) for line in hours_lines(card.details, language)) or ask
    yield words["hours"], hours + (f"<br>{escape(words['appointment'])}" if service.appointment_only else "")
    yield words["languages"], "<br>".join(_languages(card, language)) or ask
    if card.details.documents:
        items = "".join(f'<li lang="de">{escape(one)}</li>' for one in card.details.documents)
        yield words["bring"], f"<ul>{items}</ul>"
    else:
        yield words["bring"], ask
    if service.email:
        yield words["email"], _link(f"mailto:{service.email}", service.email)
    if service.url:
        yield words["website"], _link(service.url, service.url)
    if service.assured_on is not None:
        yield words["checked"], f'<time datetime="{service.assured_on}">{service.assured_on:%d.%m.%Y}</time>'


def _address(service: NamedService) -> str:
    return f'<span lang="{OTHER_LANGUAGE}">{escape(service.address)}</span>' if service.address else ""


def _languages(card: Card, language: str) -> Iterator[str]:
    service, words = card.service, CARD_TEXTS[language]
    slots = list(slot_lines(card.details, language))
    for code, line in slots:
        yield f'<span lang="{escape(code)}">{escape(line)}</span>'
    known = {code for code, _ in slots}
    if spoken := tuple(code for code in service.spoken if code not in known):
        yield _named(spoken)
    if service.doubtful:
        yield f"{escape(words['doubtful'])} {_named(service.doubtful)}"
    if service.interpreter:
        yield escape(words["interpreter"])


def _named(codes: tuple[str, ...]) -> str:
    return ", ".join(f'<span lang="{escape(code)}">{escape(ENDONYMS.get(code, code))}</span>' for code in codes)


def _link(target: str, text: str) -> str:
    return f'<a href="{escape(target)}">{escape(text)}</a>'
