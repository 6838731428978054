"""What notify hears, on a real database: told once, in any order, and nothing against her will."""

import asyncio
import hashlib
import json
from datetime import timedelta
from itertools import permutations
from uuid import UUID, uuid4

import pytest

from lotse_chassis.faults import Refused
from lotse_chassis.personkeys import KeyDestroyed
from lotse_contracts.envelope import Message
from lotse_contracts.notify import (
    ContactUnreachable,
    ErasePerson,
    MessageFailed,
    PersonErased,
    StopTelling,
)
from lotse_notify.store.tables import metadata
from tests.notify.given import ADDRESS, NOW, House, tell

MINUTE = timedelta(minutes=1)


@pytest.fixture
def olena() -> UUID:
    return uuid4()


async def test_what_is_told_is_queued_and_its_reason_written_down(house: House, olena: UUID) -> None:
    await house.hear(house.contact(olena))
    assert await house.hear(tell(olena)) == []
    assert house.states() == {"receipt": ("ready", "due")}
    assert [(row["decision"], row["because"]) for row in house.rows("decision")] == [("ready", "due")]


async def test_it_waits_for_the_contact_and_goes_when_it_comes(house: House, olena: UUID) -> None:
    await house.hear(tell(olena))
    assert house.states() == {"receipt": ("held", "no_contact")}
    await house.hear(house.contact(olena))
    assert house.states() == {"receipt": ("ready", "due")}


async def test_the_address_is_kept_with_her_key_only_and_her_name_not_at_all(house: House, olena: UUID) -> None:
    await house.hear(house.contact(olena))
    everything = str([house.rows(table.name) for table in metadata.sorted_tables])
    assert ADDRESS not in everything
    assert "Шевченко" not in everything
    (row,) = house.rows("contact_point")
    assert house.keys.decrypt(olena, "contact.address", row["address"]) == ADDRESS.encode()


async def test_an_older_contact_changes_nothing(house: House, olena: UUID) -> None:
    await house.hear(house.contact(olena, version=2, value="new@example.org"))
    before = house.rows("contact")
    await house.hear(house.contact(olena, version=1, safe=False))
    await house.hear(house.contact(olena, version=2, value="third@example.org"))
    assert house.rows("contact") == before


async def test_a_contact_that_is_not_sealed_to_us_is_refused_without_a_value(house: House, olena: UUID) -> None:
    other = house.contact(uuid4())
    with pytest.raises(Refused) as refused:
        await house.hear(other.model_copy(update={"person_id": olena}))
    assert (refused.value.code, refused.value.fields) == ("contact_unreadable", ("contact",))


@pytest.mark.parametrize("times", [2, 10])
async def test_told_again_changes_nothing(house: House, olena: UUID, times: int) -> None:
    await house.hear(house.contact(olena))
    for _ in range(times):
        await house.hear(tell(olena))
        await house.hear(house.contact(olena))
    assert len(house.rows("notification")) == 1
    assert len(house.rows("told")) == 1
    assert house.said == []


async def test_another_key_is_another_notice(house: House, olena: UUID) -> None:
    await house.hear(tell(olena, key="k1"))
    await house.hear(tell(olena, key="k2"))
    await house.hear(tell(uuid4(), key="k1"))
    assert len(house.rows("notification")) == 3


async def test_wrong_arguments_are_refused(house: House, olena: UUID) -> None:
    with pytest.raises(Refused) as refused:
        await house.hear(tell(olena, arguments={"surname": "x"}))
    assert (refused.value.code, refused.value.fields) == ("wrong_arguments", ("arguments",))


async def test_too_late_is_said_and_not_sent(house: House, olena: UUID) -> None:
    await house.hear(house.contact(olena))
    (fact,) = await house.hear(tell(olena, useful_by=NOW - MINUTE))
    assert isinstance(fact, MessageFailed)
    assert fact.reason == "too_late"
    assert house.states() == {"receipt": ("expired", "too_late")}


async def test_without_a_provider_it_fails_and_intake_learns_it_once(house: House, olena: UUID) -> None:
    await house.hear(house.contact(olena, kind="sms", value="+4915112345678"))
    for key in ("k1", "k2"):
        await house.hear(tell(olena, key=key))
    await house.send_all(house.post(1))
    facts = house.said
    assert [type(fact) for fact in facts] == [MessageFailed, ContactUnreachable, MessageFailed]
    assert {fact.reason for fact in facts if isinstance(fact, MessageFailed | ContactUnreachable)} == {"no_provider"}
    assert {row["state"] for row in house.rows("notification")} == {"failed"}


async def test_an_address_that_is_none_is_said_to_intake(house: House, olena: UUID) -> None:
    facts = await house.hear(house.contact(olena, value="not an address"))
    assert facts == [ContactUnreachable(person_id=olena, reason="invalid_address")]
    await house.hear(tell(olena))
    assert house.states() == {"receipt": ("held", "invalid_address")}


@pytest.mark.parametrize(
    ("forbidden", "because"), [({"safe": False}, "unsafe"), ({"consented": False}, "not_consented")]
)
async def test_what_may_not_be_pushed_waits_until_it_may(
    house: House, olena: UUID, forbidden: dict[str, bool], because: str
) -> None:
    await house.hear(house.contact(olena, **forbidden))
    await house.hear(tell(olena))
    assert house.states() == {"receipt": ("held", because)}
    await house.hear(house.contact(olena, version=2), at=NOW + MINUTE)
    assert house.states() == {"receipt": ("ready", "due")}
    await house.hear(house.contact(olena, version=3, **forbidden), at=NOW + 2 * MINUTE)
    assert house.states() == {"receipt": ("held", because)}


