"""Mails to offices: what the ledger wants an office to keep leaves over real SMTP, once in effect, or is said."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Gauge

from lotse_chassis.faults import Refused
from lotse_chassis.settings import SettingsInvalid
from lotse_contracts.notify import (
    AskSwitches,
    OfficeArgument,
    OfficeNotTold,
    OfficeTold,
    SetSwitch,
    SwitchesAnswer,
    SwitchName,
    TellOffice,
)
from lotse_notify.domain.mail import Sender
from lotse_notify.domain.officemail import TEXTS, OfficesInvalid, office_mail_of, offices_of
from lotse_notify.providers.smtp import SmtpLine
from lotse_notify.store import offices as store
from lotse_notify.store.offices import OfficeMail
from lotse_notify.workers import offices
from lotse_notify.workers.offices import Counter
from tests.notify.given import NOW, Databases, House, house_on
from tests.notify.mailserver import Does, MailServer

ORIGIN = "auslaenderrat/grant-ledger"
NOTE = f"{ORIGIN}\n12\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n\u2014 {ORIGIN} AAAA\n"
ADDRESS = "checkpoints@sozialamt.example.org"


def order(dedupe_key: str = "checkpoint-2026-11", **changed: object) -> TellOffice:
    fields = {
        "office": "sozialamt",
        "template": "log_checkpoint",
        "dedupe_key": dedupe_key,
        "arguments": (
            OfficeArgument(name="association", value="auslaenderrat"),
            OfficeArgument(name="month", value="2026-11"),
            OfficeArgument(name="checkpoint", value=NOTE),
        ),
    }
    return TellOffice.model_validate(fields | changed)


@pytest.fixture
async def office(database: Databases, tmp_path: Path) -> AsyncIterator[House]:
    """Notify that knows one office."""
    built = house_on(database("notify"), tmp_path, offices=f"sozialamt={ADDRESS}")
    yield built
    await built.service.engine.dispose()


async def send(house: House, mailserver: MailServer, times: int = 1) -> Gauge:
    """The worker's step, as often as asked."""
    gauge = Gauge("failed", "failed", registry=CollectorRegistry())
    counter = Counter({"sozialamt": ADDRESS}, house.post(mailserver.port), gauge)
    line = SmtpLine(counter.post.server)
    for _ in range(times):
        await offices.send_next(house.unit, counter, line)
        house.now += timedelta(hours=2)
    await line.close()
    return gauge


async def waiting(house: House) -> int:
    answer = await house.ask(AskSwitches())
    assert isinstance(answer, SwitchesAnswer)
    return answer.waiting


async def test_a_checkpoint_reaches_the_office_word_for_word(office: House, mailserver: MailServer) -> None:
    await office.hear(order())
    await office.hear(order())
    await send(office, mailserver, times=3)
    (taken,) = mailserver.taken
    assert taken.recipient == ADDRESS
    assert taken.mail["Subject"] == "Prüfpunkt des Fördermittel-Journals, 2026-11"
    assert taken.mail["Content-Language"] == "de"
    text = taken.mail.get_content().replace("\r\n", "\n")
    assert f"--------\n{NOTE}--------" in text
    assert "beweist nicht, dass alles gebucht wurde" in text
    assert [one for one in office.said if isinstance(one, OfficeTold)] == [
        OfficeTold(office="sozialamt", template="log_checkpoint", dedupe_key="checkpoint-2026-11")
    ]


async def test_in_english_it_says_the_same(office: House, mailserver: MailServer) -> None:
    await office.hear(order(language="en"))
    await send(office, mailserver)
    assert "Checkpoint of the grant ledger" in mailserver.taken[0].mail["Subject"]
    assert NOTE in mailserver.taken[0].mail.get_content().replace("\r\n", "\n")


@pytest.mark.parametrize(("language", "says"), [("de", "sofort"), ("en", "at once")])
async def test_an_emergency_is_mailed_without_a_word_about_it(
    office: House, mailserver: MailServer, language: str, says: str
) -> None:
    arguments = (
        OfficeArgument(name="association", value="auslaenderrat"),
        OfficeArgument(name="received", value="11:05"),
    )
    one = order("emergency-20261125-1005", template="emergency", language=language, arguments=arguments)
    await office.hear(one)
    await office.hear(one)
    await send(office, mailserver, times=2)
    (taken,) = mailserver.taken
    text = taken.mail.get_content()
    assert says in taken.mail["Subject"]
    assert "auslaenderrat" in text
    assert "11:05" in text
    assert "20261125" not in str(taken.mail)


@pytest.mark.parametrize("does", ["busy_recipient", "busy_content", "drop_after_dot", "refuse_sender"])
async def test_what_may_pass_is_tried_again_until_it_leaves(office: House, mailserver: MailServer, does: Does) -> None:
    await office.hear(order())
    mailserver.does = does
    gauge = await send(office, mailserver, times=2)
    assert office.said == []
    assert gauge._value.get() == 0
    mailserver.does = "take"
    await send(office, mailserver, times=2)
    assert [type(one) for one in office.said] == [OfficeTold]
    ids = {taken.mail["Message-ID"] for taken in mailserver.taken}
    assert len(ids) == 1, "a second copy is the same message to a mail program"


