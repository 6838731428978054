"""One notice in one language for one channel: what goes out, frozen, with what it takes and which words it is of."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field

from lotse_contracts.values import Detail, NoticeChannel, RecipientLanguage, TemplateName
from lotse_notify.domain.letters import Letter, Links, letter_of
from lotse_notify.domain.patterns import formatted
from lotse_notify.domain.segments import Size, size_of
from lotse_notify.domain.templates import Form, Frame, notice_name
from lotse_notify.domain.texts import Texts
from lotse_notify.domain.typography import cheapest
from lotse_notify.domain.wording import Said, form_of, paragraphs_of, said_of

SEGMENTS_MAX = 2
"""What one of our notices may take; what can be left out is left out before it takes more."""


@dataclass(frozen=True)
class Rendered:
    """What she will read. The repr shows no word of it.

    `plain` is the whole text of an SMS or of Telegram, and the plain part of a mail; `subject` and `html` are a mail's.
    `version` names the very words. `size` is counted for SMS only.
    """

    channel: NoticeChannel
    language: RecipientLanguage
    version: str
    subject: str = field(repr=False)
    plain: str = field(repr=False)
    html: str = field(repr=False)
    stop_url: str = field(repr=False)

    @property
    def size(self) -> Size | None:
        return size_of(self.plain) if self.channel == "sms" else None

    @property
    def sha256(self) -> str:
        """Of everything she reads: another content has another one, and so another Message-ID."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    @property
    def letter(self) -> Letter:
        return Letter(self.language, self.subject, self.plain, self.html, self.stop_url)


def render(
    texts: Texts,
    template: TemplateName,
    arguments: Mapping[str, str],
    *,
    language: RecipientLanguage,
    detail: Detail,
    channel: NoticeChannel,
    links: Links,
) -> Rendered:
    """The same words, arguments and links always give the same. `language` is that of `texts.language_for`.

    `arguments` are those of the order, and `place` where it is known. Telegram never hears more than the neutral words.
    Raises ArgumentsMissing (a ValueError) or KeyError where the arguments are not those of the template.
    """
    name = notice_name(template, arguments.get("change"))
    words, version = texts.words[language], texts.version_of(language, name)
    form = form_of(words.notices[name], arguments, "neutral" if channel == "telegram" else detail)
    said = said_of(words.frame, language, arguments)
    if channel == "email":
        paragraphs = paragraphs_of(form, language, said, own_link=links.own)
        letter = letter_of(words.frame, language, paragraphs, form.link, links)
        return Rendered(channel, language, version, letter.subject, letter.plain, letter.html, links.stop_url)
    written = _telegram if channel == "telegram" else _sms
    return Rendered(
        channel, language, version, "", written(words.frame, language, form, said, links), "", links.stop_url
    )


def _sms(frame: Frame, language: RecipientLanguage, form: Form, said: Said, links: Links) -> str:
    """The place is left out before a third part is begun, and so is how to stop."""
    line = _line(form, language, said, links.read_url, where=True)
    if said.where and size_of(line).segments > SEGMENTS_MAX:
        line = _line(form, language, said, links.read_url, where=False)
    if form.link is None:
        return line
    room = max(SEGMENTS_MAX, size_of(line).segments)
    longer = (cheapest(f"{line} {tail}", language) for tail in _stops(frame, language, links))
    return next((one for one in longer if size_of(one).segments <= room), line)


def _stops(frame: Frame, language: RecipientLanguage, links: Links) -> Iterator[str]:
    if links.replies:
        yield formatted(frame.stop_by_reply, language, {})
    if links.stop_url:
        yield formatted(frame.stop_by_link, language, {"link": links.stop_url})


def _telegram(frame: Frame, language: RecipientLanguage, form: Form, said: Said, links: Links) -> str:
    """A one-time link to her own page is not for a messenger's servers."""
    link = links.general_url if links.own else links.read_url
    line = _line(form, language, said, link, where=False).rstrip(": ")
    return f"{line}\n\n{formatted(frame.stop_by_command, language, {})}" if form.link else line


def _line(form: Form, language: RecipientLanguage, said: Said, link: str, *, where: bool) -> str:
    text = formatted(form.line, language, said.values(short=True, link=link, where=where))
    return cheapest(text, language)
