"""Every notice at its longest: what editors look at before they publish, and administrators before they pay."""

from collections.abc import Mapping
from dataclasses import dataclass

from lotse_contracts.values import Detail, NoticeChannel, RecipientLanguage
from lotse_notify.domain.arguments import ARGUMENTS
from lotse_notify.domain.checking import LINK_CHARACTERS, longest_times
from lotse_notify.domain.letters import Links
from lotse_notify.domain.prices import Prices
from lotse_notify.domain.rendering import Rendered, render
from lotse_notify.domain.templates import NoticeName, template_of
from lotse_notify.domain.texts import Texts

GERMAN_NUMBER = "+4915100000000"  # how a number begins that most messages go to; nobody's
E4 = 10_000
LONGEST_PLACE = "Straße der Nationen 104, Hinterhaus, 01069 Dresden"
LINKS = Links("https://example.org/".ljust(LINK_CHARACTERS, "x"), "https://example.org/stop/0123456789ABCDEFGHJKMNPQRS")


@dataclass(frozen=True)
class Preview:
    """One notice in one language with as much detail as somebody may choose, on one channel."""

    name: NoticeName
    detail: Detail
    rendered: Rendered


def preview(
    texts: Texts, name: NoticeName, language: RecipientLanguage, *, detail: Detail, channel: NoticeChannel
) -> Preview:
    """With the time and the place that take most room."""
    arguments = longest_arguments(texts, name, language, short=channel != "email")
    rendered = render(
        texts, template_of(name), arguments, language=language, detail=detail, channel=channel, links=LINKS
    )
    return Preview(name, detail, rendered)


def longest_arguments(texts: Texts, name: NoticeName, language: RecipientLanguage, *, short: bool) -> Mapping[str, str]:
    """All that the template may be told, at its longest."""
    wanted = ARGUMENTS[template_of(name)]
    long_time, short_time = longest_times(texts.words[language].frame, language)
    values = {
        "starts_at": (short_time if short else long_time).isoformat(),
        "round": "999",
        "change": name.removeprefix("appointment_"),
        "place": LONGEST_PLACE,
    }
    known = wanted.keys() | ({"place"} if "starts_at" in wanted else set())
    return {key: value for key, value in values.items() if key in known}


def costs_of(prices: Prices, segments: int) -> dict[str, str]:
    """What each provider takes for it within Germany, in EUR."""
    costs = {provider: prices.cost_e4(provider, GERMAN_NUMBER, segments) for provider in prices.table}
    return {provider: f"{cost / E4:.4f} EUR" for provider, cost in costs.items() if cost}
