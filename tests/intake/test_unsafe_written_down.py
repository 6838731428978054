"""A contact is written down that is not safe, or another one: all who rely on it hear so, for all records of hers."""

from typing import Any, Literal

import pytest

from lotse_contracts import intake, notify
from lotse_contracts.envelope import Message
from lotse_contracts.intake import ContactPoint, FurtherPoint, PersonFields
from tests.intake.given import MAIL, Intake, kinds, known_person, registration, sealed_to
from tests.intake.test_merges import merge

UNSAFE = PersonFields(contact=ContactPoint(kind="email", value=MAIL, safe=False))


def written(
    here: Intake, how: Literal["registered", "corrected"], person_id: Any, fields: PersonFields = UNSAFE
) -> Message:
    if how == "registered":
        return registration(here, person_id, fields)
    sealed = sealed_to(here.seal_key, fields, intake.RectifyPerson, str(person_id))
    return intake.RectifyPerson(person_id=person_id, fields=sealed, reason="told_by_her")


@pytest.mark.parametrize("how", ["registered", "corrected"])
async def test_it_is_said_of_all_records_of_hers(here: Intake, how: Literal["registered", "corrected"]) -> None:
    one, other = await known_person(here), await known_person(here)
    await here.hear(merge(one, other))
    said = await here.hear(written(here, how, one))
    unsafe = [fact.person_id for fact in said if isinstance(fact, intake.ContactSafetyChanged) and not fact.safe]
    assert sorted(unsafe) == sorted((one, other))
    assert {(order.person_id, order.safe) for order in said if isinstance(order, notify.ChangeContact)} == {
        (one, False),
        (other, False),
    }
    assert here.rows("SELECT DISTINCT contact_safe FROM person") == [(False,)]
    again = await here.hear(written(here, how, one))
    assert "evt intake.contact-safety-changed" not in kinds(again), "once"


async def test_a_correction_makes_nothing_safer(here: Intake) -> None:
    person_id = await known_person(here)
    await here.hear(written(here, "registered", person_id))
    fields = PersonFields(contact=ContactPoint(kind="email", value=MAIL))
    await here.hear(written(here, "corrected", person_id, fields))
    assert here.rows("SELECT contact_safe FROM person") == [(False,)]


OTHER = ContactPoint(kind="email", value="other@example.org")
ALONG = ContactPoint(kind="email", value=MAIL, more=(FurtherPoint(kind="sms", value="+4915112345678"),))


@pytest.mark.parametrize("how", ["registered", "corrected"])
@pytest.mark.parametrize(
    ("now", "replaced"),
    [
        (ContactPoint(kind="email", value=MAIL.upper()), False),
        (ALONG, False),
        (OTHER, True),
        (ContactPoint(kind="none"), True),
        (ContactPoint(kind="email", value=MAIL, shared=True), True),
        (ALONG.model_copy(update={"safe": False}), True),
    ],
    ids=["same", "more", "other", "none", "shared", "one unsafe"],
)
async def test_what_was_sent_to_an_address_that_is_hers_no_more_is_to_open_nothing(
    here: Intake, how: Literal["registered", "corrected"], now: ContactPoint, replaced: bool
) -> None:
    person_id = await known_person(here)
    said = await here.hear(written(here, how, person_id, PersonFields(contact=now)))
    facts = [fact for fact in said if isinstance(fact, intake.ContactSafetyChanged)]
    assert [(fact.safe, fact.replaced) for fact in facts] == [(True, True)] * replaced
