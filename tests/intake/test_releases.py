"""The only door: what leaves is what the consent covers, decrypted at the receiver to prove it."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_chassis.faults import Refused
from lotse_contracts import intake, notify, referral
from lotse_contracts.envelope import Message
from lotse_contracts.intake import ContactPoint, PersonFields
from lotse_contracts.sealed import decode, encode, open_sealed, public_bytes, seal
from tests.intake.consenting import allow, consent, release
from tests.intake.given import MAIL, NAME, PARTNER, Intake, enquiry, kinds, known_person, only, registration

WHOLE = PersonFields(
    identity={"name": NAME},
    contact=ContactPoint(kind="email", value=MAIL),
    status={"value": "p24_title"},
    need_summary="sucht eine Wohnung",
    health="canary-health",
    documents=("canary-document",),
)


async def registered(here: Intake) -> UUID:
    person_id = uuid4()
    await here.hear(registration(here, person_id, WHOLE))
    return person_id


def received(here: Intake, said: Sequence[Message]) -> dict[str, Any]:
    """What the other association reads."""
    forwarded = only(said, referral.ForwardFields)
    key = str(forwarded.referral_id)
    plaintext = open_sealed(forwarded.fields, here.partner, type_name=referral.ReferralOffered.type_name(), key=key)
    return PersonFields.model_validate_json(plaintext).model_dump(exclude_none=True)


async def reason(here: Intake, order: intake.ReleaseFields) -> str:
    return only(await here.hear(order, actor=None), intake.FieldsRefused).reason


async def test_exactly_the_consented_groups_arrive(here: Intake) -> None:
    given = consent(await registered(here))
    await allow(here, given)
    said = await here.hear(release(here, given), actor=None)
    assert kinds(said) == ["evt intake.fields-released", "cmd referral.forward-fields"]
    assert received(here, said) == {"identity": {"name": NAME}, "contact": WHOLE.model_dump()["contact"]}
    fact = only(said, intake.FieldsReleased)
    assert fact.field_groups == ("identity", "contact")
    sealed = only(said, referral.ForwardFields).fields
    assert fact.ciphertext_sha256 == hashlib.sha256(decode(sealed.ciphertext)).hexdigest()


async def test_fewer_groups_than_consented_may_be_asked_for_and_only_they_arrive(here: Intake) -> None:
    given = consent(
        await registered(here), field_groups=("identity", "contact", "health", "need_summary"), health_ticked=True
    )
    await allow(here, given)
    said = await here.hear(release(here, given, field_groups=("need_summary",)), actor=None)
    assert received(here, said) == {"need_summary": "sucht eine Wohnung"}


async def test_her_own_words_are_no_field_group(here: Intake) -> None:
    given = consent(await known_person(here), field_groups=("identity", "contact", "need_summary"))
    await allow(here, given)
    said = await here.hear(release(here, given), actor=None)
    assert set(received(here, said)) == {"identity", "contact"}


async def test_fields_leave_once_for_each_referral(here: Intake) -> None:
    given = consent(await registered(here))
    await allow(here, given)
    order = release(here, given)
    await here.hear(order, actor=None)
    before = here.counts()
    for _ in range(10):
        assert await here.hear(order, actor=None) == []
    assert here.counts() == before


UNCOVERED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"recipient": "caritas"}, "unknown_recipient"),
    ({"receiver_key": encode(bytes(32))}, "wrong_receiver_key"),
    ({"receiver_key": "AAAA"}, "wrong_receiver_key"),
    ({"consent_id": uuid4()}, "no_consent"),
    ({"codes": ("housing", "health")}, "codes_not_covered"),
    ({"codes": ()}, "codes_not_covered"),
    ({"field_groups": ("identity", "health")}, "fields_not_covered"),
    ({"field_groups": ()}, "fields_not_covered"),
    ({"person_id": uuid4()}, "unknown_person"),
)


async def test_what_the_consent_does_not_cover_is_refused(here: Intake) -> None:
    given = consent(await registered(here))
    await allow(here, given)
    for changed, why in UNCOVERED:
        assert await reason(here, release(here, given, **changed)) == why


async def test_a_consent_of_another_person_opens_nothing(here: Intake) -> None:
    given = consent(await registered(here))
    await allow(here, given)
    assert await reason(here, release(here, given, person_id=await registered(here))) == "no_consent"


async def test_a_consent_of_another_kind_or_for_another_recipient_opens_nothing(here: Intake) -> None:
    person_id = await registered(here)
    for changed, why in (({"kind": "data_processing"}, "wrong_consent_kind"), ({"recipient": "x"}, "other_recipient")):
        given = consent(person_id, **changed)
        await allow(here, given)
        assert await reason(here, release(here, given)) == why


async def test_an_expired_consent_opens_nothing_and_an_expired_one_is_not_taken(here: Intake) -> None:
    given = consent(await registered(here), valid_to=here.now + timedelta(hours=1))
    await allow(here, given)
    here.now += timedelta(hours=1)
    assert await reason(here, release(here, given)) == "consent_not_valid"
    with pytest.raises(Refused, match="consent_not_valid"):
        await here.hear(consent(given.person_id, valid_to=here.now))


async def test_a_withdrawn_consent_opens_nothing_and_is_withdrawn_once(here: Intake) -> None:
    given = consent(await registered(here))
    await allow(here, given)
    withdrawal = intake.WithdrawConsent(person_id=given.person_id, consent_id=given.consent_id)
    fact = only(await here.hear(withdrawal), intake.ConsentWithdrawn)
    assert (fact.version, fact.recipient) == (2, PARTNER)
    assert await here.hear(withdrawal) == []
    assert await reason(here, release(here, given)) == "consent_not_valid"
    assert await here.hear(given) == []  # the old consent, said again, does not come back


async def test_an_unsafe_contact_does_not_leave_until_a_counsellor_has_asked(here: Intake) -> None:
    person_id = await known_person(here, flags=("violence",))
    given = consent(person_id)
    await allow(here, given)
    assert await reason(here, release(here, given)) == "contact_unsafe"
    safe = PersonFields(contact=ContactPoint(kind="sms", value="+493511234567"))
    change = only(await here.hear(registration(here, person_id, safe)), notify.ChangeContact)
    assert change.safe
    said = await here.hear(release(here, given), actor=None)
    assert received(here, said)["contact"]["value"] == "+493511234567"


async def test_a_refused_release_succeeds_once_its_reason_is_gone(here: Intake) -> None:
    given = consent(await registered(here))
    order = release(here, given)
    assert await reason(here, order) == "no_consent"
    await allow(here, given)
    assert kinds(await here.hear(order, actor=None))[0] == "evt intake.fields-released"


async def test_a_release_is_in_the_access_log(here: Intake) -> None:
    given = consent(await registered(here))
    await allow(here, given)
    await here.hear(release(here, given), actor=None)
    assert here.rows("SELECT action, object_id FROM access_log ORDER BY id")[-1] == ("release", str(given.person_id))


async def test_a_consent_id_is_never_written_over(here: Intake) -> None:
    given = consent(await registered(here))
    await allow(here, given)
    with pytest.raises(Refused, match="consent_id_taken"):
        await here.hear(given.model_copy(update={"person_id": await registered(here)}))


# The other side


def arrival(here: Intake, fields: PersonFields, **changed: Any) -> intake.ReceivePerson:
    referral_id = changed.pop("referral_id", uuid4())
    sealed = seal(
        fields.model_dump_json(exclude_none=True).encode(),
        here.seal_key,
        type_name=referral.ReferralOffered.type_name(),
        key=str(referral_id),
    )
    given: dict[str, Any] = {"referral_id": referral_id, "sender": PARTNER, "language": "uk", "codes": ("housing",)}
    return intake.ReceivePerson(fields=sealed, **{**given, **changed})


async def test_a_referred_person_becomes_ours_with_a_case_once(here: Intake) -> None:
    order = arrival(here, PersonFields(identity={"name": NAME}, contact=WHOLE.contact, need_summary="sucht Wohnung"))
    said = await here.hear(order, actor=None)
    assert kinds(said) == [
        "evt intake.person-registered",
        "evt intake.case-opened",
        "evt intake.concern-raised",
        "cmd notify.change-contact",
    ]
    assert only(said, intake.PersonRegistered).referral_id == order.referral_id
    before = here.counts()
    for _ in range(10):
        assert await here.hear(order, actor=None) == []
    assert here.counts() == before
    (entry,) = (await here.ask(intake.AskInbox())).entries
    assert entry.channel == "partner"


async def test_what_a_counsellor_there_wrote_is_read_here(here: Intake) -> None:
    said = await here.hear(arrival(here, PersonFields(need_summary="sucht Wohnung")), actor=None)
    reader = X25519PrivateKey.generate()
    enquiry_id = only(said, intake.ConcernRaised).enquiry_id
    question = intake.AskEnquiry(enquiry_id=enquiry_id, reply_key=encode(public_bytes(reader)), purpose="counselling")
    (entry,) = (await here.ask(question)).entries
    text = open_sealed(entry.content, reader, type_name=intake.AskEnquiry.type_name(), key=str(enquiry_id))
    assert (entry.by, text.decode()) == ("partner", "sucht Wohnung")


async def test_fields_for_another_referral_or_from_a_stranger_are_refused(here: Intake) -> None:
    order = arrival(here, WHOLE)
    with pytest.raises(Refused, match="cannot_open"):
        await here.hear(order.model_copy(update={"referral_id": uuid4()}), actor=None)
    with pytest.raises(Refused, match="unknown_partner"):
        await here.hear(order.model_copy(update={"sender": "stranger"}), actor=None)
    assert here.counts()["person"] == 0


# The channel's own consent


async def test_stop_ends_the_channel_consent_and_nothing_is_told_any_more(here: Intake) -> None:
    order = enquiry(here)
    person_id = only(await here.hear(order, actor=None), intake.PersonRegistered).person_id
    said = await here.hear(notify.OptedOut(person_id=person_id, channel="email"), actor=None)
    assert kinds(said) == ["evt intake.consent-withdrawn", "cmd notify.change-contact"]
    assert not only(said, notify.ChangeContact).consented
    assert await here.hear(notify.OptedOut(person_id=person_id, channel="email"), actor=None) == []
    assert here.rows("SELECT contact_consented, contact_version FROM person") == [(False, 2)]


async def test_a_channel_consent_at_the_desk_lets_notify_tell_again(here: Intake) -> None:
    person_id = await known_person(here, consent_to_contact=False)
    given = consent(person_id, kind="contact_channel", recipient="auslaenderrat", codes=(), field_groups=("contact",))
    change = only(await here.hear(given), notify.ChangeContact)
    assert (change.consented, change.version) == (True, 2)
    withdrawal = intake.WithdrawConsent(person_id=person_id, consent_id=given.consent_id)
    said = await here.hear(withdrawal)
    assert kinds(said) == ["evt intake.consent-withdrawn", "cmd notify.change-contact"]
    change = only(said, notify.ChangeContact)
    assert (change.consented, change.version) == (False, 3)


async def test_an_unreachable_person_is_told_nothing_until_she_has_another_contact(here: Intake) -> None:
    person_id = await known_person(here)
    for _ in range(3):
        await here.hear(notify.ContactUnreachable(person_id=person_id, reason="bounced"), actor=None)
    assert here.rows("SELECT unreachable, version FROM person") == [(True, 2)]
    await here.hear(registration(here, person_id, PersonFields(contact=WHOLE.contact)))
    assert here.rows("SELECT unreachable FROM person") == [(False,)]