async def test_a_newer_notice_cancels_the_older_one_it_supersedes(house: House, olena: UUID) -> None:
    await house.hear(house.contact(olena))
    await house.hear(tell(olena, "receipt", key="old"))
    await house.hear(tell(olena, "answer_waits", key="new", supersedes="old"))
    assert house.states() == {"receipt": ("cancelled", "superseded"), "answer_waits": ("ready", "due")}


async def test_the_superseded_notice_may_come_after_the_newer_one(house: House, olena: UUID) -> None:
    await house.hear(house.contact(olena))
    await house.hear(tell(olena, "answer_waits", key="new", supersedes="old"))
    await house.hear(tell(olena, "receipt", key="old"))
    assert house.states() == {"receipt": ("cancelled", "superseded"), "answer_waits": ("ready", "due")}


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_a_stop_for_one_key_holds_in_any_order(house: House, olena: UUID, order: tuple[int, ...]) -> None:
    messages = [house.contact(olena), tell(olena), StopTelling(person_id=olena, dedupe_key="k1")]
    for place in order:
        await house.hear(messages[place])
    assert house.states() == {"receipt": ("cancelled", "stopped")}


def _story(house: House, person_id: UUID) -> list[tuple[Message, int]]:
    """Messages with the minutes at which they were said: a stop of everything, then a new consent, then a notice."""
    return [
        (tell(person_id, "receipt", key="before"), 0),
        (StopTelling(person_id=person_id), 1),
        (house.contact(person_id, version=1, consented=False), 2),
        (house.contact(person_id, version=2), 3),
        (tell(person_id, "answer_waits", key="after"), 4),
    ]


async def test_the_end_is_the_same_in_every_order_and_for_every_repetition(house: House) -> None:
    for order in permutations(range(5)):
        olena = uuid4()
        story = _story(house, olena)
        for place in (*order, *order):
            message, minute = story[place]
            await house.hear(message, at=NOW + minute * MINUTE)
        states = {
            row["template"]: (row["state"], row["because"])
            for row in house.rows("notification")
            if row["person_id"] == olena
        }
        assert states == {"receipt": ("cancelled", "stopped"), "answer_waits": ("ready", "due")}, order


async def test_erased_in_any_order_leaves_nothing_but_the_tombstone(house: House) -> None:
    for order in permutations(range(4)):
        olena = uuid4()
        messages = [house.contact(olena), tell(olena), StopTelling(person_id=olena), ErasePerson(person_id=olena)]
        for place in order:
            await house.hear(messages[place])
        for late in (house.contact(olena, version=9), tell(olena, key="late"), StopTelling(person_id=olena)):
            assert await house.hear(late) == []
        for table in ("contact", "notification", "told", "decision"):
            assert not [row for row in house.rows(table) if row["person_id"] == olena], (order, table)
        (stone,) = [row for row in house.rows("person") if row["person_id"] == olena]
        assert stone["erased_at"] is not None
        assert stone["stopped_at"] is None


async def test_the_receipt_counts_what_is_gone_and_its_digest_can_be_checked(house: House, olena: UUID) -> None:
    await house.hear(house.contact(olena))
    await house.hear(tell(olena))
    (receipt,) = await house.hear(ErasePerson(person_id=olena))
    assert isinstance(receipt, PersonErased)
    counts = {count.store: count.count for count in receipt.counts}
    assert (counts["contact"], counts["notification"], counts["decision"], counts["key"]) == (1, 2, 2, 1)
    body = receipt.model_dump(mode="json", exclude={"digest"})
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
    assert receipt.digest == hashlib.sha256(canonical).hexdigest()


async def test_her_key_is_destroyed(house: House, olena: UUID) -> None:
    await house.hear(house.contact(olena))
    (row,) = house.rows("contact_point")
    await house.hear(ErasePerson(person_id=olena))
    with pytest.raises(KeyDestroyed):
        house.keys.decrypt(olena, "contact.address", row["address"])


async def test_an_erasure_ordered_again_is_answered_again(house: House, olena: UUID) -> None:
    await house.hear(house.contact(olena))
    await house.hear(ErasePerson(person_id=olena))
    (receipt,) = await house.hear(ErasePerson(person_id=olena))
    assert isinstance(receipt, PersonErased)
    assert all(count.count == 0 for count in receipt.counts)


async def test_what_was_said_about_her_is_forgotten_with_her(house: House, olena: UUID) -> None:
    async with house.service.unit() as unit:
        unit.say(ContactUnreachable(person_id=olena, reason="no_provider"))
    assert house.rows("outbox")
    await house.hear(ErasePerson(person_id=olena))
    assert not house.rows("outbox")


async def test_twins_that_wait_for_each_other_leave_the_newest_contact(house: House, olena: UUID) -> None:
    await house.hear(house.contact(olena, version=1))
    versions = [house.contact(olena, version=version, value=f"v{version}@example.org") for version in range(2, 8)]
    await asyncio.gather(*(house.hear(order) for order in reversed(versions)))
    (row,) = house.rows("contact")
    assert row["version"] == 7
    (row,) = house.rows("contact_point")
    assert house.keys.decrypt(olena, "contact.address", row["address"]) == b"v7@example.org"
