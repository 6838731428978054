"""The provider `kannel` beside a real one: what is handed over arrives as written, and what comes back is read."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from lotse_notify.domain.hooks import Received, kannel_inbound, kannel_said
from lotse_notify.domain.outcome import Outcome
from lotse_notify.domain.segments import size_of
from lotse_notify.providers.kannel import Kannel as Provider
from lotse_notify.providers.kannel import KannelBox
from tests import kit
from tests.notify.parcels import Gate, parcel
from tests.peers.kannel import PASSWORD, SENDER, USER, Kannel
from tests.peers.line import Line, Trap
from tests.peers.reports import Report, Reports
from tests.peers.smsc import Does, Smsc, Submitted

TEXTS = {
    "ukrainian": "Для вас є повідомлення. Прочитайте: https://example.org/r",
    "russian": "Для вас есть сообщение. Прочитать: https://example.org/r",
    "german": "Für Sie gibt es eine Nachricht. Größe: ÄÖÜ ß. Kosten: 0 € [frei] {a} ~ ^ \\ |",
    "english": "You have a message. Read it: https://example.org/r @£$",
    "beyond 16 bit": "Повідомлення 😀 для вас 👩‍👩‍👧",
    "two parts": "Для вас є повідомлення. " * 4,
    "escapes over the edge of a part": "a" * 152 + "€" * 10,
    "surrogates over the edge of a part": "є" * 66 + "😀" * 3,
    "just one part, plain": "a" * 160,
    "one more than one part, plain": "a" * 161,
    "just one part, cyrillic": "є" * 70,
    "one more than one part, cyrillic": "є" * 71,
}


@pytest.fixture(scope="module")
async def kannel(smsc: Smsc, reports: Reports) -> AsyncIterator[Kannel]:
    gateway = Kannel(smsc.port, inbound_url=f"{reports.url}/cb/kannel/t?id=%I")
    try:
        await gateway.start()
        yield gateway
    finally:
        gateway.stop()


@pytest.fixture
async def provider(kannel: Kannel, reports: Reports) -> AsyncIterator[Provider]:
    made = Provider(_box(kannel.url, reports))
    yield made
    await made.close()


@pytest.fixture(autouse=True)
async def as_usual(smsc: Smsc) -> AsyncIterator[None]:
    yield
    await smsc.does("take")
    smsc.forget()


@pytest.mark.parametrize("which", TEXTS)
async def test_a_text_arrives_as_it_was_written_in_as_many_parts_as_were_counted(
    provider: Provider, smsc: Smsc, which: str
) -> None:
    """Kannel splits by itself, so it is a counter that is not ours."""
    text, number = TEXTS[which], f"+4477009002{list(TEXTS).index(which):02d}"
    assert (await _sent(provider, number, text)).ending == "accepted"
    size = size_of(text)
    await kit.eventually(lambda: len(smsc.taken(number)) >= size.segments)
    parts = sorted(smsc.taken(number), key=lambda one: one.part)
    assert [one.part for one in parts] == list(range(1, size.segments + 1))
    assert _together(parts) == text
    assert {one.coding for one in parts} == {0 if size.encoding == "GSM-7" else 8}
    assert {one.source for one in parts} == {SENDER}


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("take", [("accepted", False), ("delivered", False)]),
        ("undelivered", [("accepted", False), ("lapsed", False)]),
        ("expire", [("accepted", False), ("lapsed", False)]),
        ("no_receipt", [("accepted", False)]),
        ("refuse", [("refused", True)]),
    ],
)
async def test_what_became_of_a_message_is_read_from_its_receipts(
    provider: Provider, smsc: Smsc, reports: Reports, does: Does, said: list[tuple[str, bool]]
) -> None:
    await smsc.does(does)
    one = parcel(address=f"+44770090030{len(does)}", useful_by=_soon())
    assert (await provider.submit(one, Gate())).ending == "accepted"
    await kit.eventually(lambda: len(_received(reports, one.reference)) == len(said))
    assert [(receipt.says, receipt.no_way) for receipt in _received(reports, one.reference)] == said


async def test_each_receipt_is_an_event_of_its_own_and_a_repeated_one_is_not(
    provider: Provider, reports: Reports
) -> None:
    one = parcel(address="+447700900320", useful_by=_soon())
    await provider.submit(one, Gate())
    await kit.eventually(lambda: len(_received(reports, one.reference)) == 2)
    first, second = _received(reports, one.reference)
    assert first.event != second.event
    repeated = [said for report in reports.heard if (said := kannel_said(report.said)) is not None]
    assert {said.event for said in repeated if said.reference == first.reference} == {first.event, second.event}


async def test_neither_number_nor_text_is_in_what_a_receipt_brings(
    provider: Provider, smsc: Smsc, reports: Reports
) -> None:
    """An address of a request ends in the log of whatever stands between."""
    one = parcel(address="+447700900321", text="Канарка летить", useful_by=_soon())
    await provider.submit(one, Gate())
    await kit.eventually(lambda: len(_received(reports, one.reference)) == 2)
    shown = "".join(f"{report.path}{report.said}{report.headers}" for report in reports.heard)
    assert not any(value in shown for value in ("447700900321", "Канарка", quote("Канарка")))


async def test_a_message_is_given_up_by_the_centre_before_it_is_of_no_use(provider: Provider, smsc: Smsc) -> None:
    """Trap 8: a centre keeps a message two days if nobody says how long."""
    number, useful_by = "+447700900322", _soon()
    await provider.submit(parcel(address=number, useful_by=useful_by), Gate())
    await kit.eventually(lambda: smsc.taken(number))
    asked = smsc.taken(number)[0].validity
    until = datetime.fromisoformat(asked)
    assert useful_by - timedelta(minutes=2) <= until <= useful_by


@pytest.mark.parametrize("text", ["СТОП", "STOP", "Відписатися", "Beenden, bitte – schön"])
async def test_what_a_person_writes_is_read_letter_for_letter(
    kannel: Kannel, smsc: Smsc, reports: Reports, text: str
) -> None:
    before = len(_inbound(reports))
    await smsc.says("+447700900323", text)
    await kit.eventually(lambda: len(_inbound(reports)) == before + 1)
    report = _inbound(reports)[-1]
    charset = report.headers["content-type"].partition("charset=")[2].strip('"')
    said = kannel_inbound(report.said["id"], report.headers["x-kannel-from"], report.body, charset)
    assert said is not None
    assert (said.number, said.text) == ("+447700900323", text)


async def test_an_account_that_is_refused_is_a_definite_no(kannel: Kannel, smsc: Smsc, reports: Reports) -> None:
    stranger = Provider(_box(kannel.url, reports, password="wrong"))
    outcome = await _sent(stranger, "+447700900324", "Nachricht")
    await stranger.close()
    assert (outcome.ending, outcome.reason) == ("deferred", "account_refused")
    assert not smsc.taken("+447700900324")


async def test_a_kannel_that_is_not_there_is_a_definite_no(reports: Reports) -> None:
    (port,) = kit.free_ports(1)
    absent = Provider(_box(f"http://127.0.0.1:{port}/cgi-bin/sendsms", reports))
    assert (await _sent(absent, "+447700900325", "Nachricht")).ending == "not_sent"
    await absent.close()


@pytest.mark.parametrize(
    ("trap", "copies"),
    [
        (Trap("out", b"X-Kannel-To"), 0),
        (Trap("out", b"Nachr", passes=True), 0),
        (Trap("back", b"202 Accepted"), 1),
        (Trap("back", b"Accepted for", passes=True), 1),
    ],
    ids=["before the number", "mid-bytes", "before the answer", "within the answer"],
)
async def test_a_line_that_is_lost_leaves_a_doubt_and_at_most_one_message(
    kannel: Kannel, smsc: Smsc, reports: Reports, trap: Trap, copies: int
) -> None:
    line = Line(kannel.port)
    await line.start()
    lost = Provider(_box(f"http://127.0.0.1:{line.port}/cgi-bin/sendsms", reports))
    number = f"+4477009003{30 + len(trap.sight)}"
    line.set_trap(Trap(trap.way, trap.sight, passes=trap.passes))
    outcome = await _sent(lost, number, "Nachricht")
    await lost.close()
    await _sent(probe := Provider(_box(kannel.url, reports)), other := "+447700900399", "Nachricht")
    await probe.close()
    await kit.eventually(lambda: smsc.copies()[other] == 1 and smsc.copies()[number] == copies)
    await line.stop()
    assert trap.passes or outcome.ending == "unknown"
    assert outcome.ending in ("unknown", "accepted"), "an answer that came is an answer"
    assert copies or outcome.ending == "unknown"


async def _sent(provider: Provider, number: str, text: str) -> Outcome:
    return await provider.submit(parcel(address=number, text=text, useful_by=_soon()), Gate())


def _soon() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=30)


def _box(url: str, reports: Reports, *, password: str = PASSWORD) -> KannelBox:
    return KannelBox(url, USER, password, SENDER, f"{reports.url}/cb/kannel/t", 5.0)


def _together(parts: list[Submitted]) -> str:
    """As a phone puts parts together: 16-bit units in a row. Kannel parts a pair of them where a part is full."""
    return "".join(one.text for one in parts).encode("utf-16-le", "surrogatepass").decode("utf-16-le")


def _received(reports: Reports, reference: str) -> list[Received]:
    read = [kannel_said(report.said) for report in reports.heard]
    return [
        said for said in read if said is not None and said.reference is not None and said.reference.hex == reference
    ]


def _inbound(reports: Reports) -> list[Report]:
    return [report for report in reports.heard if "x-kannel-from" in report.headers]
