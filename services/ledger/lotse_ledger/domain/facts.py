"""The public facts of the real case, reconstructed from their documents and loaded once, before anything else.

`valid_on` is the day of the decision, `known_on` the day on which the cited document made it public. An instant within
that day is not known, so a fact counts as known from the day's end.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from lotse_ledger.domain.entries import Draft, Posting, digest_of
from lotse_ledger.domain.instants import day_of, end_of_day

HISTORY_CLOSED = "history_closed"


def drafts_of(file: bytes, now: datetime) -> tuple[Draft, ...]:
    """The facts in the order they became known, and the entry after which no more of the past can be loaded."""
    case = json.loads(file)
    facts = sorted(case["facts"], key=lambda fact: (fact["known_on"], fact["valid_on"], fact["key"]))
    drafts = tuple(_draft(fact, case["currency"]) for fact in facts)
    return (*drafts, _closing(case["case"], file, count=len(drafts), now=now))


def _draft(fact: Mapping[str, Any], currency: str) -> Draft:
    grant_id = fact.get("grant_id")
    return Draft(
        key=f"fact:{fact['key']}",
        kind=fact["kind"],
        standing="public",
        valid_on=date.fromisoformat(fact["valid_on"]),
        data=fact["data"],
        request_sha256=digest_of(fact),
        postings=tuple(Posting(account, int(amount), currency) for account, amount in fact.get("postings", ())),
        grant_id=None if grant_id is None else UUID(grant_id),
        budget_year=fact.get("budget_year"),
        known_at=end_of_day(date.fromisoformat(fact["known_on"])),
    )


def _closing(case: str, file: bytes, *, count: int, now: datetime) -> Draft:
    data = {
        "title_de": f"{count} öffentliche Tatsachen nachträglich erfasst; die Vorgeschichte ist damit abgeschlossen",
        "title_en": f"{count} public facts reconstructed; the history before this log is closed",
        "case": case,
        "file_sha256": hashlib.sha256(file).hexdigest(),
    }
    return Draft(
        key=HISTORY_CLOSED,
        kind=HISTORY_CLOSED,
        standing="public",
        valid_on=day_of(now),
        data=data,
        request_sha256=data["file_sha256"],
    )
