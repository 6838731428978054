"""Every text in every language: complete, in its own letters, and silent about who helps whom with what."""

import json
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from importlib import resources
from typing import Any, cast, get_args
from uuid import UUID

import pytest

from lotse_contracts.values import RecipientLanguage, TemplateName
from lotse_notify.app import shipped_texts
from lotse_notify.domain.lint import faults_of
from lotse_notify.domain.mail import Links, Sender, letter_of, mail_of
from lotse_notify.domain.texts import (
    ARGUMENTS,
    LANGUAGES,
    NoticeName,
    TextsInvalid,
    arguments_of,
    checked,
    local_time,
    notice_name,
)
from tests.notify.given import NOW, tell

LINKS = Links("https://read.example.org/", "https://stop.example.org/stop/CODE")
SENDER = Sender("message@post.example.org", "Nachricht")
ALL = shipped_texts(drafts_allowed=True)
NOTICES: tuple[NoticeName, ...] = get_args(NoticeName)
NOBODY = UUID(int=0)
EVERY = [(language, name) for language in LANGUAGES for name in NOTICES]


def _sources(language: str = "", change: Callable[[dict[str, Any]], None] | None = None) -> list[str]:
    folder = resources.files("lotse_notify") / "texts"
    sources = []
    for one in LANGUAGES:
        words = json.loads((folder / f"{one}.json").read_text("utf-8"))
        if one == language and change is not None:
            change(words)
        sources.append(json.dumps(words, ensure_ascii=False))
    return sources


def _mail(language: RecipientLanguage, name: NoticeName) -> EmailMessage:
    letter = letter_of(ALL.words[language], name, {"starts_at": NOW.isoformat()}, LINKS)
    mail = mail_of(
        letter,
        sender=SENDER,
        recipient="a@example.org",
        message_id="<1@x>",
        at=NOW,
        may_unsubscribe=name == "checkback",
    )
    return message_from_bytes(mail.content, policy=policy.default)


def _part(mail: EmailMessage, kind: str) -> EmailMessage:
    part = mail.get_body((kind,))
    assert part is not None
    return cast("EmailMessage", part)


