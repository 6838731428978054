"""What proves a consent in writing, and how a consent ends: by itself, at the desk, and by herself."""

import hashlib
import json
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_chassis.faults import Refused
from lotse_contracts import intake, notify
from lotse_contracts.sealed import encode, open_sealed, public_bytes
from lotse_intake.domain.form_codes import code_of
from lotse_intake.handlers.consent_timers import EXPIRY_TIMER
from lotse_intake.providers.attachments import AttachmentFiles, claim_digest
from tests.intake.consenting import allow, asked, consent, fire, person, reason, release
from tests.intake.given import PARTNER, PIN, Intake, enquiry, kinds, only, sealed_to
from tests.intake.papers import pdf
from tests.intake.test_erasures import erased

CODE = "ABCDEFGHJKMNPQRSTVWXYZ0123"


# The proof of one in writing


async def test_one_in_writing_counts_for_some_days_and_then_only_with_its_scan(here: Intake) -> None:
    given_one = consent(await person(here), field_groups=("need_summary",))
    await here.hear(given_one)
    assert (await asked(here, given_one.person_id))[0].state == "pending_proof"
    here.now += timedelta(days=14) - timedelta(microseconds=1)
    assert await reason(here, release(here, given_one)) == ""
    here.now += timedelta(microseconds=1)
    assert await reason(here, release(here, given_one)) == "consent_not_proved"
    assert (await asked(here, given_one.person_id))[0].state == "unproved"
    fact = only(await fire(here), intake.ConsentExpired)
    assert (fact.reason, fact.version) == ("unproved", 2)
    assert await fire(here) == []


async def scan(here: Intake, person_code: str = CODE) -> tuple[UUID, UUID, bytes]:
    """A photo of a form that came with an enquiry: whose, which, and the bytes as they are kept."""
    content = b"%PDF-1.4 signed " + uuid4().bytes
    attachment_id, claim = uuid4(), "c" * 43
    assert here.settings.attachments_folder
    AttachmentFiles(here.settings.attachments_folder, here.keys).place(attachment_id, claim, content)
    with psycopg.connect(here.database.owner_url) as connection:
        connection.execute(
            "INSERT INTO attachment (attachment_id, claim_sha256, media_type, size_bytes, uploaded_at)"
            " VALUES (%s, %s, 'application/pdf', %s, %s)",
            (attachment_id, claim_digest(claim), len(content), here.now),
        )
    attached = intake.AttachmentClaim(attachment_id=attachment_id, claim=claim)
    order = enquiry(here, code=person_code, attachments=(attached,))
    person_id = only(await here.hear(order, actor=None), intake.PersonRegistered).person_id
    return person_id, attachment_id, content


async def test_the_scan_proves_it_also_when_it_comes_late_and_only_its_hash_is_kept(here: Intake) -> None:
    person_id, attachment_id, content = await scan(here)
    given_one = consent(person_id, field_groups=("need_summary",))
    await here.hear(given_one)
    here.now += timedelta(days=20)
    await fire(here)
    order = intake.AttachConsentProof(person_id=person_id, consent_id=given_one.consent_id, attachment_id=attachment_id)
    fact = only(await here.hear(order), intake.ConsentProved)
    assert (fact.version, fact.recipient, fact.kind) == (3, PARTNER, "disclosure")
    assert await here.hear(order) == []
    assert here.rows("SELECT scan_sha256 FROM consent_proof") == [(hashlib.sha256(content).hexdigest(),)]
    assert [one.state for one in await asked(here, person_id) if one.kind == "disclosure"] == ["valid"]
    assert await reason(here, release(here, given_one)) == ""
    assert await fire(here) == []
    withdrawal = intake.WithdrawConsent(person_id=person_id, consent_id=given_one.consent_id)
    assert only(await here.hear(withdrawal), intake.ConsentWithdrawn).version == 4


async def test_what_a_counsellor_scans_proves_it_and_what_was_scanned_with_it(here: Intake) -> None:
    given_one = consent(await person(here))
    secrecy = await allow(here, given_one)
    async with here.http() as http:
        headers = {"Authorization": f"Bearer {here.token()}", "Content-Type": "application/pdf"}
        path = f"/consents/{given_one.consent_id}/proof"
        kept = (await http.post(path, content=pdf(), headers=headers)).json()
    for one in (given_one, secrecy):
        order = intake.AttachConsentProof(
            person_id=one.person_id, consent_id=one.consent_id, attachment_id=UUID(kept["document_id"])
        )
        assert only(await here.hear(order), intake.ConsentProved).consent_id == one.consent_id
    assert {one.state for one in await asked(here, given_one.person_id)} == {"valid"}
    (kept_hash,) = here.rows("SELECT sha256 FROM document")
    assert set(here.rows("SELECT scan_sha256 FROM consent_proof")) == {kept_hash}


