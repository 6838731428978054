"""How many mails a second notify sends, intents, beginnings and endings committed, beside the bare ceiling of one run.

Run: `python -m benchmarks.notify_mail [--mails N] [--lines N] [--faults]`. It starts a PostgreSQL of its own, fsync on,
and takes Postfix's smtp-sink as the mail server (`make peers` unpacks it; without it aiosmtpd, which is named then).
Everything that waits is due at once: decided, rendered, encrypted, begun, handed over, written down, counted, said into
the outbox. The ceiling hands over messages of the same size that were built before, over as many lines, with no
database. 45,000 mails take a minute; the peak of memory is printed, since it must not grow with them.

With `--faults` the same is done twice against a server of our own: the second time five recipients of a hundred are
told to come again and two addresses of a hundred are refused for good; what is to come again is due at once. Both rates
count the mails that were taken, and their ratio is printed.
"""

import argparse
import asyncio
import logging
import resource
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
from prometheus_client import CollectorRegistry

from benchmarks.refusing_sink import is_refused
from lotse_contracts.envelope import Message, subject_of, template_of
from lotse_contracts.values import TemplateName
from lotse_notify.domain.caps import Caps
from lotse_notify.domain.letters import Links
from lotse_notify.domain.mail import Mail, mail_of
from lotse_notify.domain.prices import Prices
from lotse_notify.domain.rendering import render
from lotse_notify.providers.routes import Guard, Routes
from lotse_notify.providers.smtp import SmtpLine
from lotse_notify.providers.smtp_pool import SmtpPool
from lotse_notify.workers import sender
from lotse_notify.workers.post import Post
from tests import kit
from tests.notify.given import House, house_on, tell
from tests.notify.mailserver import MailServer
from tests.peers import needed, tethered
from tests.peers.sink import Sink

MAILS = 12_000
LINES = 8
WANTED_PER_SECOND = 300
TEMPLATES: tuple[TemplateName, ...] = ("receipt", "answer_waits", "documents", "referral_made")
GROUP = 200
NO_CAPS = Caps(to_person=1_000_000, identical=1_000_000, segments=1_000_000)
CEILING_MAILS = 8_000
BUSY_PERCENT, REFUSED_PERCENT = 5, 2  # of `--faults`
AGAIN = "UPDATE notification SET due_at = now() WHERE state = 'scheduled'"


@dataclass(frozen=True)
class Pace:
    """Seconds of the clock and of this process until everything had its end, how many mails were taken, and tries."""

    seconds: float
    cpu: float
    taken: int
    tries: int

    @property
    def a_second(self) -> float:
        return self.taken / self.seconds

    @property
    def cpu_ms(self) -> float:
        return 1_000 * self.cpu / self.taken


