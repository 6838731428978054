"""A folder of caught mails and SMS: one .eml each, the newest kept up to a bound, a summary of each in memory."""

import json
import secrets
import threading
from collections import OrderedDict
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

MAILS_MAX = 2_000
MAIL_BYTES_MAX = 1_048_576
TEXT_CHARACTERS_MAX = 2_000  # of the plain part, in a summary
NAME_FORMAT = "%Y%m%dT%H%M%S%fZ"
ENVELOPE_HEADER = b"X-Lotse-Envelope: "
CHANNEL_HEADER = "X-Lotse-Channel"


@dataclass(frozen=True)
class Summary:
    """What the list shows; `to` and `sender` are those of the envelope, `channel` is `email` or `sms`."""

    id: str
    received_at: str
    sender: str
    to: tuple[str, ...]
    subject: str
    language: str
    message_id: str
    text: str
    channel: str = "email"


class MailFolder:
    """Written by the SMTP side, read by the HTTP side; the oldest go when there are too many."""

    def __init__(self, folder: Path, mails_max: int = MAILS_MAX) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder, self._mails_max = folder, mails_max
        self._known: OrderedDict[str, Summary] = OrderedDict()
        self._lock = threading.Lock()
        for path in sorted(folder.glob("*.eml")):
            self._known[path.stem] = summary_of(path.stem, path.read_bytes())
        self._bound()

    def add(self, sender: str, recipients: list[str], content: bytes) -> Summary:
        """On the disk whole or not at all, before the server says yes."""
        name = f"{datetime.now(UTC).strftime(NAME_FORMAT)}-{secrets.token_hex(4)}"
        envelope = ENVELOPE_HEADER + json.dumps({"from": sender, "to": recipients}).encode() + b"\r\n"
        whole, fresh = envelope + content, self._folder / f"{name}.new"
        fresh.write_bytes(whole)
        fresh.rename(self._folder / f"{name}.eml")
        added = summary_of(name, whole)
        with self._lock:
            self._known[name] = added
        self._bound()
        return added

    def summaries(self) -> list[Summary]:
        """Newest first."""
        with self._lock:
            return list(reversed(self._known.values()))

    def mail(self, name: str) -> bytes | None:
        """The mail as it came, after one line about its envelope; None if it is not there (any more)."""
        with self._lock:
            if name not in self._known:
                return None
        try:
            return (self._folder / f"{name}.eml").read_bytes()
        except FileNotFoundError:
            return None

    def _bound(self) -> None:
        with self._lock:
            while len(self._known) > self._mails_max:
                oldest, _ = self._known.popitem(last=False)
                (self._folder / f"{oldest}.eml").unlink(missing_ok=True)


def parsed(content: bytes) -> EmailMessage:
    """The mail."""
    return message_from_bytes(content, policy=policy.default)


def text_of(mail: EmailMessage, kind: str) -> str | None:
    """The plain or the HTML part; None if there is none, or it cannot be read."""
    part = mail.get_body((kind,))
    if part is None:
        return None
    try:
        return str(part.get_content())
    except (LookupError, ValueError):
        return None


def summary_of(name: str, content: bytes) -> Summary:
    """Read once, when the mail comes or the folder is opened."""
    mail = parsed(content)
    try:
        envelope = json.loads(str(mail.get("X-Lotse-Envelope", "{}")))
    except ValueError:
        envelope = {}
    received = datetime.strptime(name.split("-", maxsplit=1)[0], NAME_FORMAT).replace(tzinfo=UTC)
    return Summary(
        id=name,
        received_at=received.isoformat(),
        sender=str(envelope.get("from", "")),
        to=tuple(str(address) for address in envelope.get("to", ())),
        subject=str(mail.get("Subject", "")),
        language=str(mail.get("Content-Language", "")),
        message_id=str(mail.get("Message-ID", "")),
        text=(text_of(mail, "plain") or "")[:TEXT_CHARACTERS_MAX],
        channel="sms" if mail.get(CHANNEL_HEADER) == "sms" else "email",
    )


def as_json(summaries: list[Summary]) -> bytes:
    """For programs: `{"mails": [...]}`, newest first."""
    return json.dumps({"mails": [asdict(one) for one in summaries]}, ensure_ascii=False).encode()
