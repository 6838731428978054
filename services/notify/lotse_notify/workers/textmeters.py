"""What of the texts an administrator watches: drafts that keep people from reading their own language."""

from functools import partial

from prometheus_client import CollectorRegistry, Gauge

from lotse_contracts.values import RecipientLanguage
from lotse_notify.domain.templates import LANGUAGES, NOTICES
from lotse_notify.store.library import Library


def watch(registry: CollectorRegistry, library: Library) -> None:
    """Counted whenever somebody looks, of the texts as last read."""
    told = "notices that are drafts and not sent here"
    gauge = Gauge("lotse_notify_texts_not_sent", told, ["language"], registry=registry)
    for language in LANGUAGES:
        gauge.labels(language).set_function(partial(not_sent, library, language))


def not_sent(library: Library, language: RecipientLanguage) -> float:
    """How many notices nobody reads in this language."""
    return float(sum(not library.texts.may_send(language, name) for name in NOTICES))
