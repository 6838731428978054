"""The card that a person takes along: one page, her language and German, no script, nothing about her."""

import base64
import hashlib
from collections.abc import Iterator
from html import escape

from lotse_referral.domain.card_texts import CARD_TEXTS, ENDONYMS
from lotse_referral.store.directory import NamedService

OTHER_LANGUAGE = "de"  # so that she can show it to somebody on the way; names and addresses are German, too

STYLE = """
:root { color-scheme: light dark; }
body { font: 1.125rem/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1rem; max-width: 40rem; }
h1 { font-size: 1.5rem; line-height: 1.25; hyphens: auto; overflow-wrap: anywhere; }
h2 { font-size: 1.125rem; border-top: 2px solid; padding-top: .75rem; }
dt { font-weight: 700; margin-top: .75rem; }
dd { margin: 0; overflow-wrap: anywhere; }
a { color: inherit; }
@media print { body { font-size: 12pt; padding: 0; } section { break-inside: avoid; } }
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


def card_html(service: NamedService, language: str) -> str:
    """The whole page. `language` is one of the four; German stands below unless it is hers."""
    languages = (language,) if language == OTHER_LANGUAGE else (language, OTHER_LANGUAGE)
    sections = "".join(_section(service, one) for one in languages)
    title = f"{CARD_TEXTS[language]['title']}: {service.name}"
    return _page(language, title, f'<h1 lang="de">{escape(service.name)}</h1>{sections}')


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


def _section(service: NamedService, language: str) -> str:
    words = CARD_TEXTS[language]
    rows = "".join(f"<dt>{escape(term)}</dt><dd>{said}</dd>" for term, said in _rows(service, language))
    return f'<section lang="{language}"><h2>{escape(words["title"])}</h2><dl>{rows}</dl></section>'


def _rows(service: NamedService, language: str) -> Iterator[tuple[str, str]]:
    words = CARD_TEXTS[language]
    ask = escape(words["ask"])
    yield words["address"], escape(words["secret"]) if service.confidential else _address(service) or ask
    yield words["phone"], _link("tel:" + service.phone.replace(" ", ""), service.phone) if service.phone else ask
    yield words["hours"], ask + (f"<br>{escape(words['appointment'])}" if service.appointment_only else "")
    yield words["languages"], "<br>".join(_languages(service, language)) or ask
    if service.email:
        yield words["email"], _link(f"mailto:{service.email}", service.email)
    if service.url:
        yield words["website"], _link(service.url, service.url)
    if service.assured_on is not None:
        yield words["checked"], f'<time datetime="{service.assured_on}">{service.assured_on:%d.%m.%Y}</time>'


def _address(service: NamedService) -> str:
    return f'<span lang="{OTHER_LANGUAGE}">{escape(service.address)}</span>' if service.address else ""


def _languages(service: NamedService, language: str) -> Iterator[str]:
    words = CARD_TEXTS[language]
    if service.spoken:
        yield _named(service.spoken)
    if service.doubtful:
        yield f"{escape(words['doubtful'])} {_named(service.doubtful)}"
    if service.interpreter:
        yield escape(words["interpreter"])


def _named(codes: tuple[str, ...]) -> str:
    return ", ".join(f'<span lang="{escape(code)}">{escape(ENDONYMS.get(code, code))}</span>' for code in codes)


def _link(target: str, text: str) -> str:
    return f'<a href="{escape(target)}">{escape(text)}</a>'
