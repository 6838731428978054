"""Every text in every language: complete, in its own letters, and silent about who helps whom with what."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import cast, get_args
from uuid import UUID

import pytest

from lotse_contracts.notify import Tell, TemplateArgument
from lotse_contracts.values import Detail, RecipientLanguage, TemplateName
from lotse_notify.domain.arguments import ARGUMENTS, arguments_of
from lotse_notify.domain.catalogue import CATALOGUE
from lotse_notify.domain.letters import Links
from lotse_notify.domain.mail import Sender, mail_of
from lotse_notify.domain.rendering import Rendered, render
from lotse_notify.domain.shipped import shipped_texts
from lotse_notify.domain.templates import LANGUAGES, NOTICES, NoticeName, template_of
from lotse_notify.domain.wording import local_time

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
LINKS = Links("https://read.example.org/", "https://stop.example.org/stop/CODE")
SENDER = Sender("message@post.example.org", "Nachricht")
ALL = shipped_texts(drafts_allowed=True)
NOBODY = UUID(int=0)
EVERY = [(language, name) for language in LANGUAGES for name in NOTICES]
DETAILS: tuple[Detail, ...] = get_args(Detail)
PLACE = "Prager Straße 10, 01069 Dresden"


def _rendered(
    language: RecipientLanguage, name: NoticeName, detail: Detail = "neutral", *, own: bool = False
) -> Rendered:
    given = {"change": name.removeprefix("appointment_"), "starts_at": NOW.isoformat(), "round": "2", "place": PLACE}
    links = Links(LINKS.read_url, LINKS.stop_url, own=own)
    return render(ALL, template_of(name), given, language=language, detail=detail, channel="email", links=links)


def _mail(language: RecipientLanguage, name: NoticeName, detail: Detail = "neutral") -> EmailMessage:
    mail = mail_of(
        _rendered(language, name, detail).letter,
        sender=SENDER,
        recipient="a@example.org",
        message_id="<1@x>",
        at=NOW,
        may_unsubscribe=not CATALOGUE[template_of(name)].essential,
    )
    return message_from_bytes(mail.content, policy=policy.default)


def _order(template: TemplateName, arguments: Mapping[str, str]) -> Tell:
    given = tuple(TemplateArgument(name=name, value=value) for name, value in arguments.items())
    return Tell(person_id=NOBODY, template=template, arguments=given, useful_by=NOW, dedupe_key="k1")


def _part(mail: EmailMessage, kind: str) -> EmailMessage:
    part = mail.get_body((kind,))
    assert part is not None
    return cast("EmailMessage", part)


def _words(text: str) -> list[str]:
    """Without addresses, which stand behind the words in the HTML part, and what leads to them."""
    return [word.rstrip(":") for word in text.split() if "://" not in word and word != "--"]


class _Text(HTMLParser):
    """What a reader of the HTML part sees."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.lang: str | None = None
        self.in_body = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "html":
            self.lang = dict(attrs).get("lang")
        self.in_body = self.in_body or tag == "body"
        assert tag not in ("img", "script", "link", "iframe")

    def handle_data(self, data: str) -> None:
        if self.in_body:
            self.seen.append(data)


@pytest.mark.parametrize("detail", DETAILS)
@pytest.mark.parametrize(("language", "name"), EVERY)
def test_both_parts_say_the_same_in_her_language(language: RecipientLanguage, name: NoticeName, detail: Detail) -> None:
    """Trap 30: the plain part is no lesser one, and each part says its language."""
    mail = _mail(language, name, detail)
    plain, html = _part(mail, "plain"), _part(mail, "html")
    reader = _Text()
    reader.feed(html.get_content())
    assert _words(plain.get_content()) == _words(" ".join(reader.seen))
    linked = ALL.words[language].notices[name].neutral.link is not None
    for part in (plain, html):
        assert (LINKS.read_url in part.get_content()) == (LINKS.stop_url in part.get_content()) == linked
    assert reader.lang == language
    assert {mail["Content-Language"], plain["Content-Language"], html["Content-Language"]} == {language}


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_headers_are_neutral_and_the_same_for_every_notice(language: RecipientLanguage, name: NoticeName) -> None:
    mail = _mail(language, name, "time_and_place")
    assert mail["Subject"] == ALL.words[language].frame.subject
    assert mail["From"] == "Nachricht <message@post.example.org>"
    assert mail["To"] == "a@example.org"
    assert mail["Auto-Submitted"] == "auto-generated"


