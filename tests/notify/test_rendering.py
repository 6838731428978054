"""A notice as it goes out on each channel: in her language, within its parts, and giving nobody away."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_contracts.values import Detail, NoticeChannel, RecipientLanguage
from lotse_notify.domain.letters import Links
from lotse_notify.domain.patterns import ArgumentsMissing
from lotse_notify.domain.preview import LONGEST_PLACE, longest_arguments, preview
from lotse_notify.domain.rendering import SEGMENTS_MAX, Rendered, render
from lotse_notify.domain.segments import encoding_of, size_of
from lotse_notify.domain.shipped import shipped_texts
from lotse_notify.domain.templates import (
    LANGUAGES,
    NOTICES,
    WITH_SIGNATURE,
    NoticeName,
    notice_name,
    template_of,
)
from lotse_notify.domain.typography import PLAIN, cheapest

TEXTS = shipped_texts(drafts_allowed=True)
DETAILS: tuple[Detail, ...] = get_args(Detail)
CHANNELS: tuple[NoticeChannel, ...] = get_args(NoticeChannel)
READ = "https://read.example.org/"
OWN = "https://page.example.org/me/CANARYCANARYCANARYCANARY42"
STOP = "https://stop.example.org/stop/CODECODECODECODECODECODE42"
LINKS = Links(READ, STOP)
STARTS = "2026-12-03T09:30:00+00:00"
EVERY = [(language, name, detail) for language in LANGUAGES for name in NOTICES for detail in DETAILS]


def rendered(
    language: RecipientLanguage,
    name: NoticeName,
    detail: Detail = "time_and_place",
    channel: NoticeChannel = "sms",
    *,
    links: Links = LINKS,
    **arguments: str,
) -> Rendered:
    given_by_default = {"change": name.removeprefix("appointment_"), "starts_at": STARTS, "round": "2"}
    return render(
        TEXTS,
        template_of(name),
        given_by_default | arguments,
        language=language,
        detail=detail,
        channel=channel,
        links=links,
    )


@pytest.mark.parametrize(("language", "name", "detail"), EVERY)
def test_every_sms_keeps_to_two_parts_at_its_longest(
    language: RecipientLanguage, name: NoticeName, detail: Detail
) -> None:
    """Trap 7: with the longest date of a year, a long place and a link of 60 letters."""
    shown = preview(TEXTS, name, language, detail=detail, channel="sms").rendered
    assert shown.size is not None
    assert shown.size.segments <= SEGMENTS_MAX
    assert shown.size.encoding == ("UCS-2" if language in WITH_SIGNATURE else "GSM-7")


@pytest.mark.parametrize(("language", "name", "detail"), EVERY)
def test_no_channel_shows_a_brace_or_an_empty_place(
    language: RecipientLanguage, name: NoticeName, detail: Detail
) -> None:
    for channel in CHANNELS:
        for place in ("", "Prager Straße 10"):
            one = rendered(language, name, detail, channel, place=place)
            for text in (one.plain, one.subject):
                assert not set("{}") & set(text)
                assert ", ." not in text
                assert ",." not in text
                assert "  " not in text.replace("\n", "|")


def test_the_place_is_left_out_before_a_third_part_is_begun() -> None:
    short, long = "Prager Straße 10", f"{LONGEST_PLACE}, Zimmer 12, dritter Stock, Eingang im Hof"
    near = rendered("uk", "appointment_reminder", place=short)
    far = rendered("uk", "appointment_reminder", place=long)
    assert short in near.plain
    assert long not in far.plain
    assert "10:30" in far.plain
    assert far.size is not None
    assert far.size.segments == 2
    assert long in rendered("uk", "appointment_reminder", channel="email", place=long).plain


@pytest.mark.parametrize("language", LANGUAGES)
def test_how_to_stop_is_said_where_there_is_room(language: RecipientLanguage) -> None:
    by_link = rendered(language, "referral_made", links=Links(READ, STOP))
    assert STOP in by_link.plain
    by_reply = rendered(language, "referral_made", links=Links(READ, STOP, replies=True))
    assert "STOP" in by_reply.plain.replace(STOP, "")
    assert STOP not in by_reply.plain
    no_room = rendered(language, "referral_made", links=Links(READ, STOP.ljust(300, "x")))
    assert no_room.plain.endswith(READ)


def test_a_last_message_offers_nothing_to_read_and_nothing_to_stop() -> None:
    for language in LANGUAGES:
        for channel in CHANNELS:
            one = rendered(language, "erasure_done", channel=channel)
            assert "://" not in one.plain + one.html.replace('"https://www.w3.org', "")
            assert "/stop" not in one.plain


@pytest.mark.parametrize(("language", "name", "detail"), EVERY)
def test_a_messenger_hears_the_neutral_words_alone_and_never_a_link_to_her_own_page(
    language: RecipientLanguage, name: NoticeName, detail: Detail
) -> None:
    links = Links(OWN, STOP, own=True, general_url=READ)
    one = rendered(language, name, detail, "telegram", links=links, place="Prager Straße 10")
    assert "CANARY" not in one.plain
    assert "10:30" not in one.plain
    assert "Prager" not in one.plain
    assert STOP not in one.plain
    assert (READ in one.plain) == ("/stop" in one.plain) == (name not in ("erasure_done", "sms_stopped"))
    without = rendered(language, name, detail, "telegram", links=Links(OWN, STOP, own=True))
    assert "://" not in without.plain
    assert not without.plain.partition("\n")[0].endswith((":", " "))


def test_sms_and_mail_lead_to_her_own_page() -> None:
    links = Links(OWN, STOP, own=True, general_url=READ)
    for channel in ("sms", "email"):
        one = rendered("uk", "checkback", "neutral", channel, links=links)
        assert OWN in one.plain
        assert READ not in one.plain


EVIL_PLACES = [
    "<script>alert(1)</script>",
    '"><img src=x>',
    "{when}",
    "{0}",
    "Prager Straße\r\nBcc: all@example.org",
    "Prager\u2028Straße",
    "\u202eedisni",
    "a\u0000b",
]


@pytest.mark.parametrize("place", EVIL_PLACES)
def test_nothing_in_a_place_becomes_code_a_header_or_a_trick_for_the_eye(place: str) -> None:
    """Trap 20."""
    for channel in CHANNELS:
        one = rendered("de", "appointment_fixed", channel=channel, place=place)
        assert "<script" not in one.html
        assert "<img" not in one.html
        for text in (one.plain, one.html, one.subject):
            assert not set("\u202e\u2028\u0000") & set(text)
        assert "\nBcc:" not in one.plain
        assert one.subject in ("", "Sie haben eine Nachricht")


@given(st.text(max_size=150))
def test_any_place_leaves_the_form_of_a_mail_as_it_is(place: str) -> None:
    one = rendered("de", "appointment_fixed", channel="email", place=place)
    plain = rendered("de", "appointment_fixed", channel="email")
    assert one.html.count("<") == plain.html.count("<")
    assert one.plain.count("\n") == plain.plain.count("\n")


def test_without_a_time_who_chose_time_and_place_reads_the_neutral_words() -> None:
    one = render(
        TEXTS, "group_booked", {}, language="uk", detail="time_and_place", channel="email", links=Links(READ, STOP)
    )
    assert one.plain == rendered("uk", "group_booked", "neutral", "email").plain


def test_an_argument_that_is_missing_stops_it() -> None:
    """Trap 11: ICU would send `{when}` as it stands."""
    with pytest.raises((ArgumentsMissing, KeyError)):
        render(TEXTS, "appointment", {}, language="uk", detail="neutral", channel="sms", links=Links(READ, STOP))


def test_other_words_or_another_time_are_another_content_and_the_same_are_the_same() -> None:
    """Trap 19: a Message-ID is of one content."""
    one = rendered("uk", "appointment_fixed", channel="email")
    assert one.sha256 == rendered("uk", "appointment_fixed", channel="email").sha256
    others = [
        rendered("ru", "appointment_fixed", channel="email"),
        rendered("uk", "appointment_moved", channel="email"),
        rendered("uk", "appointment_fixed", "neutral", "email"),
        rendered("uk", "appointment_fixed", channel="email", starts_at="2026-12-04T09:30:00+00:00"),
        rendered("uk", "appointment_fixed", channel="sms"),
    ]
    assert len({one.sha256, *(other.sha256 for other in others)}) == 6


def test_the_repr_shows_no_word_and_no_link() -> None:
    shown = repr(rendered("uk", "appointment_fixed", channel="email", links=Links(OWN, STOP, own=True)))
    shown += repr(Links(OWN, STOP, own=True, general_url=READ))
    for secret in ("CANARY", "CODECODE", "зустріч", "10:30"):
        assert secret not in shown


@pytest.mark.parametrize(
    ("text", "language", "cheap"),
    [
        ("2:00\u202fPM", "en", "2:00 PM"),
        ("„Treff“ – Hof…", "de", '"Treff" - Hof...'),
        ("don’t", "en", "don't"),
        ("Straße „ő“", "de", "Straße „ő“"),  # one letter is outside anyway: nothing is gained
        ("п’ять – „ґанок“…", "uk", "п’ять – „ґанок“…"),
        ("вопрос – «да»", "ru", "вопрос – «да»"),
        ("SMS – OK", "uk", "SMS – OK"),
    ],
)
def test_signs_become_plain_only_where_that_makes_it_cheaper(
    text: str, language: RecipientLanguage, cheap: str
) -> None:
    """Trap 5."""
    assert cheapest(text, language) == cheap


@given(st.text(max_size=100), st.sampled_from(LANGUAGES))
def test_no_letter_is_ever_exchanged(text: str, language: RecipientLanguage) -> None:
    """Trap 5: never transliterate."""
    cheap = cheapest(text, language)
    assert [one for one in cheap if one.isalnum()] == [one for one in text if one.isalnum() and ord(one) not in PLAIN]
    assert cheap == text or encoding_of(cheap) == "GSM-7"
    if language in WITH_SIGNATURE:
        assert cheap == text


def test_the_notices_of_an_appointment_go_by_its_change() -> None:
    assert notice_name("appointment", "moved") == "appointment_moved"
    assert template_of("appointment_reminder") == "appointment"
    assert notice_name("receipt") == "receipt"


def test_the_longest_arguments_are_the_longest() -> None:
    long = longest_arguments(TEXTS, "appointment_fixed", "uk", short=False)
    longest = len(rendered("uk", "appointment_fixed", channel="email", starts_at=long["starts_at"]).plain)
    for day in range(1, 29):
        for month in (1, 5, 9, 12):
            other = rendered(
                "uk", "appointment_fixed", channel="email", starts_at=f"2027-{month:02}-{day:02}T09:30:00+00:00"
            )
            assert len(other.plain) <= longest


def test_the_size_is_that_of_what_is_sent() -> None:
    one = rendered("de", "appointment_fixed", place="Café „Treff“")
    assert '"Treff"' in one.plain
    assert one.size == size_of(one.plain)
    assert rendered("de", "appointment_fixed", channel="email").size is None
