"""The certificate of an erasure: what went, what stays and why, to hand to the person who asked for it."""

import json
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from lotse_contracts.intake import ErasureAnswer
from lotse_intake.pages.access import AUTHORITY, words_of

ZONE = ZoneInfo("Europe/Berlin")

_PAGES = Environment(
    loader=PackageLoader("lotse_intake", "pages"),
    undefined=StrictUndefined,
    autoescape=select_autoescape(default=True),
)


@lru_cache(maxsize=1)
def _texts() -> dict[str, dict[str, str]]:
    read: dict[str, dict[str, str]] = json.loads(
        (files("lotse_intake") / "data" / "certificate_texts.json").read_text()
    )
    return read


def certificate_of(person_id: UUID, erasure: ErasureAnswer, association: str, language: str) -> str:
    """The page. It holds a random number, times, counts and digests, and nothing of what was erased."""
    words, labels = _texts()[language], words_of(language)
    return _PAGES.get_template("certificate.html").render(
        language=language,
        words=words,
        person_id=person_id,
        association=association,
        requested_at=_instant(erasure.requested_at),
        begun_at=_instant(erasure.begun_at),
        confirmed_at=_instant(erasure.confirmed_at),
        services=[
            {
                "title": labels.texts[f"service_{one.service}"],
                "digest": one.digest,
                "gone": [(labels.store(count.store), count.count) for count in one.counts if count.count],
                "kept": [
                    (labels.store(record.store), record.count, words.get(f"rule_{record.rule}", record.rule))
                    for record in one.kept
                    if record.count
                ],
            }
            for one in erasure.receipts
        ],
        authority=AUTHORITY,
    )


def _instant(at: datetime | None) -> Any:
    return "" if at is None else at.astimezone(ZONE).strftime("%d.%m.%Y %H:%M")
