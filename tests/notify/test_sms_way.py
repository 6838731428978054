"""An SMS from the order to the gateway, through the real tables: never twice, by whatever way and whoever fails."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from prometheus_client import CollectorRegistry

from lotse_contracts.notify import ContactUnreachable
from lotse_notify.domain.asking import Agenda
from lotse_notify.domain.prices import prices_of
from lotse_notify.providers.kannel import Kannel, KannelBox
from lotse_notify.providers.provider import Provider
from lotse_notify.providers.routes import Guard, Routes
from lotse_notify.providers.seven import Seven, SevenAccount
from lotse_notify.workers import looking, receiving
from lotse_notify.workers.post import Post
from tests.notify.gateway import HttpGateway
from tests.notify.given import House, tell
from tests.notify.parcels import NUMBER

TAKEN = {"success": "100", "messages": [{"success": True, "id": "4711", "price": 0.15}]}


@pytest.fixture
async def second() -> AsyncIterator[HttpGateway]:
    server = HttpGateway()
    await server.start()
    server.say(202, b"0: Accepted for delivery")
    yield server
    await server.stop()


def seven(gateway: HttpGateway, house: House) -> Seven:
    return Seven(SevenAccount(gateway.url, "key", "Nachricht", 0.3), clock=lambda: house.now)


def kannel(gateway: HttpGateway, house: House) -> Kannel:
    box = KannelBox(f"{gateway.url}/sendsms", "lotse", "", "Nachricht", "http://127.0.0.1:9/cb/kannel/t", 0.3)
    return Kannel(box, clock=lambda: house.now)


def post_by(house: House, *providers: Provider, guard: Guard | None = None) -> Post:
    known = guard or Guard("local", prices_of("kannel=700"))
    return replace(house.post(1), routes=Routes(providers, guard=known))


async def told(house: House, number: str = NUMBER) -> UUID:
    """Somebody with a phone is to be told something."""
    person_id = uuid4()
    await house.hear(house.contact(person_id, kind="sms", value=number))
    await house.hear(tell(person_id, "receipt"))
    return person_id


def tries(house: House) -> list[tuple[str, str]]:
    return [(row["provider"], row["state"]) for row in house.rows("send_attempt", "started_at")]


async def test_an_sms_goes_out_once_and_waits_for_its_receipt(house: House, second: HttpGateway) -> None:
    await told(house)
    assert await house.send_all(post_by(house, kannel(second, house))) == 1
    (call,) = second.calls
    (row,) = house.rows("send_attempt")
    assert call.headers["x-kannel-to"] == NUMBER
    assert f"ref={row['attempt_id'].hex}&" in call.headers["x-kannel-dlr-url"]
    assert (row["state"], row["cost_e4"]) == ("accepted", 700 * row["segments"])
    assert house.states() == {"receipt": ("awaiting_receipt", "gateway_took_it")}


async def test_a_doubtful_sms_goes_to_no_second_provider_ever(
    house: House, gateway: HttpGateway, second: HttpGateway
) -> None:
    """Section 4.3, rule 3: the way by another provider is for a definite no."""
    await told(house)
    gateway.does = "drop_after_reading"
    for _ in range(8):
        post = post_by(house, seven(gateway, house), kannel(second, house))
        await house.send_all(post)
        await house.sweep(post)
        house.now += timedelta(hours=6)
    assert (len(gateway.calls), second.calls) == (1, [])
    assert [provider for provider, _ in tries(house)] == ["seven"]


@pytest.mark.parametrize("how", ["no_credit", "away"])
async def test_after_a_definite_no_the_next_try_goes_by_another_provider(
    house: House, gateway: HttpGateway, second: HttpGateway, how: str
) -> None:
    await told(house)
    if how == "away":
        await gateway.stop()
    gateway.say(200, {"success": "500"})
    assert await house.send_all(post_by(house, seven(gateway, house), kannel(second, house))) == 1
    assert second.calls == []
    house.now += timedelta(hours=1)
    await house.send_all(post_by(house, seven(gateway, house), kannel(second, house)))
    assert len(second.calls) == 1
    assert [provider for provider, _ in tries(house)] == ["seven", "kannel"]
    assert house.states()["receipt"][0] == "awaiting_receipt"


async def test_the_price_that_a_provider_says_is_kept(house: House, gateway: HttpGateway) -> None:
    await told(house)
    gateway.say(200, TAKEN)
    await house.send_all(post_by(house, seven(gateway, house)))
    (row,) = house.rows("send_attempt")
    assert (row["provider_id"], row["cost_e4"]) == ("4711", 1_500)


async def doubtful(house: House, gateway: HttpGateway) -> str:
    """An SMS that seven.io may have; its reference."""
    house.now += timedelta(seconds=1)
    await told(house)
    gateway.does = "drop_after_reading"
    await house.send_all(post_by(house, seven(gateway, house)))
    assert house.states()["receipt"][0] == "unresolved"
    gateway.does = "answer"
    return str(house.rows("send_attempt", "started_at")[-1]["attempt_id"].hex)


async def test_a_doubt_that_the_journal_knows_is_settled_as_taken(house: House, gateway: HttpGateway) -> None:
    reference = await doubtful(house, gateway)
    gateway.say(200, [{"id": 4711, "foreign_id": reference, "to": NUMBER}])
    post = post_by(house, seven(gateway, house))
    house.now += timedelta(seconds=20)
    assert await looking.look(house.unit, post.routes, Agenda()) == 1
    (row,) = house.rows("send_attempt")
    assert (row["state"], row["provider_id"]) == ("accepted", "4711")
    assert house.states() == {"receipt": ("awaiting_receipt", "found_in_journal")}
    assert [call.method for call in gateway.calls] == ["POST", "GET"]
    assert await looking.look(house.unit, post.routes, Agenda()) == 0


async def test_a_doubt_that_the_journal_does_not_know_is_a_no_once_it_has_settled(
    house: House, gateway: HttpGateway
) -> None:
    """Only then may it go again; before, it would be the second SMS."""
    await doubtful(house, gateway)
    gateway.say(200, [])
    post, agenda = post_by(house, seven(gateway, house)), Agenda[UUID]()
    for minutes in (1, 5, 8):
        house.now += timedelta(minutes=minutes)
        assert await looking.look(house.unit, post.routes, agenda) == 0
    assert [state for _, state in tries(house)] == ["unknown"]
    house.now += timedelta(minutes=6)
    assert await looking.look(house.unit, post.routes, agenda) == 1
    assert [state for _, state in tries(house)] == ["confirmed_absent"]
    gateway.say(200, TAKEN)
    house.now += timedelta(hours=1)
    await house.send_all(post_by(house, seven(gateway, house)))
    assert [state for _, state in tries(house)] == ["confirmed_absent", "accepted"]


async def test_a_journal_that_cannot_be_read_leaves_the_doubt(house: House, gateway: HttpGateway) -> None:
    await doubtful(house, gateway)
    gateway.say(503, b"")
    house.now += timedelta(minutes=20)
    assert await looking.look(house.unit, post_by(house, seven(gateway, house)).routes, Agenda()) == 0
    assert [state for _, state in tries(house)] == ["unknown"]


async def test_a_doubt_that_cannot_be_settled_holds_up_no_other(house: House, gateway: HttpGateway) -> None:
    """What the journal says of it is more than the database takes; it is looked up again, and its deadline comes."""
    post, agenda = post_by(house, seven(gateway, house)), Agenda[UUID]()
    first, other = await doubtful(house, gateway), await doubtful(house, gateway)
    entries = [{"id": name, "foreign_id": of} for name, of in (("47\x0011", first), ("4712", other))]
    gateway.say(200, entries)
    house.now += timedelta(seconds=20)
    assert await looking.look(house.unit, post.routes, agenda) == 1
    assert {row["attempt_id"].hex: row["state"] for row in house.rows("send_attempt")} == {
        first: "unknown",
        other: "accepted",
    }
    gateway.say(200, [{"id": "4711", "foreign_id": first}])
    house.now += timedelta(seconds=20)
    assert await looking.look(house.unit, post.routes, agenda) == 1


async def test_a_provider_without_a_journal_is_not_asked(house: House, second: HttpGateway) -> None:
    await told(house)
    second.does = "drop_after_reading"
    await house.send_all(post_by(house, kannel(second, house)))
    house.now += timedelta(minutes=20)
    assert await looking.look(house.unit, post_by(house, kannel(second, house)).routes, Agenda()) == 0
    assert len(second.calls) == 1


async def test_a_magic_number_of_somebody_living_fails_and_intake_hears(house: House, second: HttpGateway) -> None:
    """Trap 27."""
    await told(house, "+447700900123")
    living = Guard("living", prices_of(""))
    await house.send_all(post_by(house, kannel(second, house), guard=living))
    assert second.connections == 0
    assert house.states()["receipt"] == ("failed", "magic_recipient")
    assert [fact.reason for fact in house.said if isinstance(fact, ContactUnreachable)] == ["magic_recipient"]


@pytest.mark.parametrize(("digits", "state"), [("001", "delivered"), ("007", "failed")])
async def test_in_magic_mode_the_whole_way_is_gone_with_its_receipt(
    house: House, second: HttpGateway, digits: str, state: str
) -> None:
    """And nobody is spoken to: what a rehearsal shows is the machine, not a provider."""
    await told(house, f"+447700900{digits}")
    post = post_by(house, kannel(second, house), guard=Guard("magic", prices_of("")))
    inbox = receiving.Inbox(house.unit, receiving.ReceiptMeters(CollectorRegistry()))
    post.routes.report_to(inbox.keep)
    await house.send_all(post)
    house.now += timedelta(minutes=1)
    await receiving.apply_due(house.unit, inbox.meters)
    assert (house.states()["receipt"][0], second.connections) == (state, 0)


async def test_the_agenda_asks_soon_and_then_less_often(house: House) -> None:
    agenda, asked = Agenda[str](), []
    start = house.now
    for second in range(0, 3_600, 5):
        now = start + timedelta(seconds=second)
        if agenda.due(["one"], now):
            asked.append(second)
            agenda.asked("one", now)
    assert asked[:5] == [0, 15, 45, 105, 225]
    assert {later - earlier for earlier, later in pairwise(asked[6:])} == {300}
    assert agenda.due([], start) == []
    assert agenda.due(["one"], start) == ["one"]  # what was settled is forgotten
