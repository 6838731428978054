"""How long it takes from publishing an enquiry until a counsellor finds it in the reply of `ask inbox`.

Run beside a house that is up: `lotse up --data DIR`, then `python -m benchmarks.inbox --data DIR [--association NAME]`.
Publishes at a steady rate as the frontend `web`, asks for the newest of the inbox all the while, and prints median and
99th percentile beside the limit of one second.
"""

import argparse
import asyncio
import secrets
import statistics
import time
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

from lotse_contracts import envelope_of, subject_for, to_json
from lotse_contracts.envelope import ITEMS_MAX
from lotse_contracts.intake import AskInbox, AskSealingKey, EnquiryContent, SubmitEnquiry
from lotse_contracts.sealed import decode, seal
from lotse_local import endpoints
from lotse_local.demo.frontend import Frontend, connected
from lotse_local.demo.houses import House, house_of
from lotse_local.layout import DataFolder

LIMIT_SECONDS = 1.0
RATE = 50.0  # enquiries a second
SECONDS = 60.0
REST_SECONDS = 10.0  # after the last one was published


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


async def watch(desk: Frontend, seen: dict[UUID, float], stopping: asyncio.Event) -> int:
    """Ask for the newest entries all the while; notes when each was first in a reply, returns how often it asked."""
    asked = 0
    while not stopping.is_set():
        answer = await desk.ask(AskInbox(size=ITEMS_MAX, newest_first=True))
        now, asked = time.perf_counter(), asked + 1
        for entry in answer.entries:
            seen.setdefault(entry.enquiry_id, now)
        await asyncio.sleep(0.01)
    return asked


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
        asked = await watching
    waits = sorted(seen[own] - published for own, published in at.items())
    p99 = waits[int(len(waits) * 0.99)]
    print(f"{len(waits)} enquiries at {rate:.0f} a second, inbox asked {asked} times")
    print(
        f"median {statistics.median(waits) * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, longest {waits[-1] * 1000:.0f} ms"
    )
    print(f"ratio of p99 to the limit of {LIMIT_SECONDS:.0f} s: {p99 / LIMIT_SECONDS:.2f}")


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--association", default="auslaenderrat")
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    given = parser.parse_args()
    folder = DataFolder(given.data)
    found = endpoints.read(folder)
    if found is None:
        raise SystemExit("nothing is up in this folder; start it with `lotse up`")
    house = house_of(folder, given.association, found)
    asyncio.run(measure(house, given.rate, given.seconds))


if __name__ == "__main__":
    main()