@pytest.mark.parametrize("name", ["all", "email"])
async def test_the_kill_switch_holds_it_until_it_is_let_go(
    office: House, mailserver: MailServer, name: SwitchName
) -> None:
    await office.hear(order())
    await office.hear(SetSwitch(name="sms", on=False))
    assert await waiting(office) == 0
    await office.hear(SetSwitch(name=name, on=False))
    assert await waiting(office) == 1
    await send(office, mailserver, times=offices.TRIES_MAX + 1)
    assert (mailserver.taken, [row["tries"] for row in office.rows("office_mail")]) == ([], [0])
    await office.hear(SetSwitch(name=name, on=True))
    assert await waiting(office) == 0
    await send(office, mailserver)
    assert len(mailserver.taken) == 1


async def test_turned_off_after_it_was_taken_up_nothing_leaves_either(office: House, mailserver: MailServer) -> None:
    await office.hear(order())
    mailserver.before = lambda: office.hear(SetSwitch(name="all", on=False))
    await send(office, mailserver)
    assert mailserver.taken == []
    assert [(row["state"], row["reason"]) for row in office.rows("office_mail")] == [("queued", "withdrawn")]
    mailserver.before = None
    await office.hear(SetSwitch(name="all", on=True))
    await send(office, mailserver)
    assert len(mailserver.taken) == 1


async def test_an_alarm_to_our_own_staff_goes_all_the_same_and_a_digest_waits(
    office: House, mailserver: MailServer
) -> None:
    """Whoever silences what is told to people must not silence that somebody needs help."""
    await office.hear(SetSwitch(name="all", on=False))
    for template in ("staff_digest", "staff_alarm"):
        async with office.unit() as unit:
            text = {"subject": template, "text": template}
            await store.add(unit.tx, OfficeMail(template, "sozialamt", template, "de", text, office.now))
    assert await waiting(office) == 1
    await send(office, mailserver, times=3)
    states = {row["template"]: row["state"] for row in office.rows("office_mail")}
    assert states == {"staff_alarm": "sent", "staff_digest": "queued"}


@pytest.mark.parametrize("does", ["refuse_recipient", "refuse_content"])
async def test_what_the_server_refuses_for_good_is_said_and_counted(
    office: House, mailserver: MailServer, does: Does
) -> None:
    await office.hear(order())
    mailserver.does = does
    gauge = await send(office, mailserver, times=3)
    (said,) = [one for one in office.said if isinstance(one, OfficeNotTold)]
    assert said.reason in ("recipient_refused", "content_refused")
    assert gauge._value.get() == 1


async def test_a_server_away_for_days_is_given_up_and_said(office: House, mailserver: MailServer) -> None:
    await office.hear(order())
    await mailserver.stop()
    await send(office, mailserver, times=offices.TRIES_MAX + 1)
    (said,) = [one for one in office.said if isinstance(one, OfficeNotTold)]
    assert said.reason == "server_away"


async def test_an_office_that_nobody_named_and_other_arguments_are_refused(office: House) -> None:
    association, _, note = order().arguments
    two_lines = (association, OfficeArgument(name="month", value="2026-11\r\nBcc: all@example.org"), note)
    for one, code in (
        (order(office="finanzamt"), "unknown_office"),
        (order(arguments=()), "wrong_arguments"),
        (order(arguments=(*order().arguments, order().arguments[0])), "wrong_arguments"),
        (order(arguments=(*order().arguments, OfficeArgument(name="more", value="x"))), "wrong_arguments"),
        (order(arguments=two_lines), "wrong_arguments"),
    ):
        with pytest.raises(Refused) as fault:
            await office.hear(one)
        assert fault.value.code == code


def test_offices_are_named_with_addresses_once_each() -> None:
    assert offices_of("") == {}
    assert offices_of("a=x@example.org  b=y@example.org") == {"a": "x@example.org", "b": "y@example.org"}
    for bad in ("a", "a=", "=x@example.org", "a=nobody", "a=x@example.org a=y@example.org"):
        with pytest.raises(OfficesInvalid):
            offices_of(bad)


def test_a_wrong_setting_stops_the_start(database: Databases, tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="LOTSE_OFFICES"):
        house_on(database("notify"), tmp_path, offices="sozialamt=nobody")


@pytest.mark.parametrize("key", sorted(key for key, words in TEXTS.items() if "{" in words.subject))
def test_no_argument_ends_a_header(key: tuple[str, str]) -> None:
    ended = "2026\r\nBcc: x@example.org"
    arguments = {"association": "a", "month": ended, "checkpoint": "x\n", "subject": ended, "text": "x\n"}
    with pytest.raises(ValueError, match="header"):
        office_mail_of(
            *key,  # type: ignore[arg-type]
            arguments,
            sender=Sender("a@example.org", ""),
            recipient=ADDRESS,
            message_id="<x@example.org>",
            at=NOW,
        )