async def test_somebody_elses_scan_proves_nothing(here: Intake) -> None:
    _, attachment_id, _ = await scan(here)
    given_one = consent(await person(here))
    await here.hear(given_one)
    for wrong in (attachment_id, uuid4()):
        order = intake.AttachConsentProof(
            person_id=given_one.person_id, consent_id=given_one.consent_id, attachment_id=wrong
        )
        with pytest.raises(Refused, match="unknown_attachment"):
            await here.hear(order)


async def test_one_that_was_not_given_in_writing_has_no_scan(here: Intake) -> None:
    person_id, attachment_id, _ = await scan(here)
    given_one = consent(person_id, method="oral_witnessed", witness="w-2")
    await here.hear(given_one)
    order = intake.AttachConsentProof(person_id=person_id, consent_id=given_one.consent_id, attachment_id=attachment_id)
    with pytest.raises(Refused, match="no_scan_wanted"):
        await here.hear(order)


# Its end


async def test_it_ends_by_itself_and_whether_it_counts_never_waits_for_the_timer(here: Intake) -> None:
    end = here.now + timedelta(days=3)
    given_one = consent(await person(here), valid_to=end, field_groups=("need_summary",))
    await here.hear(given_one)
    here.now = end - timedelta(microseconds=1)
    assert await fire(here) == []
    assert await reason(here, release(here, given_one)) == ""
    here.now = end
    assert await reason(here, release(here, given_one)) == "consent_not_valid"
    fact = only(await fire(here), intake.ConsentExpired)
    assert (fact.reason, fact.recipient, fact.version) == ("valid_to", PARTNER, 2)
    assert await fire(here) == []
    assert (await asked(here, given_one.person_id))[0].state == "expired"


async def test_a_withdrawn_one_does_not_end_again(here: Intake) -> None:
    given_one = consent(await person(here), valid_to=here.now + timedelta(days=3))
    await here.hear(given_one)
    await here.hear(intake.WithdrawConsent(person_id=given_one.person_id, consent_id=given_one.consent_id))
    assert here.rows(f"SELECT 1 FROM timer WHERE kind = '{EXPIRY_TIMER}'") == []
    here.now += timedelta(days=30)
    assert await fire(here) == []


async def test_a_channel_consent_that_ends_is_told_to_notify_and_revives_with_its_scan(here: Intake) -> None:
    person_id, attachment_id, _ = await scan(here)
    await here.hear(notify.OptedOut(person_id=person_id, channel="email"), actor=None)
    given_one = consent(
        person_id,
        kind="contact_channel",
        recipient="auslaenderrat",
        purpose="answer",
        codes=(),
        field_groups=("contact",),
    )
    assert only(await here.hear(given_one), notify.ChangeContact).consented
    here.now += timedelta(days=14)
    said = await fire(here)
    assert kinds(said) == ["evt intake.consent-expired", "cmd notify.change-contact"]
    assert not only(said, notify.ChangeContact).consented
    order = intake.AttachConsentProof(person_id=person_id, consent_id=given_one.consent_id, attachment_id=attachment_id)
    assert only(await here.hear(order), notify.ChangeContact).consented


# By herself


async def test_she_reads_and_takes_back_what_she_agreed_to_with_code_and_pin(here: Intake) -> None:
    person_id = only(await here.hear(enquiry(here, code=CODE), actor=None), intake.PersonRegistered).person_id
    given_one = consent(person_id)
    await allow(here, given_one)
    async with here.http() as http:
        path = f"/enquiries/{CODE}/consents"
        listed = (await http.post(path, json={"pin": PIN})).json()["entries"]
        assert {one["kind"] for one in listed} == {"contact_channel", "disclosure", "secrecy_release"}
        wrong = await http.post(f"{path}/{given_one.consent_id}/withdrawal", json={"pin": "0000"})
        assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_pin")
        for _ in range(2):
            assert (await http.post(f"{path}/{given_one.consent_id}/withdrawal", json={"pin": PIN})).status_code == 204
        others = await http.post(f"{path}/{uuid4()}/withdrawal", json={"pin": PIN})
    assert others.status_code == 404
    assert here.rows("SELECT withdrawn_by FROM consent_withdrawal") == [("person",)]
    assert await reason(here, release(here, given_one)) == "consent_not_valid"


