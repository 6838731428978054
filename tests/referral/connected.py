"""A referral to the partner on its way, as several tests begin."""

from uuid import UUID

from lotse_contracts.envelope import Sealed
from lotse_contracts.intake import ConsentWithdrawn
from lotse_contracts.referral import (
    ForwardFields,
    ReferralOffered,
)
from tests.referral.desk import Desk, Person, only

FIELDS = Sealed(kid="k", enc="e", ciphertext="c")


async def partners_service(desk: Desk, person: Person) -> UUID:
    await desk.hears(person.accepted())
    return (await desk.suggested(person.concern_id, "Ukrainisches Haus")).service_id


def forwarded(person: Person) -> ForwardFields:
    return ForwardFields(referral_id=person.referral_id, person_id=person.person_id, fields=FIELDS)


def withdrawn(person: Person) -> ConsentWithdrawn:
    return ConsentWithdrawn(consent_id=person.consent_id, person_id=person.person_id, version=2, recipient="plattform")


async def under_way(desk: Desk, person: Person) -> ReferralOffered:
    service_id = await partners_service(desk, person)
    await desk.hears(person.consents())
    await desk.hears(person.connected(service_id, consent_id=person.consent_id))
    return only(ReferralOffered, await desk.hears(forwarded(person)))
