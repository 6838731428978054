"""The whole of notify with the catcher of the embedded default: an SMS leaves once, and its receipt comes back."""

import threading
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from nats.aio.msg import Msg

from lotse_local.mailbox_folder import MailFolder
from lotse_local.mailbox_pages import server_of
from lotse_local.mailbox_sms import SmsGate
from tests import kit
from tests.notify.parcels import NUMBER
from tests.notify.test_service import Runner, notice, order, publish


@pytest.fixture
async def catcher(tmp_path: Path) -> AsyncIterator[tuple[MailFolder, str]]:
    folder = MailFolder(tmp_path / "caught")
    gate = SmsGate(folder)
    server = server_of(folder, 0, gate)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_address[1]}/cgi-bin/sendsms"
    server.shutdown()
    server.server_close()
    gate.close()


@pytest.mark.parametrize(
    ("number", "fact"), [(NUMBER, "message-delivered"), ("+447700900007", "message-failed")], ids=["good", "bad"]
)
async def test_an_sms_is_caught_and_what_became_of_it_is_said(
    run_service: Runner,
    broker: kit.Broker,
    catcher: tuple[MailFolder, str],
    caplog: pytest.LogCaptureFixture,
    number: str,
    fact: str,
) -> None:
    folder, url = catcher
    service = await run_service("notify", kannel_url=url, drafts_allowed=True, quiet_hours=False)
    person_id, facts = uuid4(), list[Msg]()
    async with broker.connected("desk") as desk, broker.connected("intake") as intake:

        async def follow(said: Msg) -> None:
            facts.append(said)

        await desk.subscribe(f"lotse.{kit.ASSOCIATION}.evt.notify.{fact}.v1.*", cb=follow)
        await publish(intake, order(service, person_id, kind="sms", value=number), service=service)
        await publish(intake, notice(service, person_id), service=service)
        await kit.eventually(lambda: facts)
    (kept,) = folder.summaries()
    assert (kept.channel, kept.to) == ("sms", (number,))
    heard = caplog.text + str([said.data for said in facts]) + str([said.headers for said in facts])
    assert not any(value in heard for value in (number, number[1:], kept.text.strip()))
