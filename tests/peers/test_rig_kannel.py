"""The rig itself: Kannel and the centre behind it do what the tests of notify take for granted."""

from collections.abc import AsyncIterator, Mapping
from uuid import uuid4

import httpx
import pytest

from tests import kit
from tests.peers.kannel import PASSWORD, USER, Kannel, Receipt
from tests.peers.line import Line, Trap
from tests.peers.reports import Reports
from tests.peers.smsc import Smsc

TEXT = "Для вас є повідомлення."
LONG = TEXT * 6


@pytest.fixture(scope="module")
async def kannel(smsc: Smsc, reports: Reports) -> AsyncIterator[Kannel]:
    gateway = Kannel(smsc.port, inbound_url=f"{reports.url}/inbound")
    try:
        await gateway.start()
        yield gateway
    finally:
        gateway.stop()


@pytest.fixture(autouse=True)
async def as_usual(smsc: Smsc) -> AsyncIterator[None]:
    yield
    await smsc.does("take")
    await smsc.release_receipts()
    smsc.forget()


async def test_a_message_goes_all_the_way_and_its_receipts_come_back(
    kannel: Kannel, smsc: Smsc, reports: Reports
) -> None:
    reference, number = uuid4().hex, "+447700900101"
    answer = await _sent(kannel.url, number, TEXT, _reporting(reports, reference))
    assert (answer.status_code, answer.text) == (202, "0: Accepted for delivery"), "Kannel gives no id"
    await kit.eventually(lambda: len(reports.of(reference)) == 2)
    kinds = [int(report.said["kind"]) for report in reports.of(reference)]
    assert kinds == [Receipt.CENTRE_ACCEPTED, Receipt.DELIVERED]
    assert reports.of(reference)[0].said["centre"] == smsc.taken(number)[0].id
    assert smsc.taken(number)[0].text == TEXT


async def test_a_long_message_goes_in_parts_of_which_the_first_alone_is_reported(
    kannel: Kannel, smsc: Smsc, reports: Reports
) -> None:
    """Trap 2: only the first part asks for a receipt."""
    reference, number = uuid4().hex, "+447700900102"
    await _sent(kannel.url, number, LONG, _reporting(reports, reference))
    await kit.eventually(lambda: len(smsc.taken(number)) == 3)
    parts = sorted(smsc.taken(number), key=lambda one: one.part)
    assert [(one.part, one.parts) for one in parts] == [(1, 3), (2, 3), (3, 3)]
    assert "".join(one.text for one in parts) == LONG
    await kit.eventually(lambda: len(reports.of(reference)) == 2)
    assert smsc.copies()[number] == 1
    assert smsc.receipts == 1


async def test_a_refusal_of_the_centre_is_reported_with_its_code(kannel: Kannel, smsc: Smsc, reports: Reports) -> None:
    reference, number = uuid4().hex, "+447700900103"
    await smsc.does("refuse")
    await _sent(kannel.url, number, TEXT, _reporting(reports, reference))
    await kit.eventually(lambda: reports.of(reference))
    (report,) = reports.of(reference)
    assert int(report.said["kind"]) == Receipt.CENTRE_REFUSED
    assert report.said["text"].startswith("NACK/0x0000000b/"), "ESME_RINVDSTADR"


async def test_what_the_centre_throttles_kannel_submits_later_by_itself(
    kannel: Kannel, smsc: Smsc, reports: Reports
) -> None:
    reference, number = uuid4().hex, "+447700900104"
    await smsc.does("throttle")
    await _sent(kannel.url, number, TEXT, _reporting(reports, reference))
    await kit.eventually(lambda: smsc.taken(number))
    await smsc.does("take")
    await kit.eventually(lambda: reports.of(reference)[-1:] and _kind(reports, reference) == Receipt.DELIVERED)
    assert [one.doing for one in smsc.taken(number)][-1] == "take"


async def test_a_message_that_nobody_reads_is_reported_as_not_delivered(
    kannel: Kannel, smsc: Smsc, reports: Reports
) -> None:
    reference, number = uuid4().hex, "+447700900105"
    await smsc.does("undelivered")
    await _sent(kannel.url, number, TEXT, _reporting(reports, reference))
    await kit.eventually(lambda: len(reports.of(reference)) == 2)
    assert _kind(reports, reference) == Receipt.UNDELIVERED


async def test_receipts_are_kept_back_until_they_are_released(kannel: Kannel, smsc: Smsc, reports: Reports) -> None:
    reference, number = uuid4().hex, "+447700900106"
    await smsc.hold_receipts()
    await _sent(kannel.url, number, TEXT, _reporting(reports, reference))
    await kit.eventually(lambda: reports.of(reference))
    assert smsc.receipts == 0
    await smsc.release_receipts()
    await kit.eventually(lambda: len(reports.of(reference)) == 2)


