"""A link to an office of the directory: mailed once in effect, encrypted while it waits, gone with the person."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from lotse_chassis.faults import Refused
from lotse_chassis.migrate import Migration
from lotse_contracts.notify import (
    AskSwitches,
    ErasePerson,
    PageLink,
    ServiceNotTold,
    ServiceTold,
    SetSwitch,
    SwitchesAnswer,
    SwitchName,
    TellService,
)
from lotse_contracts.sealed import seal
from lotse_notify.domain.mail import Sender
from lotse_notify.domain.servicemail import TEXTS, ServiceMail, service_mail_of
from lotse_notify.migrations import MIGRATIONS, first
from lotse_notify.providers.smtp import SmtpLine
from lotse_notify.workers import servicemail, switched
from tests.notify.given import NOW, Databases, House
from tests.notify.mailserver import Does, MailServer

ADDRESS = "kontakt@jobcenter.example.org"
URL = "https://lotse.example.org/l/CANARYCANARYCANARYCANARY99"


def order(house: House, person_id: UUID, **changed: Any) -> TellService:
    assert house.service.ring
    public = house.service.ring.public(house.now)
    plain = PageLink(url=URL).model_dump_json(exclude_none=True).encode()
    given = {
        "person_id": person_id,
        "address": ADDRESS,
        "sender": "Ausländerrat Dresden e. V.",
        "link": seal(plain, public, type_name=TellService.type_name(), key=str(person_id)),
        "useful_by": NOW + timedelta(days=28),
        "dedupe_key": "11111111-1111-1111-1111-111111111111",
    }
    return TellService(**{**given, **changed})


async def send(house: House, mailserver: MailServer, times: int = 1) -> None:
    post = house.post(mailserver.port)
    line = SmtpLine(post.server)
    for _ in range(times):
        await servicemail.send_next(house.unit, post, line)
        house.now += timedelta(hours=2)
    await line.close()


async def waiting(house: House) -> int:
    answer = await house.ask(AskSwitches())
    assert isinstance(answer, SwitchesAnswer)
    return answer.waiting


async def test_the_link_reaches_the_office_once_and_names_nobody(house: House, mailserver: MailServer) -> None:
    person_id = uuid4()
    for _ in range(3):
        await house.hear(order(house, person_id))
    await send(house, mailserver, times=3)
    (taken,) = mailserver.taken
    assert taken.recipient == ADDRESS
    assert taken.mail["Subject"] == "Bitte um Antwort: Vermittlung durch Ausländerrat Dresden e. V."
    assert URL in taken.mail.get_content()
    assert "23.12.2026, 10:00 Uhr" in taken.mail.get_content()
    assert [one for one in house.said if isinstance(one, ServiceTold)] == [
        ServiceTold(person_id=person_id, dedupe_key="11111111-1111-1111-1111-111111111111")
    ]


async def test_in_english_it_says_the_same(house: House, mailserver: MailServer) -> None:
    await house.hear(order(house, uuid4(), language="en"))
    await send(house, mailserver)
    assert mailserver.taken[0].mail["Subject"].startswith("Please answer: referral by")
    assert URL in mailserver.taken[0].mail.get_content()


async def test_the_link_lies_open_nowhere_and_is_not_kept(house: House, mailserver: MailServer) -> None:
    await house.hear(order(house, uuid4()))
    (row,) = house.rows("service_mail", "created_at")
    assert b"CANARY" not in bytes(row["link"])
    await send(house, mailserver)
    (row,) = house.rows("service_mail", "created_at")
    assert (row["state"], row["link"]) == ("sent", None)


@pytest.mark.parametrize("does", ["take", "refuse_recipient"])
async def test_where_it_went_is_not_kept_beside_her(house: House, mailserver: MailServer, does: Does) -> None:
    """Which office somebody was sent to says what she sought there."""
    mailserver.does = does
    await house.hear(order(house, uuid4()))
    assert house.rows("service_mail", "created_at")[0]["address"] == ADDRESS
    await send(house, mailserver)
    (row,) = house.rows("service_mail", "created_at")
    assert row["state"] == ("sent" if does == "take" else "failed")
    assert (row["address"], row["sender"]) == ("", "")


def test_what_has_ended_before_forgets_where_it_went_as_well(database: Databases) -> None:
    with psycopg.connect(database("chassis").owner_url, autocommit=True) as owner:
        _apply(owner, first.MIGRATIONS)
        person_id = uuid4()
        owner.execute("INSERT INTO person (person_id) VALUES (%s)", (person_id,))
        for state in ("queued", "sent", "failed"):
            owner.execute(
                "INSERT INTO service_mail VALUES (%s, %s, 'a@example.org', 'de', 'Verein', NULL, now(), %s, 'r', 1,"
                " now(), now(), NULL)",
                (state, person_id, state),
            )
        _apply(owner, [step for step in MIGRATIONS if step not in first.MIGRATIONS])
        kept = owner.execute("SELECT state, address, sender FROM service_mail ORDER BY state").fetchall()
    assert kept == [("failed", "", ""), ("queued", "a@example.org", "Verein"), ("sent", "", "")]


def _apply(owner: psycopg.Connection, steps: Sequence[Migration]) -> None:
    for step in steps:
        with owner.transaction():
            for statement in step.statements:
                owner.execute(statement.encode())


async def test_an_erased_person_sends_nobody_anywhere(house: House, mailserver: MailServer) -> None:
    person_id = uuid4()
    await house.hear(order(house, person_id))
    await house.hear(ErasePerson(person_id=person_id))
    assert house.rows("service_mail", "created_at") == []
    await house.hear(order(house, person_id, dedupe_key="another"))
    await send(house, mailserver, times=2)
    assert mailserver.taken == []


async def test_a_mail_server_that_is_away_is_tried_until_the_link_has_ended(house: House) -> None:
    person_id = uuid4()
    await house.hear(order(house, person_id))
    nobody = MailServer()
    nobody_post = house.post(1)
    line = SmtpLine(nobody_post.server)
    await servicemail.send_next(house.unit, nobody_post, line)
    assert not [one for one in house.said if isinstance(one, ServiceNotTold)]
    house.now += timedelta(days=28)
    await servicemail.send_next(house.unit, nobody_post, line)
    await line.close()
    (said,) = [one for one in house.said if isinstance(one, ServiceNotTold)]
    assert (said.person_id, said.reason) == (person_id, "expired")
    assert nobody.taken == []


@pytest.mark.parametrize("name", ["all", "email"])
async def test_the_kill_switch_holds_it_and_its_link_ends_all_the_same(
    house: House, mailserver: MailServer, name: SwitchName
) -> None:
    for key, useful in (("short", timedelta(hours=5)), ("long", timedelta(days=28))):
        await house.hear(order(house, uuid4(), dedupe_key=key, useful_by=NOW + useful))
    await house.hear(SetSwitch(name=name, on=False))
    assert await waiting(house) == 2
    house.now += timedelta(hours=5)
    assert await waiting(house) == 1, "the other one's link has ended"
    await send(house, mailserver, times=6)
    assert mailserver.taken == []
    ends = [(one.dedupe_key, one.reason) for one in house.said if isinstance(one, ServiceNotTold)]
    assert ends == [("short", "expired")]
    assert [row["tries"] for row in house.rows("service_mail") if row["state"] == "queued"] == [0]
    await house.hear(SetSwitch(name=name, on=True))
    await send(house, mailserver, times=2)
    assert [one.dedupe_key for one in house.said if isinstance(one, ServiceTold)] == ["long"]


async def test_turned_off_after_it_was_taken_up_nothing_leaves_either(house: House, mailserver: MailServer) -> None:
    await house.hear(order(house, uuid4()))
    await house.hear(SetSwitch(name="sms", on=False))
    asked = switched.let_go(house.unit, "email")
    assert await asked(), "another channel goes on"
    line = SmtpLine(house.post(mailserver.port).server)
    due_before = house.rows("service_mail")[0]["due_at"]
    mailserver.before = lambda: house.hear(SetSwitch(name="email", on=False))
    await servicemail.send_next(house.unit, house.post(mailserver.port), line)
    await line.close()
    (row,) = house.rows("service_mail")
    assert (row["state"], row["reason"], mailserver.taken) == ("queued", "withdrawn", [])
    assert row["due_at"] == due_before, "it goes as soon as it is let go"
    mailserver.before = None
    await house.hear(SetSwitch(name="email", on=True))
    await send(house, mailserver)
    assert len(mailserver.taken) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"address": "no address"},
        {"address": "kontakt@example.org\r\nBcc: evil@example.org"},
        {"sender": "Verein\r\nBcc: evil@example.org"},
        {"sender": "   "},
    ],
)
async def test_what_would_smuggle_a_header_or_is_none_never_leaves(
    house: House, mailserver: MailServer, changed: dict[str, str]
) -> None:
    await house.hear(order(house, uuid4(), **changed))
    await send(house, mailserver)
    assert mailserver.taken == []
    (said,) = [one for one in house.said if isinstance(one, ServiceNotTold)]
    assert said.reason == "invalid_address"


async def test_a_link_that_is_not_sealed_to_us_for_this_person_is_refused(house: House) -> None:
    foreign = order(house, uuid4())
    with pytest.raises(Refused, match="link_unreadable"):
        await house.hear(foreign.model_copy(update={"person_id": uuid4()}))


def test_no_url_ends_a_line_early() -> None:
    mail = ServiceMail(ADDRESS, "de", "Verein", NOW)
    with pytest.raises(ValueError, match="early"):
        service_mail_of(mail, f"{URL}\r\nX", sender=Sender("a@b.example", "N"), message_id="<m@b.example>", at=NOW)
    assert TEXTS.keys() == {"de", "en"}
