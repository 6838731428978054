"""A carrier of SMS that answers as it is told to, for tests of what becomes of a message; nothing leaves."""

from collections.abc import Awaitable, Callable

from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.outcome import Outcome
from lotse_notify.providers.provider import MayBegin, Parcel

Happening = Callable[[], Awaitable[object]]


class Carrier:
    """Keeps every parcel whose content began; `says` is its next answers, the last one for ever.

    `before` happens once while the line is opened, `during` once while the content is under way.
    """

    name = "carrier"
    channel: NoticeChannel = "sms"
    lease_seconds = 30.0

    def __init__(self, *says: Outcome) -> None:
        self.says = list(says) or [Outcome("accepted", "taken")]
        self.taken: list[Parcel] = []
        self.before: Happening | None = None
        self.during: Happening | None = None

    async def submit(self, parcel: Parcel, may_begin: MayBegin) -> Outcome:
        if (happens := self.before) is not None:
            self.before = None
            await happens()
        if not await may_begin():
            return Outcome("withdrawn", "withdrawn")
        self.taken.append(parcel)
        if (happens := self.during) is not None:
            self.during = None
            await happens()
        return self.says.pop(0) if len(self.says) > 1 else self.says[0]

    async def close(self) -> None:
        return