async def test_a_report_that_is_not_taken_comes_again(kannel: Kannel, smsc: Smsc, reports: Reports) -> None:
    """As it must, or a receipt that came while notify was down would be lost."""
    reference = uuid4().hex
    reports.refusals = 2
    await _sent(kannel.url, "+447700900107", TEXT, _reporting(reports, reference))
    await kit.eventually(lambda: len(reports.of(reference)) == 2)
    assert reports.refusals == 0


async def test_the_validity_that_is_asked_for_reaches_the_centre(kannel: Kannel, smsc: Smsc) -> None:
    """Trap 8: without it a message lives as long as the centre likes."""
    plain, bounded = "+447700900108", "+447700900109"
    await _sent(kannel.url, plain, TEXT, {})
    await _sent(kannel.url, bounded, TEXT, {"X-Kannel-Validity": "30"})
    await kit.eventually(lambda: smsc.taken(plain) and smsc.taken(bounded))
    assert smsc.taken(plain)[0].validity == ""
    assert smsc.taken(bounded)[0].validity != ""


async def test_a_centre_that_takes_and_drops_the_line_gets_copies_from_kannel(
    kannel: Kannel, smsc: Smsc, reports: Reports
) -> None:
    """Why a gateway's own repetition is not ours: it is said here, so that nobody takes it for a fault of notify."""
    reference, number = uuid4().hex, "+447700900110"
    await smsc.does("take", {number: "drop"})
    await _sent(kannel.url, number, TEXT, _reporting(reports, reference))
    await kit.eventually(lambda: smsc.copies()[number] >= 2)
    await smsc.does("take")
    await kit.eventually(lambda: reports.of(reference))
    assert smsc.copies()[number] >= 3


async def test_a_centre_that_never_answers_gets_copies_from_kannel_too(kannel: Kannel, smsc: Smsc) -> None:
    number = "+447700900111"
    await smsc.does("take", {number: "silent"})
    await _sent(kannel.url, number, TEXT, {})
    await kit.eventually(lambda: smsc.copies()[number] >= 2)


async def test_a_message_of_a_person_is_brought(smsc: Smsc, kannel: Kannel, reports: Reports) -> None:
    """So that somebody can say STOP by answering; by POST, since an address of a request ends in logs."""
    number = "+447700900112"
    await smsc.says(number, "СТОП")
    await kit.eventually(lambda: [one for one in reports.heard if one.path == "/inbound"])
    (inbound,) = [one for one in reports.heard if one.path == "/inbound"]
    assert inbound.headers["x-kannel-from"] == number
    assert inbound.headers["content-type"] == 'text/plain; charset="UTF-16BE"'
    assert inbound.body.decode("utf-16-be") == "СТОП"


async def test_the_line_can_be_lost_at_each_moment_that_is_asked_for(kannel: Kannel, smsc: Smsc) -> None:
    line, died = Line(kannel.port), list[str]()
    await line.start()
    traps = {
        "+447700900121": Trap("out", b"", lambda: died.append("opened")),
        "+447700900122": Trap("out", "повідом".encode(), lambda: died.append("mid-bytes"), passes=True),
        "+447700900123": Trap("back", b"Accepted for delivery", lambda: died.append("answered")),
    }
    try:
        for number, trap in traps.items():
            line.set_trap(trap)
            with pytest.raises(httpx.TransportError):
                await _sent(f"http://127.0.0.1:{line.port}/cgi-bin/sendsms", number, TEXT, {})
        await kit.eventually(lambda: smsc.copies()["+447700900123"] == 1)
    finally:
        await line.stop()
    assert died == ["opened", "mid-bytes", "answered"]
    assert not smsc.taken("+447700900121")
    assert not smsc.taken("+447700900122"), "half a request is none"


def _reporting(reports: Reports, reference: str) -> dict[str, str]:
    url = f"{reports.url}/dlr?reference={reference}&kind=%d&centre=%F&text=%A"
    return {"X-Kannel-DLR-Url": url, "X-Kannel-DLR-Mask": "31"}


def _kind(reports: Reports, reference: str) -> int:
    return int(reports.of(reference)[-1].said["kind"])


async def _sent(url: str, number: str, text: str, more: Mapping[str, str]) -> httpx.Response:
    headers = {
        "X-Kannel-Username": USER,
        "X-Kannel-Password": PASSWORD,
        "X-Kannel-To": number,
        "X-Kannel-Coding": "2",
        "Content-Type": "text/plain; charset=UTF-8",
        **more,
    }
    async with httpx.AsyncClient(timeout=5.0) as client:
        return await client.post(url, content=text.encode(), headers=headers)
