"""A notice as an e-mail in words: plain and HTML say the same, and neither says who helps whom with what."""

import html
from collections.abc import Sequence
from dataclasses import dataclass, field

from lotse_contracts.values import RecipientLanguage
from lotse_notify.domain.templates import Frame


@dataclass(frozen=True)
class Letter:
    """A notice in her language, before it has a sender and an address."""

    language: str
    subject: str
    plain: str
    html: str
    stop_url: str


@dataclass(frozen=True)
class Links:
    """Where she reads, and where she ends the messages.

    `own`: `read_url` opens her own page, and so it is shown to nobody else, nor to a messenger's servers; those get
    `general_url`, if there is one. `replies`: somebody reads what is answered to an SMS, so that STOP may be sent.
    """

    read_url: str = field(repr=False)
    stop_url: str = field(repr=False)
    own: bool = False
    general_url: str = field(default="", repr=False)
    replies: bool = False


def letter_of(
    frame: Frame, language: RecipientLanguage, paragraphs: Sequence[str], link: str | None, links: Links
) -> Letter:
    """The same paragraphs and links always give the same letter. Without a link there is nothing left to end either."""
    said = [frame.greeting, *paragraphs]
    plain = [*said, *([f"{link}:\n{links.read_url}"] if link else []), _SIGNATURE, frame.automatic]
    if link:
        plain.append(f"{frame.stop}\n{frame.stop_link}:\n{links.stop_url}")
    return Letter(
        language=language,
        subject=frame.subject,
        plain="\n\n".join(plain).replace(f"{_SIGNATURE}\n\n", f"{_SIGNATURE}\n") + "\n",
        html=_html(frame, language, said, link, links),
        stop_url=links.stop_url,
    )


def one_click_url(stop_url: str, category: str) -> str:
    """What a mail program's own button ends: this topic and nothing else (RFC 8058)."""
    base, _, code = stop_url.rpartition("/stop/")
    return f"{base}/unsubscribe/{code}/{category}"


_SIGNATURE = "-- "  # what mail programs fold away (RFC 3676, section 4.3)


def _html(frame: Frame, language: RecipientLanguage, said: Sequence[str], link: str | None, links: Links) -> str:
    """No image, no style sheet from elsewhere, nothing that reports back; colours are those of the reader's program."""
    body = "".join(f"<p>{html.escape(paragraph)}</p>\n" for paragraph in said)
    if link:
        body += _link(links.read_url, link, "display: inline-block; padding: 8px 0; font-size: 18px")
    foot = f"<p>{html.escape(frame.automatic)}</p>\n"
    if link:
        foot += f"<p>{html.escape(frame.stop)}</p>\n{_link(links.stop_url, frame.stop_link, 'display: inline-block')}"
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="supported-color-schemes" content="light dark">\n'
        f"<title>{html.escape(frame.subject)}</title>\n"
        "<style>:root { color-scheme: light dark; }</style>\n</head>\n"
        f'<body lang="{language}" style="margin: 0; font-family: sans-serif; font-size: 16px; line-height: 1.5">\n'
        f'<div style="max-width: 36em; margin: 0 auto; padding: 16px; overflow-wrap: anywhere">\n{body}'
        f'<hr style="margin: 24px 0 8px">\n<div style="font-size: 15px">\n{foot}</div>\n</div>\n</body>\n</html>\n'
    )


def _link(url: str, words: str, style: str) -> str:
    return f'<p><a href="{html.escape(url)}" style="{style}">{html.escape(words)}</a></p>\n'
