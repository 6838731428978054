"""`lotse-notify providers`: who carries messages and how each stands, asked without sending anything."""

import argparse
import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from lotse_chassis.administration import EXIT_DONE, EXIT_REFUSED
from lotse_notify.cli.providers import providers_command
from lotse_notify.domain.breaker import ERRORS_MAX
from lotse_notify.domain.outcome import Outcome
from lotse_notify.providers.routes import Away, Routes
from lotse_notify.settings import NotifySettings
from lotse_notify.workers import providers as watch
from tests.notify.gateway import HttpGateway
from tests.notify.given import Databases, House
from tests.notify.parcels import NOW, Gate, parcel
from tests.notify.reportserver import ReportServer
from tests.notify.routed import Clock, Scripted, routes

LATER = timedelta(minutes=1)

Said = Callable[..., tuple[int, str]]


class Elsewhere:
    """A gateway and a mail server on a loop of their own, since a command runs its own loop."""

    def __init__(self) -> None:
        self.gateway, self.mails = HttpGateway(), ReportServer()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self.call(self.gateway.start())
        self.call(self.mails.start())

    def call(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def stop(self) -> None:
        self.call(self.gateway.stop())
        self.call(self.mails.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    both = Elsewhere()
    yield both
    both.stop()


@pytest.fixture
def said(database: Databases, tmp_path: Path, elsewhere: Elsewhere, capsys: pytest.CaptureFixture[str]) -> Said:
    """The exit code and the words of a command."""
    known, key = database("notify"), tmp_path / "key"
    key.write_text("canary-key")

    def run(*given: str, **changed: Any) -> tuple[int, str]:
        settings = NotifySettings.model_validate(
            {
                "association": "aa",
                "database_url": known.url,
                "mail_from": "message@post.example.org",
                "smtp_port": elsewhere.mails.port,
                "sms_providers": "seven kannel",
                "seven_url": elsewhere.gateway.url,
                "seven_key_file": key,
                "kannel_url": f"{elsewhere.gateway.url}/sendsms",
                "recipients": "local",
            }
            | changed
        )
        parser = argparse.ArgumentParser()
        providers_command.arguments(parser)
        code = providers_command.run(settings, parser.parse_args(["--lang", "en", *given]))
        return code, capsys.readouterr().out

    return run


def test_they_are_listed_in_the_order_in_which_they_are_asked(said: Said) -> None:
    code, words = said()
    assert code == EXIT_DONE
    assert words.splitlines() == [
        "email\tsmtp\tnot used yet",
        "sms\tseven\tnot used yet",
        "sms\tkannel\tnot used yet",
        "recipients: anybody, everything stays on this machine",
    ]


def test_each_is_asked_and_nothing_is_sent(said: Said, elsewhere: Elsewhere) -> None:
    elsewhere.gateway.say(200, b"12.34")
    code, words = said("probe")
    assert (code, words.splitlines()) == (
        EXIT_DONE,
        ["email\tsmtp\tanswers and reports deliveries", "sms\tseven\tanswers", "sms\tkannel\tanswers"],
    )
    assert {call.method for call in elsewhere.gateway.calls} == {"GET"}
    assert elsewhere.mails.taken == []


def test_who_does_not_answer_or_refuses_us_is_said_and_the_exit_code_too(said: Said, elsewhere: Elsewhere) -> None:
    elsewhere.gateway.say(401, b"")
    elsewhere.call(elsewhere.mails.stop())
    code, words = said("probe")
    assert (code, words.splitlines()[:2]) == (
        EXIT_REFUSED,
        ["email\tsmtp\tdoes not answer", "sms\tseven\trefuses our account"],
    )
    assert "canary" not in words


async def test_what_the_sender_saw_is_written_down_once(house: House) -> None:
    clock = Clock()
    first = Scripted("first", outcome=Outcome("not_sent", "provider_away"))
    both, registry = routes(clock, first, Scripted("second")), CollectorRegistry()
    meters = watch.ProviderMeters(registry)
    known = await watch.look(house.unit, both, meters, {})
    await _fail(both)
    house.now += LATER
    known = await watch.look(house.unit, both, meters, known)
    house.now += LATER
    await watch.look(house.unit, both, meters, known)
    rows = {row["provider"]: (row["state"], row["since"]) for row in house.rows("provider_state")}
    assert rows == {"first": ("open", house.now - LATER), "second": ("closed", house.now - 2 * LATER)}
    assert b'lotse_notify_provider_state{provider="first"} 2.0' in generate_latest(registry)


async def _fail(both: Routes) -> None:
    for _ in range(ERRORS_MAX):
        found = both.choose("sms", NOW)
        assert not isinstance(found, Away)
        await found.submit(parcel(), Gate())