async def test_over_the_broker_it_takes_the_pin_sealed_and_another_persons_consent_is_unknown(here: Intake) -> None:
    order = enquiry(here, code=CODE)
    person_id = only(await here.hear(order, actor=None), intake.PersonRegistered).person_id
    mine, another = consent(person_id), consent(await person(here))
    await here.hear(mine)
    await here.hear(another)

    def withdrawal(consent_id: UUID) -> intake.WithdrawOwnConsent:
        content = intake.OwnWithdrawalContent(pin=PIN)
        sealed = sealed_to(here.seal_key, content, intake.WithdrawOwnConsent, order.receipt_sha256)
        return intake.WithdrawOwnConsent(
            frontend="web", receipt_sha256=order.receipt_sha256, consent_id=consent_id, content=sealed
        )

    with pytest.raises(Refused, match="unknown_consent"):
        await here.hear(withdrawal(another.consent_id), actor=None)
    fact = only(await here.hear(withdrawal(mine.consent_id), actor=None), intake.ConsentWithdrawn)
    assert (fact.kind, fact.recipient) == ("disclosure", PARTNER)
    own = await here.ask(intake.AskOwnConsents(receipt_code=CODE, pin=PIN), actor=None)
    assert {(one.kind, one.state) for one in own.entries} == {("contact_channel", "valid"), ("disclosure", "withdrawn")}


async def test_anybody_may_read_the_texts(here: Intake) -> None:
    async with here.http() as http:
        answer = await http.get("/consent-texts/special_categories", params={"language": "ru"})
        wrong = await http.get("/consent-texts/special_categories", params={"language": "ru", "version": "none"})
        unknown = await http.get("/consent-texts/everything", params={"language": "ru"})
    told = answer.json()
    assert (told["version"], told["draft"], told["language"]) == ("special-categories-2026-11", True, "ru")
    assert told["sections"][0]["heading"] == "Моё заявление"
    assert (wrong.status_code, wrong.json()["code"]) == (404, "unknown_consent_text")
    assert unknown.status_code in (400, 422)


# After her


async def test_after_her_erasure_the_scan_is_gone_and_its_hash_stays(here: Intake) -> None:
    person_id, attachment_id, content = await scan(here)
    given_one = consent(person_id, valid_to=here.now + timedelta(days=30))
    await here.hear(given_one)
    proof = intake.AttachConsentProof(person_id=person_id, consent_id=given_one.consent_id, attachment_id=attachment_id)
    await here.hear(proof)
    assert here.settings.attachments_folder
    files = here.settings.attachments_folder
    assert list(files.glob(f"{attachment_id}*"))
    await erased(here, person_id)
    assert not list(files.glob(f"{attachment_id}*"))
    assert here.rows("SELECT scan_sha256 FROM consent_proof") == [(hashlib.sha256(content).hexdigest(),)]
    assert here.rows(f"SELECT 1 FROM timer WHERE kind = '{EXPIRY_TIMER}'") == []
    assert not (await here.ask(intake.AskConsentOfForm(form_code=code_of(given_one.consent_id)))).known
    with pytest.raises(Refused, match="person_erased"):
        await here.hear(proof)
    async with here.http() as http:
        right = {"Authorization": f"Bearer {here.token()}"}
        answer = await http.get(f"/consents/{given_one.consent_id}/form.pdf", headers=right)
    assert answer.json()["code"] == "person_erased"


async def test_what_she_may_know_about_her_consents_is_in_her_access(here: Intake) -> None:
    person_id, attachment_id, content = await scan(here)
    given_one = consent(person_id)
    await here.hear(given_one)
    proof = intake.AttachConsentProof(person_id=person_id, consent_id=given_one.consent_id, attachment_id=attachment_id)
    await here.hear(proof)
    reader = X25519PrivateKey.generate()
    question = intake.AskPersonData(person_id=person_id, reply_key=encode(public_bytes(reader)))
    answer = await here.ask(question)
    type_name = intake.AskPersonData.type_name()
    told = json.loads(open_sealed(answer.content, reader, type_name=type_name, key=str(person_id)))
    assert {row["kind"] for row in told["consent"]} == {"contact_channel", "disclosure"}
    assert [row["scan_sha256"] for row in told["consent_proof"]] == [hashlib.sha256(content).hexdigest()]
    assert "w-1" not in json.dumps([told["consent"], told["consent_proof"]]), "staff are shown as staff"
