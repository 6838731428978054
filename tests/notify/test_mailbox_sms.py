"""SMS of the embedded default: our own adapter speaks to the catcher, and its receipts come back."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from lotse_chassis.settings import SettingsInvalid
from lotse_local import environment, ports
from lotse_local.layout import DataFolder
from lotse_local.mailbox_folder import MailFolder
from lotse_local.mailbox_pages import server_of
from lotse_local.mailbox_sms import SMS_BYTES_MAX, SmsGate
from lotse_notify.providers.building import routes_of
from lotse_notify.providers.kannel import Kannel, KannelBox
from lotse_notify.providers.smtp import Server
from lotse_notify.settings import NotifySettings
from tests import kit
from tests.notify.gateway import HttpGateway
from tests.notify.parcels import NUMBER, TEXT, Gate, parcel


@dataclass
class Catcher:
    """The catcher's HTTP side in this process."""

    folder: MailFolder
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
async def catcher(tmp_path: Path) -> AsyncIterator[Catcher]:
    folder = MailFolder(tmp_path / "caught")
    gate = SmsGate(folder)
    server = server_of(folder, 0, gate)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Catcher(folder, server.server_address[1])
    server.shutdown()
    server.server_close()
    gate.close()


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(hours=1)


def kannel(catcher: Catcher, callback_url: str = "") -> Kannel:
    return Kannel(KannelBox(f"{catcher.url}/cgi-bin/sendsms", "lotse", "", "Nachricht", callback_url, 2.0))


async def test_an_sms_is_caught_shown_and_reported_as_delivered(catcher: Catcher, gateway: HttpGateway) -> None:
    sent, one = parcel(useful_by=soon()), kannel(catcher, f"{gateway.url}/cb/kannel/token")
    assert (await one.submit(sent, Gate())).ending == "accepted"
    (kept,) = catcher.folder.summaries()
    assert (kept.channel, kept.sender, kept.to, kept.text.strip()) == ("sms", "Nachricht", (NUMBER,), TEXT)
    await kit.eventually(lambda: len(gateway.calls) == 2)
    asked = [call.target for call in gateway.calls]
    start = f"/cb/kannel/token?ref={sent.reference}&type="
    assert asked == [f"{start}8&id=&answer=&meta=", f"{start}1&id=&answer=&meta="]
    await one.close()


async def test_the_page_shows_it(catcher: Catcher) -> None:
    one = kannel(catcher)
    await one.submit(parcel(text="Добрий <b>день</b>", useful_by=soon()), Gate())
    async with httpx.AsyncClient(base_url=catcher.url) as http:
        listed = (await http.get("/")).text
        assert "SMS: Добрий &lt;b&gt;день&lt;/b&gt;" in listed
        (caught,) = (await http.get("/mails.json")).json()["mails"]
        shown = (await http.get(f"/mails/{caught['id']}")).text
    assert "Добрий &lt;b&gt;день&lt;/b&gt;" in shown
    assert "<dd>UCS-2</dd>" in shown
    assert "<dt>X-Lotse-Validity-Minutes</dt><dd>59</dd>" in shown
    await one.close()


@pytest.mark.parametrize(
    ("digits", "ending", "kept", "receipts"),
    [
        ("001", "accepted", 1, ["8", "1"]),
        ("002", "rejected", 0, []),
        ("003", "unknown", 1, []),
        ("005", "deferred", 0, []),
        ("007", "accepted", 1, ["8", "2"]),
    ],
)
async def test_numbers_of_dramas_fail_on_purpose(
    catcher: Catcher, gateway: HttpGateway, digits: str, ending: str, kept: int, receipts: list[str]
) -> None:
    one = kannel(catcher, f"{gateway.url}/cb/kannel/token")
    outcome = await one.submit(parcel(address=f"+447700900{digits}", useful_by=soon()), Gate())
    assert (outcome.ending, len(catcher.folder.summaries())) == (ending, kept)
    await kit.eventually(lambda: len(gateway.calls) == len(receipts))
    assert [call.target.partition("type=")[2][0] for call in gateway.calls] == receipts
    await one.close()


