"""What every provider behind HTTP has in common: where it breaks decides what is known, and nothing of her leaks."""

import logging
import socket
import ssl
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from lotse_notify.domain.outcome import Outcome
from lotse_notify.providers.kannel import Kannel, KannelBox
from lotse_notify.providers.lines import _trusted
from lotse_notify.providers.provider import MayBegin, Parcel, Provider
from lotse_notify.providers.seven import Seven, SevenAccount
from lotse_notify.providers.telegram import Bot, Telegram
from tests.notify.gateway import Does, HttpGateway
from tests.notify.parcels import NOW, NUMBER, TEXT, Gate, parcel

TIMEOUT_SECONDS = 0.2
SECRETS = ("canary-key", "canary-pass", "canarytoken", NUMBER, NUMBER[1:], TEXT, "canary")

Make = Callable[[str], Provider]
MAKERS: dict[str, Make] = {
    "seven": lambda url: Seven(SevenAccount(url, "canary-key", "Nachricht", TIMEOUT_SECONDS), clock=lambda: NOW),
    "kannel": lambda url: Kannel(
        KannelBox(f"{url}/sendsms", "tester", "canary-pass", "Nachricht", f"{url}/cb/canarytoken", TIMEOUT_SECONDS),
        clock=lambda: NOW,
    ),
    "telegram": lambda url: Telegram(Bot(url, "4711:canarytoken", TIMEOUT_SECONDS)),
}
YES: dict[str, tuple[int, object]] = {
    "seven": (200, {"success": "100", "messages": [{"success": True, "id": "1", "recipient": NUMBER, "text": TEXT}]}),
    "kannel": (202, b"0: Accepted for delivery"),
    "telegram": (200, {"ok": True, "result": {"message_id": 1}}),
}


