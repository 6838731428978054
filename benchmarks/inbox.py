"""How long it takes from publishing an enquiry until a counsellor finds it in the reply of `ask inbox`.

Run beside a house that is up: `lotse up --data DIR`, then `python -m benchmarks.inbox --data DIR [--association NAME]`.
Publishes at a steady rate as the frontend `web`, asks for the newest of the inbox all the while, and prints median and
99th percentile beside the limit of one second, how long an answer of the inbox took beside 100 ms, and intake's memory
beside 250 MiB. `--filled 100000` first puts that many concerns into the inbox; `--rate 16.7 --seconds 600` is 1,000
enquiries a minute for ten minutes.
"""

import argparse
import asyncio
import json
import secrets
import statistics
import time
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import psycopg

from lotse_contracts import envelope_of, subject_for, to_json
from lotse_contracts.envelope import ITEMS_MAX
from lotse_contracts.intake import AskInbox, AskSealingKey, EnquiryContent, SubmitEnquiry
from lotse_contracts.sealed import decode, seal
from lotse_local import endpoints, memory
from lotse_local.demo.frontend import Frontend, connected
from lotse_local.demo.houses import House, house_of
from lotse_local.layout import DataFolder
from lotse_local.plan import plan_of

LIMIT_SECONDS = 1.0
RATE = 50.0  # enquiries a second
SECONDS = 60.0
REST_SECONDS = 10.0  # after the last one was published
ASK_LIMIT_SECONDS = 0.100
MEMORY_LIMIT_MEBIBYTES = 250
PAUSE_SECONDS = 0.05  # of a counsellor between two looks; nobody looks twenty times a second

_FILL = """
    WITH numbers AS (SELECT number, gen_random_uuid() AS person_id, gen_random_uuid() AS enquiry_id,
                            gen_random_uuid() AS case_id FROM generate_series(1, %(count)s) AS number),
    people AS (INSERT INTO person (person_id, version, languages, contact_kind, contact_version, contact_consented,
                                   contact_safe, unreachable, frozen, registered_at)
               SELECT person_id, 1, ARRAY['uk'], 'none', 1, false, true, false, false, now() FROM numbers),
    enquiries AS (INSERT INTO enquiry (enquiry_id, person_id, version, channel, frontend, language, flags, urgency,
                                       files_missing, notice_version, answers, received_at, updated_at)
                  SELECT enquiry_id, person_id, 1, 'web', 'web', 'uk', '{}', 'normal', 0, 'v1', 0,
                         now() - number * interval '10 seconds', now() FROM numbers),
    cases AS (INSERT INTO case_file (case_id, person_id, version, opened_at)
              SELECT case_id, person_id, 1, now() FROM numbers)
    INSERT INTO concern (concern_id, enquiry_id, case_id, person_id, version, code, unknown_code, state, urgency,
                         language, channel, received_at, due_at, tags, moved_at)
    SELECT gen_random_uuid(), enquiry_id, case_id, person_id, 1, 'housing', false, 'received', 'normal', 'uk', 'web',
           now() - number * interval '10 seconds', now() + number * interval '10 seconds', '{}', now() FROM numbers
"""


async def publish(web: Frontend, key: bytes, rate: float, seconds: float) -> dict[UUID, float]:
    """Publish at a steady rate; returns when each was handed to the broker."""
    began, at, pending = time.perf_counter(), {}, []
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        order = enquiry(key)
        at[order.enquiry_id] = time.perf_counter()
        pending.append(asyncio.create_task(hand_over(web, order)))
    await asyncio.gather(*pending)
    return at


async def hand_over(web: Frontend, order: SubmitEnquiry) -> None:
    """As the guide asks, without waiting for the business answer: the inbox is what is measured."""
    own = uuid4()
    envelope = envelope_of(order, id=own, association=web.association, sender="web", time=datetime.now(UTC))
    subject = subject_for(order, web.association)
    await web.client.jetstream().publish(
        subject, to_json(envelope), timeout=REST_SECONDS, headers={"Nats-Msg-Id": str(own)}
    )


