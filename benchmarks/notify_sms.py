"""SMS a second through a real Kannel with an SMSC behind it, receipts applied, beside what that Kannel can do at all.

Run: `python -m benchmarks.notify_sms [--people N]`, as root, after `make peers`, with Debian's kannel installed.
Both sides use the same Kannel and the same SMSC in one run. The bare side posts the same words over kept lines and
counts the receipts; notify commits the intent before the first byte and the outcome after the answer, durably, then
stores and applies both receipts of each message. Its time runs from the first message at the SMSC to the last receipt
applied. Prints both rates, their ratio, the ratio to 250 a second, and the processor time that the process of notify
takes for one message, which says more than the rate where others use the machine as well.
"""

import argparse
import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psutil
import psycopg

from lotse_local.layout import AssociationFolder
from lotse_notify.domain.callbacks import KANNEL_DLR_MASK, kannel_dlr_url
from lotse_notify.providers.lines import LINES_MAX
from tests import kit
from tests.chaos.processes import Running, running
from tests.peers.kannel import PASSWORD, SENDER, USER, Kannel
from tests.peers.reports import Reports
from tests.peers.smsc import Smsc
from tests.peers.watched import ALWAYS, people, publish_orders

PEOPLE = 3_000
LIMIT_A_SECOND = 250.0
RECEIPTS_EACH = 2  # taken by the SMSC, delivered
POLL_SECONDS = 0.25
SECONDS_MAX = 600.0
POLLS = {"poll_seconds": "0.5"}  # as an association has it; tests look more often
TEXT = "Для вас є відповідь. Прочитати: https://read.example.org/"
LOGGED = 4  # Kannel's log level: panics only, since it logs numbers and texts

GOES = "UPDATE notification SET state = 'scheduled', due_at = now() WHERE state IN ('scheduled', 'held')"
WAITING = "SELECT count(*) FROM notification WHERE state IN ('scheduled', 'held')"
STATES = "SELECT state, count(*) FROM notification GROUP BY state"


@dataclass(frozen=True)
class Rig:
    """Kannel and what is behind it."""

    kannel: Kannel
    smsc: Smsc
    reports: Reports


@dataclass(frozen=True)
class Pace:
    """What notify managed, and what a message took of the processor; both of all messages."""

    a_second: float
    cpu_ms: float


@asynccontextmanager
async def rig() -> AsyncIterator[Rig]:
    """Started, and stopped at the end."""
    smsc, reports = Smsc(), Reports()
    await smsc.start()
    await reports.start()
    kannel = Kannel(smsc.port, level=LOGGED)
    try:
        await kannel.start()
        yield Rig(kannel, smsc, reports)
    finally:
        kannel.stop()
        await reports.stop()
        await smsc.stop()


async def bare(peers: Rig, messages: int) -> float:
    """Messages a second that Kannel takes, submits and reports when nobody writes anything down."""
    left = iter(range(messages))
    began = time.perf_counter()
    await asyncio.gather(*(_post_all(peers, left) for _ in range(LINES_MAX)))
    async with asyncio.timeout(SECONDS_MAX):
        while len(peers.reports.heard) < messages * RECEIPTS_EACH:  # noqa: ASYNC110 - the listener fills it
            await asyncio.sleep(POLL_SECONDS / 10)
    return messages / (time.perf_counter() - began)


async def _post_all(peers: Rig, numbers: Iterator[int]) -> None:
    """One kept line, one message after the other."""
    reader, writer = await asyncio.open_connection("127.0.0.1", peers.kannel.port)
    for number in numbers:
        writer.write(_request(peers, number))
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        if " 202 " not in head.splitlines()[0]:
            raise SystemExit(f"Kannel does not take it: {head.splitlines()[0]}")
        await reader.readexactly(int(head.partition("content-length:")[2].split("\r\n")[0]))
    writer.close()


def _request(peers: Rig, number: int) -> bytes:
    body = TEXT.encode()
    head = (
        "POST /cgi-bin/sendsms HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: text/plain; charset=UTF-8",
        f"Content-Length: {len(body)}",
        f"X-Kannel-Username: {USER}",
        f"X-Kannel-Password: {PASSWORD}",
        f"X-Kannel-From: {SENDER}",
        f"X-Kannel-To: {_number(number)}",
        "X-Kannel-Coding: 2",
        "X-Kannel-Validity: 1440",
        f"X-Kannel-DLR-Mask: {KANNEL_DLR_MASK}",
        f"X-Kannel-DLR-Url: {kannel_dlr_url(f'{peers.reports.url}/cb', uuid4().hex)}",
    )
    return "\r\n".join((*head, "", "")).encode() + body


