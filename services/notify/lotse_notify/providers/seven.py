"""SMS by seven.io: one recipient a call, our reference with each message, and a journal that can be asked later.

Source: docs.seven.io, endpoints `sms` and `journal`, 2026-11; seven-io/api-schemes, 2026-02.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.outcome import Outcome
from lotse_notify.domain.validity import validity_minutes
from lotse_notify.providers.calling import WITHDRAWN, get, lease_of, post
from lotse_notify.providers.lines import Lines
from lotse_notify.providers.provider import MayBegin, Parcel, Sighting
from lotse_notify.providers.seven_answers import entries_of, outcome_of

PROVIDER = "seven"
PAGE_ENTRIES = 100  # `limit`, at most
PAGES_MAX = 100
OVERLAP_ENTRIES = 10  # so that nothing slips through when entries are added while we turn the page
SETTLE_SECONDS = 900.0
"""Generous: how soon an entry is in the journal is not documented."""
DAY = timedelta(days=1)  # its times are local and naive, so a day more on either side


@dataclass(frozen=True)
class SevenAccount:
    """Where seven.io is and who we are there."""

    url: str
    key: str = field(repr=False)
    sender: str
    timeout_seconds: float


class Seven:
    """The provider `seven`."""

    name = PROVIDER
    channel: NoticeChannel = "sms"
    settle_seconds = SETTLE_SECONDS

    def __init__(self, account: SevenAccount, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._account, self._clock = account, clock
        self._lines = Lines()
        self._headers = {"X-Api-Key": account.key, "Accept": "application/json"}

    @property
    def lease_seconds(self) -> float:
        """Longer than the slowest call."""
        return lease_of(self._account.timeout_seconds)

    async def submit(self, parcel: Parcel, may_begin: MayBegin) -> Outcome:
        """One SMS. Number and text travel in the body, never in an address."""
        minutes = validity_minutes(parcel.useful_by, self._clock())
        if minutes is None:
            return Outcome("not_sent", "too_late")
        if not await may_begin():
            return WITHDRAWN
        form = {
            "to": parcel.address,
            "text": parcel.text,
            "foreign_id": parcel.reference,
            "ttl": str(minutes),
        }
        if self._account.sender:
            form["from"] = self._account.sender
        answer = await post(
            self._lines, f"{self._account.url}/sms", self._account.timeout_seconds, self._headers, data=form
        )
        return answer if isinstance(answer, Outcome) else outcome_of(answer)

    async def lookup(self, started: Mapping[str, datetime], now: datetime) -> Mapping[str, Sighting]:
        """All of the journal around that time, by days and never by number, read once for all that are asked for."""
        found: dict[str, Sighting] = {}
        for page in range(PAGES_MAX):
            entries = await self._page(page, since=min(started.values()), now=now)
            if entries is None:
                break
            for one in entries:
                if one["foreign_id"] in started:
                    found[one["foreign_id"]] = Sighting("found", str(one.get("id") or ""))
            if len(found) == len(started):
                break
            if len(entries) < PAGE_ENTRIES:
                return {reference: found.get(reference) or _missing(at, now) for reference, at in started.items()}
        return {reference: found.get(reference, Sighting("unclear")) for reference in started}

    async def probe(self) -> str:
        """Whether it answers and knows us, without sending: its balance is asked for. A code."""
        answer = await get(
            self._lines, f"{self._account.url}/balance", self._account.timeout_seconds, headers=self._headers
        )
        if answer is None:
            return "provider_away"
        refused = outcome_of(answer) if answer.status != 200 or answer.text.strip() == "900" else None
        return "answers" if refused is None else refused.reason

    async def _page(self, page: int, *, since: datetime, now: datetime) -> list[Mapping[str, Any]] | None:
        asked = {
            "date_from": (since - DAY).date().isoformat(),
            "date_to": (now + DAY).date().isoformat(),
            "limit": PAGE_ENTRIES,
            "offset": page * (PAGE_ENTRIES - OVERLAP_ENTRIES),
        }
        url = f"{self._account.url}/journal/outbound"
        answer = await get(self._lines, url, self._account.timeout_seconds, headers=self._headers, params=asked)
        return entries_of(answer)

    async def close(self) -> None:
        """Let go of its lines."""
        await self._lines.aclose()


def _missing(started_at: datetime, now: datetime) -> Sighting:
    """What the whole journal does not have is absent only once it has had the time to settle."""
    return Sighting("absent" if (now - started_at).total_seconds() >= SETTLE_SECONDS else "unclear")