async def filled(house: House, mails: int) -> list[UUID]:
    """People with a contact, four notices each, all due."""
    people = [uuid4() for _ in range(mails // len(TEMPLATES))]
    for start in range(0, len(people), GROUP):
        some = people[start : start + GROUP]
        await _heard(house, [house.contact(person_id, value=_address(person_id)) for person_id in some])
        for template in TEMPLATES:
            await _heard(house, [_told(person_id, template) for person_id in some])
    with psycopg.connect(house.database.owner_url, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")
    return people


def _address(person_id: UUID) -> str:
    return f"her.{person_id.hex[:12]}@example.org"


def _told(person_id: UUID, template: TemplateName) -> Message:
    return tell(person_id, template, key=template, useful_by=datetime.now(UTC) + timedelta(days=3))


async def _heard(house: House, messages: Sequence[Message]) -> None:
    """One delivery of many, as a consumer takes them."""
    heard = house.service.heard[template_of(subject_of(type(messages[0]), "x", "k", "y"))]
    async with house.service.engine.begin() as tx:
        await heard.handler([(message, house.context()) for message in messages], tx)


async def sent(house: House, post: Post, taken: int) -> Pace:
    """Until everything that can leave has left and is written down; what is to be tried again is due at once."""
    sending = sender.Sender(house.service.unit, post, sender.SendMeters(CollectorRegistry()))
    began, worked = time.perf_counter(), _cpu()
    with psycopg.connect(house.database.owner_url, autocommit=True) as owner:
        while True:
            while await sending.take() or sending.in_hand:
                await sending.some_end(1.0)
            if owner.execute(AGAIN).rowcount == 0:
                break
        took, worked = time.perf_counter() - began, _cpu() - worked
        ended = owner.execute("SELECT count(*) FROM notification WHERE state = 'handed_over'").fetchone()
        tries = owner.execute(
            "SELECT count(*), count(*) FILTER (WHERE state = 'accepted') FROM send_attempt"
        ).fetchone()
    assert tries is not None
    assert (ended, tries[1]) == ((taken,), taken), (ended, tries, taken)
    return Pace(took, worked, taken, tries[0])


async def ceiling(post: Post, sample: Mail, *, lines: int) -> float:
    """Messages a second that were built before, over pooled lines, and nothing else."""
    left = iter(range(CEILING_MAILS))

    async def carry() -> None:
        line = SmtpLine(post.server)
        for _ in left:
            outcome = await line.hand_over(sample, _at_once)
            assert outcome.ending == "accepted", outcome.reason
        await line.close()

    began = time.perf_counter()
    await asyncio.gather(*(carry() for _ in range(lines)))
    return CEILING_MAILS / (time.perf_counter() - began)


def _sample(post: Post) -> Mail:
    """As long as those that were sent."""
    links = Links(f"{post.read_url}", f"{post.public_url}/stop/{'0' * 26}")
    rendered = render(post.texts, "answer_waits", {}, language="uk", detail="neutral", channel="email", links=links)
    return mail_of(
        rendered.letter,
        sender=post.sender,
        recipient="her@example.org",
        message_id="<0@post.example.org>",
        at=datetime.now(UTC),
        may_unsubscribe=False,
    )


async def _at_once() -> bool:
    return True


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@asynccontextmanager
async def mail_server() -> AsyncIterator[tuple[str, int]]:
    """smtp-sink where it is unpacked, else aiosmtpd in this process, which costs this process's time."""
    try:
        sink = Sink()
        await sink.start()
    except needed.Missing:
        server = MailServer()
        await server.start()
        yield "aiosmtpd, in this process (no smtp-sink here)", server.port
        await server.stop()
        return
    try:
        yield "smtp-sink", sink.port
    finally:
        sink.stop()


@asynccontextmanager
async def refusing(busy: int, refused: int) -> AsyncIterator[int]:
    """The port of a server that turns so many of a hundred away."""
    (port,) = kit.free_ports(1)
    command = [sys.executable, "-m", "benchmarks.refusing_sink", *map(str, (port, busy, refused))]
    running = tethered.start(command)
    try:
        await kit.eventually(lambda: needed.listens(port))
        yield port
    finally:
        tethered.stop(running)


def _post(house: House, port: int, lines: int) -> Post:
    plain = house.post(port, timeout_seconds=10.0, quiet_hours=False)
    routes = Routes([SmtpPool(plain.server, lines=lines)], guard=Guard("local", Prices({})))
    return replace(plain, routes=routes, caps=NO_CAPS)


async def measured(postgres: kit.Postgres, root: Path, mails: int, lines: int) -> None:
    """Fill, send, compare, print."""
    house = house_on(postgres.database("notify"), root)
    house.now = datetime.now(UTC)
    await filled(house, mails)
    before = _peak_mib()
    async with mail_server() as (name, port):
        post = _post(house, port, lines)
        pace = await sent(house, post, mails)
        await post.routes.close()
        peak = _peak_mib()
        bare = await ceiling(post, _sample(post), lines=lines)
    rate = pace.a_second
    print(f"mail server: {name}, {lines} lines")
    print(f"notify:  {rate:8.0f} mails/s over {pace.seconds:.1f} s, {pace.cpu_ms:.2f} ms of a core each")
    print(f"memory:  {peak:8.0f} MiB at most, {peak - before:.0f} of them since the first mail")
    print(f"ceiling: {bare:8.0f} mails/s, prebuilt, no database")
    print(f"ratio:   {rate / bare:8.2f} of the ceiling; {rate / WANTED_PER_SECOND:.2f} of {WANTED_PER_SECOND} mails/s")
    await house.service.engine.dispose()


async def measured_with_faults(postgres: kit.Postgres, root: Path, mails: int, lines: int) -> None:
    """The same mails twice, the second time with faults; print both and their ratio."""
    logging.getLogger("lotse_notify").setLevel(logging.ERROR)  # each refusal is a warning
    paces = []
    for busy, refused in ((0, 0), (BUSY_PERCENT, REFUSED_PERCENT)):
        folder = root / f"refused-{refused}"
        folder.mkdir()
        house = house_on(postgres.database("notify"), folder)
        house.now = datetime.now(UTC)
        people = await filled(house, mails)
        reached = [one for one in people if not is_refused(_address(one).encode(), refused)]
        async with refusing(busy, refused) as port:
            post = _post(house, port, lines)
            pace = await sent(house, post, len(reached) * len(TEMPLATES))
            await post.routes.close()
        await house.service.engine.dispose()
        paces.append(pace)
        print(f"{busy} % of recipients to come again, {refused} % of addresses refused, {lines} lines:")
        print(f"  {pace.taken} mails taken in {pace.tries} tries and {pace.seconds:.1f} s")
        print(f"  {pace.a_second:.0f} mails/s, {pace.cpu_ms:.2f} ms of a core each")
    plain, faulty = paces
    speed, cost = faulty.a_second / plain.a_second, faulty.cpu_ms / plain.cpu_ms
    print(f"ratio to the run without faults: {speed:.2f} of its rate, {cost:.2f} of its time of a core")


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=MAILS)
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--faults", action="store_true")
    given = parser.parse_args()
    root = kit.new_folder()
    postgres = kit.start_postgres(kit.new_association(root), durable=True)
    measure = measured_with_faults if given.faults else measured
    try:
        asyncio.run(measure(postgres, root, given.mails // len(TEMPLATES) * len(TEMPLATES), given.lines))
    finally:
        postgres.stop()
        kit.remove(root)


if __name__ == "__main__":
    main()
