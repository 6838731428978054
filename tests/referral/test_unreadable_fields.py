"""More fields that an office asked back for, and that we cannot open: the referral waits, and the desk sees why."""

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_contracts.intake import ReleaseFields
from lotse_contracts.referral import ActOnReferral, ForwardFields
from lotse_contracts.sealed import public_bytes, seal
from tests.referral.desk import Person, only
from tests.referral.offices import WHOLE, OfficeDesk, browser, referred


async def test_what_an_office_asked_back_and_we_cannot_open_waits_again_with_the_reason(
    office_desk: OfficeDesk,
) -> None:
    """Also where nothing was released before, so that the referral itself needs no consent."""
    person = Person(code="benefits")
    code = office_desk.link_in(await referred(office_desk, person, groups=()))
    async with browser(office_desk) as office:
        await office.open(code)
        await office.answer(code, "request_info", {"question": "fields_missing", "groups": ["identity"]})
    more = ActOnReferral(
        referral_id=person.referral_id,
        action="answer_info",
        answer="given",
        field_groups=("identity",),
        consent_id=person.consent_id,
    )
    order = only(ReleaseFields, await office_desk.hears(more))
    plain = WHOLE.model_dump_json(exclude_none=True).encode()
    name, other = ForwardFields.type_name(), public_bytes(X25519PrivateKey.generate())
    sealed = seal(plain, other, type_name=name, key=str(order.referral_id))
    await office_desk.hears(ForwardFields(referral_id=person.referral_id, person_id=person.person_id, fields=sealed))
    (row,) = office_desk.sql("SELECT state, reason FROM referral")
    assert row == {"state": "info_requested", "reason": "fields_unreadable"}