def _number(number: int) -> str:
    """German, long enough for a hundred thousand; no Kannel here leads out of this machine."""
    return f"+491511{number:07d}"


async def ours(peers: Rig, place: AssociationFolder, postgres: kit.Postgres, messages: int) -> Pace:
    """That of notify, receipts applied."""
    folder = kit.new_folder()
    broker = kit.start_broker(place, folder)
    try:
        await broker.provision()
        stored = postgres.database("notify")
        with running("notify", stored, broker, **ALWAYS | POLLS) as notify:
            await _taken_in(notify, stored, broker, messages)
            peers.smsc.forget()
            _given_a_gateway(notify, peers.kannel, folder)
            with psycopg.connect(stored.owner_url) as connection:
                connection.execute(GOES)
            return await _sent(notify, stored, peers.smsc, messages)
    finally:
        broker.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def _taken_in(notify: Running, stored: kit.ServiceDatabase, broker: kit.Broker, messages: int) -> None:
    """Everybody is known and has a message that waits, since nobody carries SMS yet."""
    await publish_orders(broker, people(messages, _number), "sms")
    notify.start()
    await notify.ready()
    await _until(stored, WAITING, messages)
    notify.stop()


def _given_a_gateway(notify: Running, kannel: Kannel, folder: Path) -> None:
    password, secret = folder / "kannel", folder / "callbacks"
    password.write_text(PASSWORD)
    secret.write_bytes(b"a secret of the webhooks")
    notify.changed |= {
        "LOTSE_SMS_PROVIDERS": "kannel",
        "LOTSE_SMS_SENDER": SENDER,
        "LOTSE_KANNEL_URL": kannel.url,
        "LOTSE_KANNEL_USER": USER,
        "LOTSE_KANNEL_PASSWORD_FILE": str(password),
        "LOTSE_CALLBACK_SECRET_FILE": str(secret),
        "LOTSE_CALLBACK_URL": f"http://127.0.0.1:{notify.port}",
    }


async def _sent(notify: Running, stored: kit.ServiceDatabase, smsc: Smsc, messages: int) -> Pace:
    notify.start()
    while not smsc.submitted:  # noqa: ASYNC110 - the reader of the SMSC's output fills it
        await asyncio.sleep(POLL_SECONDS / 10)
    assert notify.process is not None
    process = psutil.Process(notify.process.pid)
    began, busy = time.perf_counter(), sum(process.cpu_times()[:2])
    await _until(stored, "SELECT count(*) FROM notification WHERE state = 'delivered'", messages)
    seconds, busy = time.perf_counter() - began, sum(process.cpu_times()[:2]) - busy
    copies = smsc.copies()
    if len(copies) != messages or max(copies.values()) != 1:
        raise SystemExit(f"{len(copies)} people of {messages} were told, somebody {max(copies.values())} times")
    return Pace(messages / seconds, 1_000 * busy / messages)


async def _until(stored: kit.ServiceDatabase, query: str, count: int) -> None:
    """Asked a few times a second by one connection."""
    async with await psycopg.AsyncConnection.connect(stored.owner_url, autocommit=True) as connection:
        deadline = time.monotonic() + SECONDS_MAX
        while True:
            row = await (await connection.execute(query.encode())).fetchone()
            if row == (count,):
                return
            if time.monotonic() > deadline:
                states = await (await connection.execute(STATES)).fetchall()
                raise SystemExit(f"not done in {SECONDS_MAX:.0f} s: {states}")
            await asyncio.sleep(POLL_SECONDS)


async def main(messages: int) -> None:
    """One run, printed."""
    root = kit.new_folder()
    place = kit.new_association(root)
    postgres = kit.start_postgres(place, durable=True)
    try:
        async with rig() as peers:
            ceiling = await bare(peers, messages)
            peers.reports.heard.clear()
            pace = await ours(peers, place, postgres, messages)
    finally:
        postgres.stop()
        kit.remove(root)
    print(f"{messages} SMS through Kannel, each with {RECEIPTS_EACH} receipts")
    print(f"Kannel alone: {ceiling:.0f} a second")
    print(f"notify, receipts applied: {pace.a_second:.0f} a second; each person told once")
    print(f"processor time of notify: {pace.cpu_ms:.2f} ms a message")
    limit, rate = f"{LIMIT_A_SECOND:.0f} a second", pace.a_second
    print(f"ratio to Kannel alone: {rate / ceiling:.2f}; to {limit}: {rate / LIMIT_A_SECOND:.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    asyncio.run(main(parser.parse_args().people))