class _Text(HTMLParser):
    """What a reader of the HTML part sees."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.lang: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "html":
            self.lang = dict(attrs).get("lang")
        assert tag not in ("img", "script", "link", "iframe")

    def handle_data(self, data: str) -> None:
        self.seen.append(data)


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_both_parts_say_the_same_in_her_language(language: RecipientLanguage, name: NoticeName) -> None:
    mail = _mail(language, name)
    plain, html = _part(mail, "plain"), _part(mail, "html")
    reader = _Text()
    reader.feed(html.get_content())
    seen = " ".join(reader.seen)
    paragraphs = ALL.words[language].notices[name].paragraphs
    for paragraph in paragraphs:
        assert paragraph.split("{")[0] in plain.get_content()
        assert paragraph.split("{")[0] in seen
    assert LINKS.read_url in plain.get_content()
    assert LINKS.read_url in html.get_content()
    assert reader.lang == language
    assert {mail["Content-Language"], plain["Content-Language"], html["Content-Language"]} == {language}


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_headers_are_neutral_and_the_same_for_every_notice(language: RecipientLanguage, name: NoticeName) -> None:
    mail = _mail(language, name)
    assert mail["Subject"] == ALL.words[language].subject
    assert mail["From"] == "Nachricht <message@post.example.org>"
    assert mail["To"] == "a@example.org"
    assert mail["Auto-Submitted"] == "auto-generated"


def test_mail_programs_are_told_how_to_end_only_what_she_can_do_without() -> None:
    assert _mail("uk", "checkback")["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert _mail("uk", "checkback")["List-Unsubscribe"] == f"<{LINKS.stop_url}>"
    assert _mail("uk", "receipt")["List-Unsubscribe"] is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_time_is_shown_only_to_whom_has_chosen_it(language: RecipientLanguage) -> None:
    when = local_time(ALL.words[language], NOW)
    arguments = {"change": "fixed", "starts_at": NOW.isoformat()}
    chosen = _part(_mail(language, notice_name("appointment", arguments, "time_and_place")), "plain").get_content()
    neutral = _part(_mail(language, notice_name("appointment", arguments, "neutral")), "plain").get_content()
    assert when in chosen.replace("\n", " ")
    assert "10:00" not in neutral
    assert "2026" not in neutral


def test_times_are_those_of_dresden() -> None:
    shown = {language: local_time(ALL.words[language], NOW) for language in LANGUAGES}
    assert shown == {
        "uk": "середа, 25 листопада 2026, 10:00",
        "ru": "среда, 25 ноября 2026, 10:00",
        "de": "Mittwoch, 25. November 2026, 10:00 Uhr",
        "en": "Wednesday, 25 November 2026, 10:00",
    }


def test_texts_without_a_native_speakers_signature_are_drafts() -> None:
    assert {language: words.status for language, words in ALL.words.items()} == {
        "uk": "draft",
        "ru": "draft",
        "de": "ready",
        "en": "ready",
    }


@pytest.mark.parametrize(
    ("languages", "drafts_allowed", "chosen"),
    [
        (("uk", "de"), True, "uk"),
        (("uk",), False, "de"),
        (("uk", "en"), False, "en"),
        (("ru", "uk"), True, "ru"),
        ((), True, "de"),
    ],
)
def test_the_language_is_the_first_of_her_own_list_then_german(
    languages: tuple[RecipientLanguage, ...], drafts_allowed: bool, chosen: str
) -> None:
    assert shipped_texts(drafts_allowed=drafts_allowed).language_for(languages) == chosen


def test_ukrainian_never_becomes_russian_by_itself() -> None:
    def unsigned(words: dict[str, Any]) -> None:
        words["status"] = "ready"

    texts = checked(_sources("ru", unsigned), drafts_allowed=False)
    assert texts.sendable == {"ru", "de", "en"}
    assert texts.language_for(("uk",)) == "de"


def _without_placeholder(words: dict[str, Any]) -> None:
    words["notices"]["appointment_fixed"]["paragraphs"] = ["Soon."]


def _with_unknown_placeholder(words: dict[str, Any]) -> None:
    words["notices"]["receipt"]["paragraphs"] = ["Hello {name}."]


def _with_attribute(words: dict[str, Any]) -> None:
    words["notices"]["appointment_fixed"]["paragraphs"] = ["{when.__class__}"]


def _without_notice(words: dict[str, Any]) -> None:
    del words["notices"]["checkback"]


def _with_open_brace(words: dict[str, Any]) -> None:
    words["notices"]["receipt"]["paragraphs"] = ["Hello {"]


def _with_line_break(words: dict[str, Any]) -> None:
    words["subject"] = "Hello\r\nBcc: all@example.org"


def _with_authority(words: dict[str, Any]) -> None:
    words["subject"] = "News from the Jobcenter"


@pytest.mark.parametrize(
    "change",
    [
        _without_placeholder,
        _with_unknown_placeholder,
        _with_attribute,
        _without_notice,
        _with_open_brace,
        _with_line_break,
        _with_authority,
    ],
)
def test_a_text_that_is_not_right_stops_the_start(change: Callable[[dict[str, Any]], None]) -> None:
    with pytest.raises(TextsInvalid):
        checked(_sources("en", change), drafts_allowed=True)


def test_all_four_languages_are_needed() -> None:
    with pytest.raises(TextsInvalid):
        checked(_sources()[1:], drafts_allowed=True)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("uk", "Вы прочитали"),
        ("ru", "Є новина"),
        ("uk", "пoвідомлення"),  # with a Latin o
        ("de", "Ihr Termin beim Sozialamt"),
        ("en", "Your asylum appointment"),
        ("en", "2:00\u202fPM"),
    ],
)
def test_foreign_letters_look_alikes_and_telling_words_are_found(language: str, text: str) -> None:
    assert faults_of(language, text)


@pytest.mark.parametrize("template", get_args(TemplateName))
def test_arguments_are_exactly_those_of_the_template(template: TemplateName) -> None:
    good = {"change": "moved", "starts_at": NOW.isoformat(), "round": "2"}
    given = {name: good[name] for name in ARGUMENTS[template]}
    assert arguments_of(tell(NOBODY, template, arguments=given)) == given
    assert arguments_of(tell(NOBODY, template, arguments=given | {"surname": "x"})) is None


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
    assert arguments_of(tell(NOBODY, "appointment", arguments=arguments)) is None


def test_no_line_of_a_mail_is_too_long_or_outside_ascii() -> None:
    for language, name in EVERY:
        letter = letter_of(ALL.words[language], name, {"starts_at": NOW.isoformat()}, LINKS)
        mail = mail_of(
            letter, sender=SENDER, recipient="a@example.org", message_id="<1@x>", at=NOW, may_unsubscribe=True
        )
        assert max(len(line) for line in mail.content.split(b"\r\n")) <= 78
        assert mail.content.isascii()
        assert b"\n" not in mail.content.replace(b"\r\n", b"")


def test_a_header_cannot_be_ended_early() -> None:
    letter = letter_of(ALL.words["de"], "receipt", {}, LINKS)
    for evil in ("a@example.org\r\nBcc: b@example.org", "a@example.org\nBcc: b@example.org"):
        with pytest.raises(ValueError, match="a header would end early"):
            mail_of(letter, sender=SENDER, recipient=evil, message_id="<1@x>", at=NOW, may_unsubscribe=False)


def test_a_senders_name_outside_ascii_is_written_as_mail_wants_it() -> None:
    letter = letter_of(ALL.words["uk"], "receipt", {}, LINKS)
    mail = mail_of(
        letter,
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
