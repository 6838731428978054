"""The texts that come with notify, checked whole before the service starts."""

from importlib import resources

from lotse_notify.domain.checking import faults_of_texts
from lotse_notify.domain.templates import LANGUAGES, NOTICES
from lotse_notify.domain.texts import Texts, TextsInvalid, checked


def shipped_texts(*, drafts_allowed: bool) -> Texts:
    """Raises TextsInvalid at the first fault."""
    folder = resources.files("lotse_notify") / "texts"
    texts = checked(
        [(folder / f"{language}.json").read_text("utf-8") for language in LANGUAGES], drafts_allowed=drafts_allowed
    )
    if faults := faults_of_texts(texts, NOTICES):
        raise TextsInvalid("; ".join(faults))
    return texts
