"""What tests of receipts stand on: an SMS that a scripted Kannel has taken, and receipts as it sends them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit
from uuid import UUID

from prometheus_client import CollectorRegistry
from sqlalchemy import event

from lotse_notify.domain.callbacks import kannel_dlr_url
from lotse_notify.providers.kannel import Kannel, KannelBox
from lotse_notify.providers.provider import Provider
from lotse_notify.workers.post import Post
from lotse_notify.workers.receiving import Inbox, ReceiptMeters, apply_due
from tests.notify.gateway import HttpGateway
from tests.notify.given import House

NUMBER = "+4915112345678"
SECRET = b"0123456789abcdef"
BASE = "http://notify"


def kannel_of(house: House, gateway: HttpGateway, *, callback_url: str = f"{BASE}/cb/kannel/x") -> Kannel:
    """The provider as it is built in production, on the clock of the house."""
    box = KannelBox(f"{gateway.url}/cgi-bin/sendsms", "tester", "secret", "Nachricht", callback_url, 0.5)
    return Kannel(box, clock=lambda: house.now)


def sms_post(house: House, gateway: HttpGateway, *more: Provider, port: int = 9) -> Post:
    """Everything that sending needs, with a Kannel that takes what comes."""
    gateway.say(202, b"0: Accepted for delivery")
    return house.post(port, more=[kannel_of(house, gateway), *more])


def kannel_query(reference: str, kind: int, answer: str = "", meta: str = "") -> dict[str, str]:
    """The parameters of one receipt, after Kannel has put its values in their places."""
    url = kannel_dlr_url(f"{BASE}/cb/kannel/x", reference)
    for code, value in (("%d", str(kind)), ("%F", "smsc-77"), ("%A", answer), ("%D", meta)):
        url = url.replace(code, quote(value, safe=""))
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


@dataclass
class Desk:
    """Stores and applies receipts in the house, as the service does."""

    house: House
    inbox: Inbox

    @classmethod
    def of(cls, house: House) -> "Desk":
        return cls(house, Inbox(house.unit, ReceiptMeters(CollectorRegistry())))

    async def apply(self) -> None:
        """Everything that is due by now."""
        for _ in range(20):
            if not await apply_due(self.house.unit, self.inbox.meters):
                return
        raise AssertionError("there is no end of it")

    def attempts(self) -> list[dict[str, Any]]:
        return self.house.rows("send_attempt", "started_at, attempt_id")

    def reference(self, number: int = 0) -> str:
        return UUID(str(self.attempts()[number]["attempt_id"])).hex

    def state(self) -> tuple[str, str]:
        """Of the newest try, and of its notification."""
        attempt = self.attempts()[-1]
        (notification,) = (
            row for row in self.house.rows("notification") if row["notification_id"] == attempt["notification_id"]
        )
        return attempt["state"], notification["state"]


@contextmanager
def statements(house: House) -> Iterator[list[str]]:
    """What the house asks its database meanwhile, in order."""
    texts: list[str] = []
    engine = house.service.engine.sync_engine

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        texts.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield texts
    finally:
        event.remove(engine, "before_cursor_execute", note)
