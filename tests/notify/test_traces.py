"""One trace runs from whoever wants her to be told to the mail, and on to what is said about it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from nats.aio.client import Client
from nats.aio.msg import Msg
from prometheus_client import CollectorRegistry

from lotse_chassis import telemetry
from lotse_chassis.migrate import CHASSIS_RIGHTS
from lotse_contracts.envelope import Message, envelope_of, subject_for, to_json
from lotse_contracts.notify import ErasePerson
from lotse_contracts.referral import AppointmentFixed
from lotse_contracts.sealed import public_bytes
from lotse_notify.store.tables import metadata
from lotse_notify.workers import outcomes, sender
from lotse_notify.workers.claiming import claim
from lotse_notify.workers.post import Post
from lotse_notify.workers.sweeping import sweep
from tests import kit
from tests.chaos.processes import Running, running
from tests.notify.given import ADDRESS, NAME, Databases, House, contact_order, tell
from tests.notify.mailserver import Does, MailServer

TRACE, OTHER = "0af7651916cd43dd8448eb211c80319c", "4bf92f3577b34da6a3ce929d0e0e4736"
ROOT = "b7ad6b7169203331"
HEADER, OTHER_HEADER = f"00-{TRACE}-{ROOT}-01", f"00-{OTHER}-00f067aa0ba902b7-01"
SENT = "publish lotse.*.evt.notify.message-sent.v1"
DAY = timedelta(days=1)
Span = dict[str, Any]


# As a process with a file of spans


@pytest.fixture
def traces(tmp_path: Path) -> Path:
    return tmp_path / "notify.jsonl"


@pytest.fixture
def notify(database: Databases, broker: kit.Broker, mailserver: MailServer, traces: Path) -> Iterator[Running]:
    changed = {"smtp_port": str(mailserver.port), "drafts_allowed": "true", "retry_seconds": "0.1"}
    changed |= {"quiet_hours": "false", "recipients": "local"}
    with running("notify", database("notify"), broker, traces_file=str(traces), **changed) as process:
        yield process


async def test_every_try_to_send_and_what_is_said_of_it_belong_to_the_order_to_tell(
    notify: Running, broker: kit.Broker, mailserver: MailServer, traces: Path
) -> None:
    mailserver.does = "busy_recipient"
    notify.start()
    await notify.ready()
    person_id, facts = uuid4(), list[Msg]()
    async with broker.connected("desk") as desk, broker.connected("intake") as intake:

        async def follow(fact: Msg) -> None:
            facts.append(fact)

        await desk.subscribe(f"lotse.{kit.ASSOCIATION}.evt.notify.message-sent.v1.*", cb=follow)
        await _publish(intake, tell(person_id, useful_by=_now() + DAY), HEADER)
        await _publish(intake, _contact(person_id, broker), OTHER_HEADER)
        await kit.eventually(lambda: _named(traces, "send mail"))
        mailserver.does = "take"
        await kit.eventually(lambda: facts and _named(traces, SENT))
    (handled,) = _named(traces, "handle lotse.*.cmd.notify.tell.v1")
    *refused, sent = _named(traces, "send mail")
    (said,) = _named(traces, SENT)
    assert handled["parent_id"] == ROOT
    assert {span["parent_id"] for span in (*refused, sent)} == {handled["span_id"]}
    assert said["parent_id"] == sent["span_id"]
    assert {span["trace_id"] for span in (handled, *refused, sent, said)} == {TRACE}
    assert facts[0].headers is not None
    assert facts[0].headers["traceparent"] == f"00-{TRACE}-{said['span_id']}-01"
    assert [span["failed"] for span in (*refused, sent)] == [*(True for _ in refused), False]
    assert refused[0]["attributes"] == _attributes("envelope", 1, "deferred", "recipient_deferred")
    assert sent["attributes"] == _attributes("data", len(refused) + 1, "accepted", "server_took_it")
    written = traces.read_text()
    assert not any(value in written for value in (ADDRESS, *ADDRESS.split("@"), *NAME.split(), str(person_id)))


async def test_a_reminder_goes_on_where_its_appointment_was_fixed(
    notify: Running, broker: kit.Broker, mailserver: MailServer, traces: Path, tmp_path: Path
) -> None:
    """A day before it, which comes at once."""
    notify.clock = tmp_path / "clock"
    notify.clock.write_text("0")
    notify.start()
    await notify.ready()
    person_id = uuid4()
    fixed = _appointment(person_id, (_now() + 3 * DAY).replace(hour=12))
    async with broker.connected("intake") as intake, broker.connected("referral") as referral:
        await _publish(intake, _contact(person_id, broker), OTHER_HEADER)
        await _publish(referral, fixed, HEADER)
        await kit.eventually(lambda: len(_named(traces, "send mail")) == 1, 30)
        notify.clock.write_text(str((fixed.starts_at - DAY - _now()).total_seconds() + 1))
        await kit.eventually(lambda: len(_named(traces, "send mail")) == 2, 30)
    (handled,) = _named(traces, "handle lotse.*.evt.referral.appointment-fixed.v1")
    (fired,) = _named(traces, "timer reminder")
    assert [span["parent_id"] for span in _named(traces, "send mail")] == [handled["span_id"], fired["span_id"]]
    assert fired["parent_id"] == handled["span_id"]
    assert handled["trace_id"] == TRACE
    assert len(mailserver.taken) == 2


async def test_a_page_is_one_span_and_what_machines_call_is_none(notify: Running, traces: Path) -> None:
    notify.start()
    await notify.ready()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{notify.port}") as client:
        for path in ("/metrics", "/health/live", "/cb/kannel/secret?ref=secret", "/read?secret"):
            await client.get(path)
    await kit.eventually(lambda: _named(traces, "GET /read"))
    spans = [json.loads(line) for line in traces.read_text().splitlines()]
    assert [span["name"] for span in spans if not span["name"].startswith(("handle ", "timer "))] == ["GET /read"]
    assert spans[-1]["attributes"] == {"http.route": "/read"}


def _appointment(person_id: UUID, starts_at: datetime) -> AppointmentFixed:
    return AppointmentFixed(
        appointment_id=uuid4(),
        referral_id=uuid4(),
        person_id=person_id,
        version=1,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
    )


def _attributes(stage: str, attempt: int, ending: str, reason: str) -> dict[str, object]:
    known = {"lotse.channel": "email", "lotse.provider": "smtp", "lotse.attempt": attempt}
    return known | {"lotse.stage": stage, "lotse.ending": ending, "lotse.reason": reason}


async def _publish(client: Client, message: Message, traceparent: str) -> None:
    envelope = envelope_of(message, id=uuid4(), association=kit.ASSOCIATION, sender="intake", time=_now())
    headers = {"Nats-Msg-Id": str(envelope.id), "traceparent": traceparent}
    await client.jetstream().publish(subject_for(message, kit.ASSOCIATION), to_json(envelope), headers=headers)


def _contact(person_id: UUID, broker: kit.Broker) -> Message:
    seal_key = X25519PrivateKey.from_private_bytes(broker.place.key("notify.seal").read_bytes())
    return contact_order(person_id, public_bytes(seal_key))


def _named(traces: Path, name: str) -> list[Span]:
    """The spans of this name, in the order in which they began."""
    lines = traces.read_text().splitlines() if traces.exists() else []
    spans = [span for span in map(json.loads, lines) if span["name"] == name]
    return sorted(spans, key=lambda span: int(span["start_ns"]))


def _now() -> datetime:
    return datetime.now(UTC)


# On a database alone


@pytest.fixture
async def olena(house: House) -> UUID:
    """Somebody with a contact, on today's clock, which is that of a real service's own transactions."""
    house.now = _now()
    person_id = uuid4()
    with telemetry.extracted(OTHER_HEADER):
        await house.hear(house.contact(person_id))
    return person_id


@pytest.fixture
def post(house: House, mailserver: MailServer) -> Post:
    return house.post(mailserver.port, timeout_seconds=0.5, quiet_hours=False)  # today's clock may stand at night


@pytest.mark.parametrize(
    ("does", "fact"),
    [("take", "message-sent"), ("refuse_content", "message-failed"), ("drop_after_dot", "message-unresolved")],
)
async def test_whatever_became_of_it_is_said_in_the_trace_of_the_order(
    house: House, olena: UUID, post: Post, mailserver: MailServer, *, does: Does, fact: str
) -> None:
    mailserver.does = does
    await _told(house, olena)
    await _send(house, post)
    assert _facts(house) == {fact: TRACE}


async def test_what_turns_out_not_to_be_sent_is_said_there_too(house: House, olena: UUID, post: Post) -> None:
    await _told(house, olena)
    house.run("UPDATE notification SET useful_by = asked_at")
    await _send(house, post)
    assert _facts(house) == {"message-failed": TRACE}


async def test_what_is_swept_is_said_each_in_its_own_trace(house: House, olena: UUID, post: Post) -> None:
    await _told(house, olena)
    (claimed,) = (await claim(house.service.unit, post, rows_max=10)).claims
    async with house.service.unit() as unit:
        assert await outcomes.may_begin(unit, claimed.attempt, post)
    house.run("UPDATE send_attempt SET lease_until = started_at")
    with telemetry.extracted(OTHER_HEADER):
        await house.hear(tell(olena, key="late", useful_by=house.now + DAY))
    house.run("UPDATE notification SET useful_by = asked_at WHERE state = 'ready'")
    await sweep(house.service.unit, post)
    await _send(house, post)
    assert _facts(house) == {"message-unresolved": TRACE, "message-failed": OTHER}


async def test_one_without_a_trace_begins_afresh(house: House, olena: UUID, post: Post) -> None:
    await _told(house, olena)
    house.run("UPDATE notification SET traceparent = NULL")
    await _send(house, post)
    ((fact, trace_id),) = _facts(house).items()
    assert fact == "message-sent"
    assert trace_id not in (TRACE, OTHER)


async def test_the_sum_of_a_day_is_in_nobodys_trace(house: House, olena: UUID, post: Post) -> None:
    await _told(house, olena)
    await _send(house, post)
    (timer,) = house.rows("timer")
    assert (timer["kind"], timer["traceparent"]) == ("cost", None)


async def test_an_erasure_takes_the_trace_as_well(house: House, olena: UUID, post: Post) -> None:
    appointment = _appointment(olena, house.now + 7 * DAY)
    with telemetry.extracted(HEADER):
        await house.hear(appointment)
    await _told(house, olena)
    await _send(house, post)
    assert TRACE in _everything(house)
    await house.hear(ErasePerson(person_id=olena))
    assert TRACE not in _everything(house)


async def _told(house: House, person_id: UUID) -> None:
    with telemetry.extracted(HEADER):
        await house.hear(tell(person_id, useful_by=house.now + DAY))


async def _send(house: House, post: Post) -> None:
    """One, as the worker does."""
    sending = sender.Sender(house.service.unit, post, sender.SendMeters(CollectorRegistry()))
    assert await sending.take()
    await sending.finish()
    await post.routes.close()


def _facts(house: House) -> dict[str, str]:
    """What waits to be published, by name, and the trace it belongs to."""
    rows = house.rows("outbox", "position")
    return {row["claim_name"].rpartition(".")[2]: row["headers"].get("traceparent", "")[3:35] for row in rows}


def _everything(house: House) -> str:
    tables = (*metadata.tables, *CHASSIS_RIGHTS)
    return str({table: house.rows(table) for table in tables})