@pytest.fixture(params=sorted(MAKERS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def submitted(provider: Provider, sent: Parcel | None = None, may: MayBegin | None = None) -> Outcome:
    try:
        return await provider.submit(sent or parcel(), may or Gate())
    finally:
        await provider.close()


async def test_nobody_listens_is_a_definite_no(name: str, gateway: HttpGateway) -> None:
    url = gateway.url
    await gateway.stop()
    outcome = await submitted(MAKERS[name](url))
    assert outcome == Outcome("not_sent", "provider_away")


async def test_a_name_that_nobody_knows_is_a_definite_no(name: str) -> None:
    assert (await submitted(MAKERS[name]("http://nowhere.invalid"))).ending == "not_sent"


async def test_a_failed_handshake_is_a_definite_no(name: str, gateway: HttpGateway) -> None:
    """The other side speaks no TLS; no byte of the message was written."""
    outcome = await submitted(MAKERS[name](gateway.url.replace("http:", "https:")))
    assert outcome.ending == "not_sent"
    assert gateway.calls == []


async def test_a_connect_that_hangs_is_a_definite_no(name: str) -> None:
    """A listener whose queue is full answers no SYN."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        try:
            assert (await submitted(MAKERS[name](f"http://127.0.0.1:{port}"))).ending == "not_sent"
        finally:
            for one in waiting:
                one.close()


@pytest.mark.parametrize(
    ("does", "reason"),
    [
        ("drop_unread", "connection_lost"),
        ("drop_in_body", "connection_lost"),
        ("drop_after_reading", "connection_lost"),
        ("half_an_answer", "connection_lost"),
        ("silent", "answer_missing"),
        ("drip", "answer_missing"),
    ],
)
async def test_a_line_that_is_lost_after_the_first_byte_is_a_doubt(
    name: str, gateway: HttpGateway, does: Does, reason: str
) -> None:
    """Whether or not the other side has read it, and whatever it does after that; a slow answer has an end, too."""
    gateway.does = does
    gateway.say(*YES[name])
    outcome = await submitted(MAKERS[name](gateway.url))
    assert (outcome.ending, outcome.reason) == ("unknown", reason)
    assert gateway.connections == 1  # trap 22: nobody has tried again by himself
    assert len(gateway.calls) <= 1


async def test_the_content_begins_only_after_it_was_committed(name: str, gateway: HttpGateway) -> None:
    gateway.say(*YES[name])
    arrived: list[int] = []

    async def may_begin() -> bool:
        arrived.append(len(gateway.calls) + gateway.connections)
        return True

    assert (await submitted(MAKERS[name](gateway.url), may=may_begin)).ending == "accepted"
    assert arrived == [0]


async def test_a_held_back_message_opens_no_line(name: str, gateway: HttpGateway) -> None:
    assert (await submitted(MAKERS[name](gateway.url), may=Gate(may=False))).ending == "withdrawn"
    assert gateway.connections == 0


async def test_a_line_that_died_while_idle_costs_no_doubt(name: str, gateway: HttpGateway) -> None:
    """A kept line that the server has closed is noticed before the message goes over it."""
    gateway.say(*YES[name])
    provider = MAKERS[name](gateway.url)
    assert (await provider.submit(parcel(), Gate())).ending == "accepted"
    await gateway.stop()
    await gateway.start()
    assert (await submitted(provider)).ending == "accepted"
    assert (gateway.connections, len(gateway.calls)) == (2, 2)


async def test_an_environment_that_names_a_proxy_changes_nothing(
    name: str, gateway: HttpGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trap 22: a proxy may repeat a POST, and would see number and text."""
    for variable in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:1")
    gateway.say(*YES[name])
    assert (await submitted(MAKERS[name](gateway.url))).ending == "accepted"


async def test_an_endless_answer_is_cut_off(name: str, gateway: HttpGateway) -> None:
    """By its length, long before the time is over, and so without filling the memory."""
    gateway.does, gateway.status = "endless", YES[name][0]
    outcome = await submitted(MAKERS[name](gateway.url))
    assert (outcome.ending, outcome.reason) == ("unknown", "answer_unclear")


@pytest.mark.parametrize("does", ["answer", "drop_after_reading", "silent", "drop_unread"])
async def test_number_text_and_keys_stand_in_no_log(
    name: str, gateway: HttpGateway, does: Does, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even where somebody has turned all logs on: httpx logs addresses, httpcore headers."""
    caplog.set_level(logging.DEBUG)
    gateway.does = does
    gateway.say(*YES[name])
    provider = MAKERS[name](gateway.url)
    outcome = await submitted(provider)
    said = "\n".join(
        [*(record.getMessage() for record in caplog.records), repr(outcome), repr(parcel()), repr(provider)]
    )
    assert not [one for one in SECRETS if one in said]


async def test_a_fault_that_nobody_expected_shows_nothing(name: str, gateway: HttpGateway) -> None:
    """What `may_begin` raises goes through, with no value of hers in its text."""

    async def broken() -> bool:
        raise OSError("the database is away")

    with pytest.raises(OSError, match="the database is away") as caught:
        await submitted(MAKERS[name](gateway.url), may=broken)
    shown = "".join(traceback.format_exception(caught.value))
    assert not [one for one in SECRETS if one in shown]
    assert gateway.connections == 0


async def test_a_stranger_with_a_certificate_of_its_own_is_told_nothing(
    name: str, gateway: HttpGateway, certificate: Path
) -> None:
    await gateway.stop()
    gateway.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    gateway.tls.load_cert_chain(certificate)
    await gateway.start()
    outcome = await submitted(MAKERS[name](gateway.url))
    assert (outcome, gateway.calls) == (Outcome("not_sent", "provider_away"), [])


async def test_who_is_trusted_must_have_the_right_name(
    name: str, gateway: HttpGateway, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = _trusted()
    assert (known.verify_mode, known.check_hostname) == (ssl.CERT_REQUIRED, True)
    monkeypatch.setattr("lotse_notify.providers.lines._trusted", lambda: ssl.create_default_context(cafile=certificate))
    await gateway.stop()
    gateway.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    gateway.tls.load_cert_chain(certificate)
    await gateway.start()
    gateway.say(*YES[name])
    assert (await submitted(MAKERS[name](gateway.url.replace("127.0.0.1", "localhost")))).ending == "not_sent"
    assert (await submitted(MAKERS[name](gateway.url))).ending == "accepted"
    assert len(gateway.calls) == 1