def test_mail_programs_are_told_how_to_end_only_what_she_can_do_without() -> None:
    assert _mail("uk", "checkback")["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert _mail("uk", "checkback")["List-Unsubscribe"] == f"<{LINKS.stop_url}>"
    assert _mail("uk", "receipt")["List-Unsubscribe"] is None


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_a_time_and_a_place_are_shown_only_to_whom_has_chosen_it(language: RecipientLanguage, name: NoticeName) -> None:
    when = local_time(ALL.words[language].frame, language, NOW)
    chosen = _rendered(language, name, "time_and_place")
    neutral = _rendered(language, name, "neutral")
    for part in (neutral.plain, neutral.html, neutral.subject):
        assert not {"10:00", "2026", PLACE} & {word for word in ("10:00", "2026", PLACE) if word in part}
    knows_a_time = "starts_at" in ARGUMENTS[template_of(name)]
    assert (when in chosen.plain) == (when in chosen.html) == knows_a_time
    assert (PLACE in chosen.plain) == (knows_a_time and not name.endswith("_cancelled"))


def test_times_are_those_of_dresden() -> None:
    shown = {language: local_time(ALL.words[language].frame, language, NOW) for language in LANGUAGES}
    assert shown == {
        "uk": "середа, 25 листопада 2026, 10:00",
        "ru": "среда, 25 ноября 2026, 10:00",
        "de": "Mittwoch, 25. November 2026, 10:00 Uhr",
        "en": "Wednesday, 25 November 2026, 10:00",
    }


SIZE = re.compile(r"font-size: (\d+)px")
LINKED = re.compile(r"<a [^>]*>([^<]*)</a>")


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_a_mail_can_be_read_by_everybody(language: RecipientLanguage, name: NoticeName) -> None:
    """Trap 30: letters of 14 pixels at least, no colour that says something, links that say where they lead."""
    html = _rendered(language, name, "time_and_place").html
    assert min(map(int, SIZE.findall(html))) >= 14
    assert not re.search(r"[^-]color:|background", html.replace("color-scheme", ""))
    linked = LINKED.findall(html)
    assert len(set(linked)) == len(linked)
    assert all(len(words) >= 8 and words.casefold() not in ("mehr lesen", "click here") for words in linked)
    assert f'<html lang="{language}">' in html
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in html


def test_texts_without_a_native_speakers_signature_are_drafts() -> None:
    assert {language: words.status for language, words in ALL.words.items()} == {
        "uk": "draft",
        "ru": "draft",
        "de": "ready",
        "en": "ready",
    }


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_with_a_link_to_her_own_page_no_code_is_asked_for(language: RecipientLanguage, name: NoticeName) -> None:
    own, general = _rendered(language, name, own=True).plain, _rendered(language, name).plain
    assert "PIN" not in own
    assert (own != general) == (ALL.words[language].notices[name].neutral.link is not None)


@pytest.mark.parametrize("template", get_args(TemplateName))
def test_arguments_are_exactly_those_of_the_template(template: TemplateName) -> None:
    """Trap 11: ICU would write what is missing as it stands, and drop what is too many."""
    good = {"change": "moved", "starts_at": NOW.isoformat(), "round": "2"}
    given = {name: good[name] for name in ARGUMENTS[template]}
    assert arguments_of(_order(template, given)) == given
    assert arguments_of(_order(template, given | {"surname": "x"})) is None
    needed = {name for name, wanted in ARGUMENTS[template].items() if not wanted.optional}
    for name in needed:
        assert arguments_of(_order(template, {key: given[key] for key in given if key != name})) is None


@pytest.mark.parametrize(
    "arguments",
    [
        {"change": "lost", "starts_at": NOW.isoformat()},
        {"change": "fixed", "starts_at": "tomorrow"},
        {"change": "fixed", "starts_at": "2026-11-25T09:00:00"},
        {"change": "fixed"},
    ],
)
def test_an_argument_that_says_nothing_is_refused(arguments: dict[str, str]) -> None:
    assert arguments_of(_order("appointment", arguments)) is None


@pytest.mark.parametrize("number", ["-1", "1000", "2.5", "\u0662", "", "1e2"])
def test_a_count_is_a_small_whole_number(number: str) -> None:
    assert arguments_of(_order("checkback", {"round": number})) is None


def test_no_line_of_a_mail_is_too_long_or_outside_ascii() -> None:
    for language, name in EVERY:
        mail = mail_of(
            _rendered(language, name).letter,
            sender=SENDER,
            recipient="a@example.org",
            message_id="<1@x>",
            at=NOW,
            may_unsubscribe=True,
        )
        assert max(len(line) for line in mail.content.split(b"\r\n")) <= 78
        assert mail.content.isascii()
        assert b"\n" not in mail.content.replace(b"\r\n", b"")


def test_a_header_cannot_be_ended_early() -> None:
    letter = _rendered("de", "receipt").letter
    for evil in ("a@example.org\r\nBcc: b@example.org", "a@example.org\nBcc: b@example.org"):
        with pytest.raises(ValueError, match="a header would end early"):
            mail_of(letter, sender=SENDER, recipient=evil, message_id="<1@x>", at=NOW, may_unsubscribe=False)


def test_a_senders_name_outside_ascii_is_written_as_mail_wants_it() -> None:
    mail = mail_of(
        _rendered("uk", "receipt").letter,
        sender=Sender("message@post.example.org", "Повідомлення"),
        recipient="a@example.org",
        message_id="<1@x>",
        at=NOW,
        may_unsubscribe=False,
    )
    parsed = message_from_bytes(mail.content, policy=policy.default)
    assert parsed["From"] == "Повідомлення <message@post.example.org>"
    assert parsed["Subject"] == "У вас є повідомлення"
    assert not parsed.defects
