"""The bytes of a mail: what a mail program and a calendar read in it, and what nobody can put into it."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from lotse_notify.domain.letters import Letter
from lotse_notify.domain.mail import CalendarFile, Sender, mail_of, thread_of
from lotse_referral.domain.calendar_file import Entry, calendar_file, uid_of

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
SENDER = Sender("message@post.example.org", "Nachricht")
APPOINTMENT = UUID(int=7)
ENTRY = Entry(
    uid=uid_of(APPOINTMENT, "verein"),
    sequence=2,
    starts_at=datetime(2026, 12, 3, 8, 30, tzinfo=UTC),
    ends_at=datetime(2026, 12, 3, 9, 0, tzinfo=UTC),
    stamped_at=NOW,
    location="Площа Ринок, 1, дуже довга назва вулиці, яку треба перенести на інший рядок, 01067 Дрезден",
)


def letter(subject: str = "У вас є повідомлення", language: str = "uk") -> Letter:
    return Letter(language, subject, "Ваша зустріч.\n", "<p>Ваша зустріч.</p>\n", "https://stop.example.org/stop/x")


def read(
    of: Letter,
    *,
    sender: Sender = SENDER,
    recipient: str = "olena@example.org",
    may_unsubscribe: bool = False,
    thread: str | None = None,
    calendar: CalendarFile | None = None,
) -> EmailMessage:
    """The mail as another library reads it."""
    mail = mail_of(
        of,
        sender=sender,
        recipient=recipient,
        message_id="<1@post.example.org>",
        at=NOW,
        may_unsubscribe=may_unsubscribe,
        thread=thread,
        calendar=calendar,
    )
    return message_from_bytes(mail.content, policy=policy.default)


def file_of(entry: Entry = ENTRY) -> CalendarFile:
    return CalendarFile(calendar_file(entry, "uk").decode(), entry.method)


def test_without_a_file_the_mail_is_plain_and_html_in_her_language() -> None:
    mail = read(letter())
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert {part["Content-Language"] for part in mail.iter_parts()} == {"uk"}
    assert mail.get_body(("plain",)).get_content().split() == ["Ваша", "зустріч."]  # type: ignore[union-attr]


def test_the_calendar_file_arrives_byte_for_byte_beside_the_words() -> None:
    mail = read(letter(), calendar=file_of())
    assert mail.get_content_type() == "multipart/mixed"
    words, attached = mail.iter_parts()
    assert [part.get_content_type() for part in words.iter_parts()] == ["text/plain", "text/html"]
    assert attached.get_payload(decode=True) == calendar_file(ENTRY, "uk")
    assert attached.get_filename() == "termin.ics"


@pytest.mark.parametrize("cancelled", [False, True])
def test_trap_18_the_method_of_the_part_is_that_of_the_file_and_never_asks_for_an_answer(cancelled: bool) -> None:
    entry = Entry(**{**vars(ENTRY), "cancelled": cancelled})
    *_, attached = read(letter(), calendar=file_of(entry)).iter_parts()
    held = Calendar.from_ical(str(attached.get_content()))
    assert attached.get_param("method") == str(held["METHOD"]) == ("CANCEL" if cancelled else "PUBLISH")
    event = held.events[0]
    assert (str(event["UID"]), event["SEQUENCE"]) == (ENTRY.uid, 2)
    assert not any(told in str(attached.get_content()) for told in (str(APPOINTMENT), "verein", "Lotse"))
    assert "ATTENDEE" not in event


@pytest.mark.parametrize("method", ["CANCEL", "REQUEST", "REPLY"])
def test_trap_18_a_file_of_another_method_is_not_sent(method: str) -> None:
    with pytest.raises(ValueError, match="another method"):
        read(letter(), calendar=CalendarFile(file_of().content, method))


def test_trap_18_a_request_is_not_sent_even_where_file_and_part_agree() -> None:
    asking = file_of().content.replace("METHOD:PUBLISH", "METHOD:REQUEST")
    with pytest.raises(ValueError, match="another method"):
        read(letter(), calendar=CalendarFile(asking, "REQUEST"))


def test_the_name_of_the_file_tells_nothing_and_ends_no_header() -> None:
    for name in ('a".ics', "jobcenter 3.ics", "x.ics\r\nBcc: y", "../a.ics", "a.exe"):
        with pytest.raises(ValueError, match="no name"):
            read(letter(), calendar=CalendarFile(file_of().content, "PUBLISH", name))


def test_trap_19_the_mails_of_one_appointment_hang_together_and_tell_nothing_of_it() -> None:
    thread = thread_of(APPOINTMENT, SENDER.domain)
    one, other = read(letter(), thread=thread), read(letter("Нагадування"), thread=thread)
    assert one["References"] == other["References"] == one["In-Reply-To"] == thread
    assert thread_of(UUID(int=8), SENDER.domain) != thread
    assert thread.endswith("@post.example.org>")
    assert str(APPOINTMENT) not in thread
    assert APPOINTMENT.hex not in thread


def test_without_a_thread_nothing_is_referred_to() -> None:
    assert read(letter())["References"] is None


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\u2029", "\x85"])
def test_trap_20_nothing_ends_a_header_early(end: str) -> None:
    evil = f"x{end}Bcc: other@example.org"
    with pytest.raises(ValueError, match="end early"):
        read(letter(), recipient=f"a@example.org{end}Bcc: b@example.org")
    with pytest.raises(ValueError, match="end early"):
        read(letter(), thread=f"<1@x>{end}Bcc: b@example.org")
    with pytest.raises(ValueError, match="end early"):
        read(Letter("uk", "s", "p", "h", f"https://stop.example.org/{end}X: y"), may_unsubscribe=True)
    with pytest.raises(ValueError, match="end early"):
        read(letter(language=f"uk{end}X: y"))
    with pytest.raises(ValueError, match="end early"):
        read(letter(evil))
    with pytest.raises(ValueError, match="end early"):
        read(letter(), sender=Sender("m@post.example.org", evil))


@given(st.text(max_size=200))
def test_trap_20_any_subject_is_read_back_or_refused(subject: str) -> None:
    try:
        mail = read(letter(subject))
    except (ValueError, UnicodeError):
        return
    assert mail.keys() == read(letter()).keys()