def enquiry(key: bytes) -> SubmitEnquiry:
    """One sealed enquiry without a contact."""
    own = uuid4()
    content = EnquiryContent(text="Скажіть, будь ласка, куди мені звернутися?", pin="2580").model_dump_json().encode()
    return SubmitEnquiry(
        frontend="web",
        enquiry_id=own,
        receipt_sha256=sha256(secrets.token_bytes(16)).hexdigest(),
        channel="web",
        language="uk",
        codes=("housing",),
        content=seal(content, key, type_name=SubmitEnquiry.type_name(), key=str(own)),
        consent_to_contact=False,
        notice_version="2026-11",
    )


async def watch(desk: Frontend, seen: dict[UUID, float], stopping: asyncio.Event) -> list[float]:
    """Ask for the newest entries all the while; notes when each was first in a reply, returns how long answers took."""
    took = []
    while not stopping.is_set():
        asked = time.perf_counter()
        answer = await desk.ask(AskInbox(size=ITEMS_MAX, newest_first=True))
        now = time.perf_counter()
        took.append(now - asked)
        for entry in answer.entries:
            seen.setdefault(entry.enquiry_id, now)
        await asyncio.sleep(PAUSE_SECONDS)
    return took


def fill(folder: DataFolder, association: str, count: int) -> None:
    """So many concerns of others wait already."""
    with psycopg.connect(plan_of(folder, association).cluster.url("intake"), autocommit=True) as connection:
        connection.execute(_FILL, {"count": count})
        connection.execute("ANALYZE")


def memory_mebibytes(folder: DataFolder, association: str) -> int:
    """What intake takes now, proportionally."""
    return memory.of(json.loads(folder.state.read_text())).get(f"{association}/intake", 0)


async def measure(house: House, rate: float, seconds: float) -> None:
    """One run, printed."""
    seen: dict[UUID, float] = {}
    stopping = asyncio.Event()
    token = house.token("benchmark", "counsellor")
    async with connected(house.desk("web")) as web, connected(house.desk("desk"), token=token) as desk:
        key = decode((await web.ask(AskSealingKey())).public_key)
        watching = asyncio.create_task(watch(desk, seen, stopping))
        at = await publish(web, key, rate, seconds)
        async with asyncio.timeout(REST_SECONDS):
            while not at.keys() <= seen.keys():  # noqa: ASYNC110 - the watcher fills it
                await asyncio.sleep(0.05)
        stopping.set()
        took = sorted(await watching)
    waits = sorted(seen[own] - published for own, published in at.items())
    p99 = waits[int(len(waits) * 0.99)]
    print(f"{len(waits)} enquiries at {rate:.1f} a second, all found in the inbox, which was asked {len(took)} times")
    print(
        f"median {statistics.median(waits) * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, longest {waits[-1] * 1000:.0f} ms"
    )
    print(f"ratio of p99 to the limit of {LIMIT_SECONDS:.0f} s: {p99 / LIMIT_SECONDS:.2f}")
    answer = took[int(len(took) * 0.99)]
    print(f"an answer of the inbox: median {statistics.median(took) * 1000:.0f} ms, p99 {answer * 1000:.0f} ms")
    print(f"ratio of p99 to the limit of {ASK_LIMIT_SECONDS * 1000:.0f} ms: {answer / ASK_LIMIT_SECONDS:.2f}")


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--association", default="auslaenderrat")
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--filled", type=int, default=0, help="concerns of others that wait already")
    given = parser.parse_args()
    folder = DataFolder(given.data)
    found = endpoints.read(folder)
    if found is None:
        raise SystemExit("nothing is up in this folder; start it with `lotse up`")
    house = house_of(folder, given.association, found)
    if given.filled:
        fill(folder, given.association, given.filled)
    asyncio.run(measure(house, given.rate, given.seconds))
    used = memory_mebibytes(folder, given.association)
    limit = MEMORY_LIMIT_MEBIBYTES
    print(f"memory of intake: {used} MiB (PSS); ratio to the limit of {limit} MiB: {used / limit:.2f}")


if __name__ == "__main__":
    main()
