"""One e-mail from the words of a notice: plain and HTML say the same, and neither says who helps whom with what."""

import base64
import hashlib
import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr

from lotse_notify.domain.texts import NoticeName, Words, filled

CRLF = "\r\n"


@dataclass(frozen=True)
class Letter:
    """A notice in her language, before it has a sender and an address."""

    language: str
    subject: str
    plain: str
    html: str
    stop_url: str


@dataclass(frozen=True)
class Sender:
    """The neutral sender; `domain` also names this machine to the server and ends the Message-ID."""

    address: str
    name: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


@dataclass(frozen=True)
class Mail:
    """What goes over the line. The repr shows neither address nor text."""

    sender: str
    recipient: str = field(repr=False)
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Links:
    """Where she reads, and where she ends the messages; `own`: it opens her own page, and so it is shown to nobody."""

    read_url: str = field(repr=False)
    stop_url: str = field(repr=False)
    own: bool = False


def letter_of(words: Words, name: NoticeName, arguments: Mapping[str, str], links: Links) -> Letter:
    """Fill the words; the same words and arguments always give the same letter."""
    paragraphs = filled(words, name, arguments, own_link=links.own)
    notice, foot = words.notices[name], words.foot
    plain = [*paragraphs, f"{notice.link}:\n{links.read_url}", "-- ", foot.automatic, f"{foot.stop}\n{links.stop_url}"]
    return Letter(
        language=words.language,
        subject=words.subject,
        plain="\n\n".join(plain).replace("-- \n\n", "-- \n") + "\n",
        html=_html(words, name, paragraphs, links),
        stop_url=links.stop_url,
    )


def mail_of(
    letter: Letter, *, sender: Sender, recipient: str, message_id: str, at: datetime, may_unsubscribe: bool
) -> Mail:
    """The bytes to hand over. Header values come from settings, our own texts and a checked address only."""
    head = [
        f"From: {formataddr((sender.name, sender.address))}",
        f"To: {recipient}",
        f"Subject: {Header(letter.subject, header_name='Subject').encode(linesep=CRLF)}",
        f"Date: {format_datetime(at)}",
        f"Message-ID: {message_id}",
        f"Content-Language: {letter.language}",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        "MIME-Version: 1.0",
    ]
    if may_unsubscribe:
        head.append(f"List-Unsubscribe: <{letter.stop_url}>")
        if letter.stop_url.startswith("https://"):  # RFC 8058 allows one click over HTTPS only
            head.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    if any(set("\r\n") & set(line.replace(f"{CRLF} ", "")) for line in head):
        raise ValueError("a header would end early")
    return Mail(sender.address, recipient, CRLF.join([*head, *_parts(letter, message_id)]).encode("ascii"))


def _parts(letter: Letter, message_id: str) -> Iterator[str]:
    """Base64 by hand: the standard library's own messages take four times as long, which a busy day would feel."""
    boundary = "part-" + hashlib.sha256(message_id.encode()).hexdigest()[:24]  # no base64 line holds a dash
    yield f'Content-Type: multipart/alternative; boundary="{boundary}"'
    yield ""
    for text, kind in ((letter.plain, "plain"), (letter.html, "html")):
        yield f"--{boundary}"
        yield f"Content-Type: text/{kind}; charset=utf-8"
        yield f"Content-Language: {letter.language}"
        yield "Content-Transfer-Encoding: base64"
        yield ""
        yield base64.encodebytes(text.replace("\n", CRLF).encode()).decode().replace("\n", CRLF)
    yield f"--{boundary}--"
    yield ""


def _html(words: Words, name: NoticeName, paragraphs: tuple[str, ...], links: Links) -> str:
    """No image, no style sheet from elsewhere, nothing that reports back; colours are those of the reader's program."""
    notice, foot = words.notices[name], words.foot
    body = "".join(f"<p>{html.escape(paragraph)}</p>\n" for paragraph in paragraphs)
    read, stop = html.escape(links.read_url), html.escape(links.stop_url)
    return (
        f'<!doctype html>\n<html lang="{words.language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>{html.escape(words.subject)}</title>\n</head>\n"
        '<body style="font-family: sans-serif; font-size: 16px; line-height: 1.5">\n'
        f'<div style="max-width: 36em; margin: 0 auto; padding: 16px">\n{body}'
        f'<p><a href="{read}" style="display: inline-block; padding: 8px 0; font-size: 18px">'
        f"{html.escape(notice.link)}</a></p>\n"
        f"<hr>\n<p>{html.escape(foot.automatic)}</p>\n<p>{html.escape(foot.stop)} "
        f'<a href="{stop}">{html.escape(foot.stop_link)}</a></p>\n'
        "</div>\n</body>\n</html>\n"
    )
