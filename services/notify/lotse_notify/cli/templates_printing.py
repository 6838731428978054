"""How the commands for texts say it, in German and in English."""

import argparse
from collections.abc import Collection, Iterator, Mapping
from typing import get_args

from lotse_contracts.values import Detail, RecipientLanguage
from lotse_notify.domain.preview import Preview, costs_of, preview
from lotse_notify.domain.prices import Prices
from lotse_notify.domain.templates import LANGUAGES, NOTICES, WITH_SIGNATURE, NoticeName
from lotse_notify.domain.texts import Texts

SAID: Mapping[str, Mapping[str, str]] = {
    "de": {
        "faultless": "{count} Texte, keine Fehler",
        "counts": "gilt",
        "waits": "wartet auf Veröffentlichung",
        "was": "galt oder galt nie",
        "shipped": "mitgeliefert",
        "association": "eigener Text",
        "draft": "Entwurf: {languages}",
        "signed": "unterschrieben: {languages}",
        "proposed": "{name} Version {number}: gespeichert, prüfen und veröffentlichen muss jemand anderes",
        "signed_now": "{name} Version {number}, {language}: unterschrieben",
        "signed_before": "{name} Version {number}, {language}: war schon unterschrieben",
        "published": "{name} Version {number}: gilt ab jetzt",
    },
    "en": {
        "faultless": "{count} texts, no faults",
        "counts": "counts",
        "waits": "waits to be published",
        "was": "does not count",
        "shipped": "comes with notify",
        "association": "own text",
        "draft": "draft: {languages}",
        "signed": "signed: {languages}",
        "proposed": "{name} version {number}: kept; somebody else must look at it and publish it",
        "signed_now": "{name} version {number}, {language}: signed",
        "signed_before": "{name} version {number}, {language}: was signed already",
        "published": "{name} version {number}: counts from now on",
    },
}


def standing(name: str, number: int, sendable: Collection[RecipientLanguage], language: str) -> str:
    """One line: the name, its version, and which languages are still drafts."""
    drafts = [one for one in WITH_SIGNATURE if one not in sendable]
    tail = SAID[language]["draft"].format(languages=", ".join(drafts)) if drafts else ""
    return f"{name}\t{number}\t{tail}".rstrip()


def previewed(texts: Texts, args: argparse.Namespace, prices: Prices) -> Iterator[str]:
    """A head line for each, then the text itself."""
    names: tuple[NoticeName, ...] = tuple(args.names) or NOTICES
    languages: tuple[RecipientLanguage, ...] = (args.language,) if args.language else LANGUAGES
    details: tuple[Detail, ...] = (args.detail,) if args.detail else get_args(Detail)
    for name in names:
        for language in languages:
            for detail in details:
                shown = preview(texts, name, language, detail=detail, channel=args.channel)
                yield from _text(shown, prices, draft=texts.is_draft(language, name), language=args.lang)


def _text(shown: Preview, prices: Prices, *, draft: bool, language: str) -> Iterator[str]:
    rendered = shown.rendered
    head = [f"# {shown.name}", rendered.language, shown.detail, rendered.version]
    if size := rendered.size:
        head.append(f"{size.encoding} {size.units}/{size.segments}")
        head += [f"{provider} {cost}" for provider, cost in costs_of(prices, size.segments).items()]
    if draft:
        head.append(SAID[language]["draft"].format(languages=rendered.language))
    yield " | ".join(head)
    if rendered.subject:
        yield rendered.subject
        yield ""
    yield rendered.plain.rstrip("\n")
    yield ""