async def test_a_receipt_is_said_again_until_somebody_listens(catcher: Catcher, gateway: HttpGateway) -> None:
    """Notify may be starting."""
    await gateway.stop()
    one = kannel(catcher, f"{gateway.url}/cb/kannel/token")
    await one.submit(parcel(useful_by=soon()), Gate())
    await gateway.start()
    await kit.eventually(lambda: len(gateway.calls) == 2)
    await one.close()


async def test_nothing_is_called_but_loopback(catcher: Catcher, gateway: HttpGateway) -> None:
    """Whatever stands in the address of a receipt; this one would even lead here, by another name."""
    foreign, own = kannel(catcher, f"http://[::ffff:127.0.0.1]:{gateway.port}/cb"), kannel(catcher, f"{gateway.url}/cb")
    await foreign.submit(parcel(useful_by=soon()), Gate())
    last = parcel(useful_by=soon())
    await own.submit(last, Gate())
    await kit.eventually(lambda: len(gateway.calls) >= 2)
    assert all(last.reference in call.target for call in gateway.calls)
    await foreign.close()
    await own.close()


@pytest.mark.parametrize(
    ("path", "headers", "body", "status"),
    [
        ("/cgi-bin/sendsms", {"X-Kannel-To": ""}, b"x", 400),
        ("/cgi-bin/sendsms", {"X-Kannel-To": NUMBER, "Host": "evil.example"}, b"x", 404),
        ("/cgi-bin/sendsms", {"X-Kannel-To": NUMBER}, b"x" * (SMS_BYTES_MAX + 1), 413),
        ("/mails/x", {"X-Kannel-To": NUMBER}, b"x", 404),
    ],
    ids=range(4),
)
async def test_what_is_no_sms_is_refused(
    catcher: Catcher, path: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    async with httpx.AsyncClient(base_url=catcher.url) as http:
        assert (await http.post(path, headers=headers, content=body)).status_code == status
    assert catcher.folder.summaries() == []


async def test_headers_that_would_be_several_are_one(catcher: Catcher) -> None:
    """Raw bytes, since no client of ours sends such."""
    reader, writer = await asyncio.open_connection("127.0.0.1", catcher.port)
    writer.write(
        b"POST /cgi-bin/sendsms HTTP/1.1\r\nHost: localhost\r\nX-Kannel-To: +4915112345678\r\n"
        b"X-Kannel-From: a\x0bBcc: x\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx"
    )
    assert b" 202 " in await reader.read()
    writer.close()
    (kept,) = catcher.folder.summaries()
    assert kept.channel == "sms"


def told(tmp_path: Path, **changed: str | int | bool) -> NotifySettings:
    place = kit.new_association(tmp_path, "aa")
    if changed:
        environment.write_settings(place, {"notify": changed})
    given = environment.service_environment(place, "notify", ports.addresses(DataFolder(tmp_path), "aa"))
    return NotifySettings.from_env(given)


def test_the_embedded_default_delivers_to_its_catcher(tmp_path: Path) -> None:
    settings = told(tmp_path)
    assert (settings.recipients, settings.sms_providers) == ("local", "kannel")
    assert (settings.drafts_allowed, settings.quiet_hours) == (True, False)
    routes = routes_of(settings, Server(settings.smtp_host, settings.smtp_port, "auto", "x", 1.0))
    assert routes.channels == {"email", "sms"}


@pytest.mark.parametrize(
    "changed", [{"smtp_host": "mail.dresden.de"}, {"smtp_port": 25}, {"sms_providers": ""}], ids=["host", "port", "sms"]
)
def test_with_a_provider_of_their_own_nothing_is_swallowed_by_the_catcher(
    tmp_path: Path, changed: dict[str, str | int | bool]
) -> None:
    """Or a person would be told by mail, and her SMS would be reported as delivered by a folder on a disk."""
    settings = told(tmp_path, **changed)
    assert (settings.recipients, settings.sms_providers) == ("living", "")
    assert (settings.drafts_allowed, settings.quiet_hours) == (False, True)


def test_local_recipients_and_a_real_server_exclude_each_other(tmp_path: Path) -> None:
    """Trap 27."""
    settings = told(tmp_path, smtp_host="mail.dresden.de", recipients="local")
    with pytest.raises(SettingsInvalid, match="LOTSE_RECIPIENTS"):
        routes_of(settings, Server(settings.smtp_host, settings.smtp_port, "auto", "x", 1.0))
