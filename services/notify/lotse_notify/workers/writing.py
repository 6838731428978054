"""Makes what goes out: rendered once, kept under her key, and the very same again for as long as it may have to be."""

import base64
import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from lotse_chassis.personkeys import CannotDecrypt, KeyDestroyed, KeyUnknown, PersonKeys
from lotse_contracts.values import Detail, NoticeChannel, RecipientLanguage
from lotse_notify.domain.catalogue import CATALOGUE
from lotse_notify.domain.keys import calendar_context, link_context, message_id, rendered_context
from lotse_notify.domain.letters import Links, one_click_url
from lotse_notify.domain.mail import CalendarFile, Mail, mail_of, thread_of
from lotse_notify.domain.places import place_in
from lotse_notify.domain.rendering import Rendered, render
from lotse_notify.domain.templates import notice_name
from lotse_notify.handlers.orders import ADDRESS
from lotse_notify.providers.provider import Parcel
from lotse_notify.store.calendars import Kept
from lotse_notify.store.notices import Notification
from lotse_notify.store.people import Person
from lotse_notify.workers.post import Post


@dataclass(frozen=True)
class Facing:
    """To where and how this one is to be told now; the repr shows no address. `shared`: others read it along, so that
    no link may open anything of hers."""

    channel: NoticeChannel
    language: RecipientLanguage
    detail: Detail
    address: str = field(repr=False)
    shared: bool = False


@dataclass(frozen=True)
class Content:
    """What she gets. `sha256` is of everything she reads; `text` is that of an SMS or of Telegram."""

    facing: Facing
    version: str
    sha256: str
    segments: int = 0
    sender: str = ""
    text: str = field(default="", repr=False)
    mail: bytes = field(default=b"", repr=False)


def facing_of(due: Notification, person: Person, channel: NoticeChannel, post: Post) -> Facing | None:
    """None: her address cannot be read."""
    contact = person.contact
    despite_stop = CATALOGUE[due.template].answers_stop
    point = None if contact is None else contact.point_on(channel, despite_stop=despite_stop)
    encrypted = person.address_on(channel, despite_stop=despite_stop)
    address = _read(person.person_id, ADDRESS, encrypted, post.keys)
    if contact is None or point is None or address is None:
        return None
    name = notice_name(due.template, due.arguments.get("change"))
    language = post.texts.language_for(contact.languages, name)
    return Facing(channel, language, point.shown, address, shared=point.shared)


def kept_of(due: Notification, facing: Facing, keys: PersonKeys) -> Content | None:
    """What an earlier try has sent or would have, if it would be the same today: another content is another message."""
    if due.rendered is None:
        return None
    try:
        plain = keys.decrypt(due.person_id, rendered_context(due.dedupe_sha256), due.rendered)
        head, _, mail = plain.partition(b"\n")
        stored = json.loads(head)
        kept = Content(**stored | {"facing": Facing(**stored["facing"]), "mail": mail})
    except (KeyDestroyed, KeyUnknown, CannotDecrypt, ValueError, TypeError, KeyError):
        return None
    return kept if kept.facing == facing else None


def sealed(due: Notification, content: Content, keys: PersonKeys) -> str:
    """To be kept, in base64: under her key, so that an erasure takes it along."""
    head = json.dumps({**vars(content), "facing": vars(content.facing), "mail": None}).encode()
    encrypted = keys.encrypt(due.person_id, rendered_context(due.dedupe_sha256), head + b"\n" + content.mail)
    return base64.b64encode(encrypted).decode()


def written(
    due: Notification, facing: Facing, stop_url: str, post: Post, now: datetime, *, calendar: Kept | None = None
) -> Content:
    """Where time and place may be shown, the place is said, and a calendar file goes along with a mail.

    Raises ValueError, LookupError or TypeError.
    """
    file = _file_of(due, calendar, post.keys) if calendar and facing.detail == "time_and_place" else None
    own_url = None if facing.shared else _read(due.person_id, link_context(due.dedupe_sha256), due.link, post.keys)
    links = Links(
        own_url or post.read_url,
        stop_url,
        own=own_url is not None,
        general_url=post.read_url,
        replies=post.answered,
    )
    rendered = render(
        post.texts,
        due.template,
        {**due.arguments, "place": place_in(file.content)} if file else due.arguments,
        language=facing.language,
        detail=facing.detail,
        channel=facing.channel,
        links=links,
    )
    if facing.channel != "email":
        segments = rendered.size.segments if rendered.size is not None else 0
        return Content(facing, rendered.version, rendered.sha256, segments, text=rendered.plain)
    mail = _mail(due, facing, rendered, file=file, post=post, now=now)
    return Content(facing, rendered.version, _sha256(rendered, file), sender=mail.sender, mail=mail.content)


def parcel_of(content: Content, reference: str, useful_by: datetime) -> Parcel:
    """What a provider is given."""
    facing = content.facing
    mail = Mail(content.sender, facing.address, content.mail) if content.mail else None
    return Parcel(
        reference=reference,
        channel=facing.channel,
        address=facing.address,
        useful_by=useful_by,
        mail=mail,
        text=content.text,
        segments=content.segments,
    )


def _mail(
    due: Notification, facing: Facing, rendered: Rendered, *, file: CalendarFile | None, post: Post, now: datetime
) -> Mail:
    domain = post.sender.domain
    return mail_of(
        replace(rendered.letter, stop_url=one_click_url(rendered.letter.stop_url, CATALOGUE[due.template].category)),
        sender=post.sender,
        recipient=facing.address,
        message_id=message_id(due.notification_id, _sha256(rendered, file), domain),
        at=now,
        may_unsubscribe=not CATALOGUE[due.template].essential,
        thread=None if due.appointment_id is None else thread_of(due.appointment_id, domain),
        calendar=file,
    )


def _sha256(rendered: Rendered, file: CalendarFile | None) -> str:
    """Of all that she reads; with another file it is another message."""
    return rendered.sha256 if file is None else hashlib.sha256(f"{rendered.sha256}|{file.content}".encode()).hexdigest()


def _file_of(due: Notification, kept: Kept, keys: PersonKeys) -> CalendarFile | None:
    """None where it cannot be read: the words say the time as well."""
    content = _read(due.person_id, calendar_context(due.notification_id), kept.content, keys)
    return None if content is None else CalendarFile(content, kept.method, kept.name)


def _read(person_id: UUID, context: str, encrypted: bytes | None, keys: PersonKeys) -> str | None:
    """A link that cannot be read holds up nothing: without it she reads by code and PIN."""
    if encrypted is None:
        return None
    try:
        return keys.decrypt(person_id, context, encrypted).decode()
    except (KeyDestroyed, KeyUnknown, CannotDecrypt):
        return None
