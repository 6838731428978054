"""A person is forgotten for good: in any order of receipts, and whatever comes late."""

import hashlib
from itertools import permutations
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import rfc8785

from lotse_chassis import links
from lotse_chassis.faults import Refused
from lotse_chassis.personkeys import KeyDestroyed
from lotse_contracts import intake, ledger, notify, referral
from lotse_contracts.envelope import Message
from lotse_contracts.intake import PersonFields
from lotse_contracts.person import ErasureReceipt
from tests.intake.consenting import consent, release
from tests.intake.given import Intake, enquiry, kinds, known_person, only, registration
from tests.intake.test_conversations import addition, answer
from tests.intake.test_releases import arrival

OTHERS: tuple[type[ErasureReceipt], ...] = (referral.PersonErased, notify.PersonErased, ledger.PersonErased)
ORDERED = [
    "evt intake.erasure-begun",
    "cmd intake.erase-person",
    "cmd referral.erase-person",
    "cmd notify.erase-person",
    "cmd ledger.erase-person",
]


async def erased(here: Intake, person_id: UUID) -> None:
    """The whole saga."""
    await here.hear(intake.BeginErasure(person_id=person_id))
    await here.hear(intake.ErasePerson(person_id=person_id), actor=None)
    for kind in OTHERS:
        await here.hear(kind(person_id=person_id, digest="0" * 64), actor=None)


async def test_every_service_is_told_and_she_is_frozen(here: Intake) -> None:
    person_id = await known_person(here)
    assert kinds(await here.hear(intake.BeginErasure(person_id=person_id))) == ORDERED
    assert await here.hear(intake.BeginErasure(person_id=person_id)) == []
    with pytest.raises(Refused, match="person_erased"):
        await here.hear(consent(person_id))


async def test_what_was_sealed_on_its_way_here_is_not_opened_again(here: Intake) -> None:
    person_id = await known_person(here)
    await here.hear(intake.ErasePerson(person_id=person_id), actor=None)
    assert here.rows("SELECT count(*) FROM timer WHERE kind = 'seal-key-replace'") == [(1,)]


async def test_four_receipts_in_any_order_and_twice_confirm_once(here: Intake) -> None:
    for order in permutations(range(4)):
        person_id = await known_person(here)
        await here.hear(intake.BeginErasure(person_id=person_id))
        steps: list[Message] = [intake.ErasePerson(person_id=person_id)]
        steps += [kind(person_id=person_id, digest="0" * 64) for kind in OTHERS]
        said: list[Message] = []
        for number, place in enumerate((*order, *order)):
            assert here.keys.holds(person_id) == (number < 4)
            said += await here.hear(steps[place], actor=None)
        assert only(said, intake.ErasureConfirmed).services == ("intake", "referral", "notify", "ledger")
        with pytest.raises(KeyDestroyed):
            here.keys.encrypt(person_id, "x", b"x")


async def test_a_death_before_the_commit_of_any_step_is_made_good_by_the_next_delivery(here: Intake) -> None:
    person_id = await known_person(here)
    steps: list[Message] = [intake.BeginErasure(person_id=person_id), intake.ErasePerson(person_id=person_id)]
    steps += [kind(person_id=person_id, digest="0" * 64) for kind in OTHERS]
    said: list[Message] = []
    for step in steps:
        await here.lose(step)
        await here.lose(step)
        said += await here.hear(step)
    assert only(said, intake.ErasureConfirmed).person_id == person_id
    assert not here.keys.holds(person_id)
    assert here.counts()["person"] == 0


async def test_receipts_that_come_before_the_erasure_is_known_count(here: Intake) -> None:
    person_id = await known_person(here)
    for kind in OTHERS:
        assert await here.hear(kind(person_id=person_id, digest="0" * 64), actor=None) == []
    assert kinds(await here.hear(intake.BeginErasure(person_id=person_id))) == ORDERED
    said = await here.hear(intake.ErasePerson(person_id=person_id), actor=None)
    assert kinds(said) == ["evt intake.person-erased", "evt intake.erasure-confirmed"]


async def test_the_receipt_counts_what_went_and_what_stays_and_its_digest_can_be_checked(here: Intake) -> None:
    person_id = await known_person(here)
    await here.hear(intake.BeginErasure(person_id=person_id))
    receipt = only(await here.hear(intake.ErasePerson(person_id=person_id), actor=None), intake.PersonErased)
    counts = {one.store: one.count for one in receipt.counts}
    assert counts["person"] == counts["enquiry"] == counts["entry"] == counts["concern"] == counts["case_file"] == 1
    assert {one.store: one.count for one in receipt.kept} == {"consent": 1, "access_log": 2, "erasure": 1}
    whole = receipt.model_dump(mode="json", exclude={"digest"})
    assert receipt.digest == hashlib.sha256(rfc8785.dumps(whole)).hexdigest()


async def test_nothing_of_her_is_left_but_the_proofs(here: Intake, tmp_path: Path) -> None:
    code, digest = links.new_code()
    order = enquiry(here, code=code)
    person_id = only(await here.hear(order, actor=None), intake.PersonRegistered).person_id
    await here.hear(answer(here, order.enquiry_id))
    await erased(here, person_id)
    counts = here.counts()
    assert {name for name in ("person", "enquiry", "entry", "concern", "case_file") if counts[name]} == set()
    assert here.rows(f"SELECT count(*) FROM outbox WHERE key = '{person_id}' AND kind <> 'evt'") == [(0,)]
    assert digest.encode() not in here.whole_database()
    assert not list((tmp_path / "keys").glob(f"{person_id}.key"))


async def test_an_erased_person_stays_erased_whatever_comes_late(here: Intake) -> None:
    code, _ = links.new_code()
    order = enquiry(here, code=code)
    person_id = only(await here.hear(order, actor=None), intake.PersonRegistered).person_id
    given = consent(person_id)
    await here.hear(given)
    concern_id = here.rows("SELECT concern_id FROM concern")[0][0]
    await erased(here, person_id)
    before = here.counts()
    assert await here.hear(order, actor=None) == []
    assert await here.hear(intake.BeginErasure(person_id=person_id)) == []
    assert await here.hear(notify.OptedOut(person_id=person_id, channel="email"), actor=None) == []
    assert await here.hear(notify.ContactUnreachable(person_id=person_id, reason="bounced"), actor=None) == []
    refused = only(await here.hear(release(here, given), actor=None), intake.FieldsRefused)
    assert refused.reason == "person_erased"
    late: list[Message] = [
        registration(here, person_id, PersonFields(identity={"name": "x"})),
        given,
        answer(here, order.enquiry_id),
        addition(here, code),
        intake.AcceptConcern(concern_id=concern_id),
        intake.WithdrawConsent(person_id=person_id, consent_id=given.consent_id),
    ]
    for message in late:
        with pytest.raises(Refused):
            await here.hear(message)
    after = here.counts()
    after["outbox"] = before["outbox"]  # the refusal was said
    assert after == before
    assert not (await here.ask(intake.AskEnquiryState(receipt_code=code), actor=None)).known
    question = intake.AskPersonData(person_id=person_id, reply_key="A" * 43)
    assert not (await here.ask(question)).held


async def test_an_erased_person_who_came_by_referral_is_not_brought_back_by_its_repetition(here: Intake) -> None:
    order = arrival(here, PersonFields(identity={"name": "x"}))
    person_id = only(await here.hear(order, actor=None), intake.PersonRegistered).person_id
    await erased(here, person_id)
    assert await here.hear(order, actor=None) == []
    assert here.counts()["person"] == 0


async def test_the_erasure_of_an_unknown_person_is_refused(here: Intake) -> None:
    with pytest.raises(Refused, match="unknown_person"):
        await here.hear(intake.BeginErasure(person_id=uuid4()))


async def test_other_persons_are_untouched(here: Intake) -> None:
    stays, goes = await known_person(here), await known_person(here)
    await erased(here, goes)
    assert here.rows("SELECT person_id FROM person") == [(stays,)]
    assert here.keys.holds(stays)
