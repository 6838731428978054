"""Composition root: the table of what intake hears, answers and does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi.middleware.cors import CORSMiddleware
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from lotse_chassis import migrate
from lotse_chassis.calendar import add_working_hours
from lotse_chassis.database import engine_of
from lotse_chassis.otherkeys import OtherKey, learning
from lotse_chassis.personkeys import PersonKeys
from lotse_chassis.service import Service
from lotse_chassis.settings import SettingsInvalid, secret
from lotse_contracts import intake, ledger, notify, referral
from lotse_intake import workers
from lotse_intake.domain.retention import Policy
from lotse_intake.handlers import (
    access,
    acting,
    arrivals,
    bulk,
    casework,
    channel,
    codes,
    concerns,
    consent_proofs,
    consent_questions,
    consent_texts,
    consent_timers,
    consents,
    conversations,
    deadlines,
    erasure_requests,
    erasures,
    handover_answering,
    handover_asking,
    handover_listing,
    handover_questions,
    holding,
    inbox,
    index_work,
    matching,
    merges,
    own_withdrawals,
    persons,
    questions,
    receiving,
    recording,
    releases,
    retention,
    rights,
    safety,
    seen_by,
    staffing,
    statistics,
    striking,
    subject_access,
    telling,
    ticking,
    withdrawing,
)
from lotse_intake.http import attachments, documents, enquiries, helping, withdrawals
from lotse_intake.http import consents as consents_face
from lotse_intake.http import handover as handover_over_http
from lotse_intake.http import rights as rights_over_http
from lotse_intake.migrations import MIGRATIONS
from lotse_intake.problems import PROBLEM_TEXTS
from lotse_intake.providers.attachments import AttachmentFiles
from lotse_intake.providers.cleaning import Cleaning
from lotse_intake.providers.consent_texts import TextsInvalid, read_texts
from lotse_intake.providers.kinds import read_kinds
from lotse_intake.providers.office import Office
from lotse_intake.providers.pepper import read_pepper
from lotse_intake.providers.retention_rules import read_rules
from lotse_intake.providers.wordlist import read_words
from lotse_intake.settings import IntakeSettings

OWN_TRANSACTIONS_MAX = (
    2  # at once; they have connections of their own, so that they never wait for whoever waits for them
)


def build(settings: IntakeSettings) -> Service:
    """Intake, ready to run."""
    return assembled(settings)[0]


def assembled(settings: IntakeSettings) -> tuple[Service, Office]:
    """Intake and what its handlers stand on, for an administrator's command."""
    service = Service("intake", settings, problems=PROBLEM_TEXTS, migrations=migrate.expected(MIGRATIONS))
    own_engine = engine_of(settings.database_url)
    office = _office(service, settings, own_engine)
    _hear(service, office)
    _answer(service, office)
    _work(service, office)
    _match(service, office)
    _consent(service, office)
    _write_down(service, office)
    _grant_rights(service, office)
    casework.declare(service, office, read_kinds())
    service.works("orphans", workers.sweep_orphans(service, office.files))
    _hand_over(service, office)
    service.on_timer(telling.CONTACT_TIMER, partial(telling.contact_due, office))
    cleaning = Cleaning()
    service.serves(attachments.router(service, office, cleaning, settings))
    service.serves(documents.router(service, office, cleaning, settings))
    service.serves(enquiries.router(service, office, settings))
    service.serves(helping.router(service, office, settings))
    service.serves(withdrawals.router(service, office, settings))
    service.serves(consents_face.router(service, office, settings))
    service.serves(rights_over_http.router(service, office, settings))
    service.serves(handover_over_http.router(service, office, settings))
    if origins := [origin.strip() for origin in settings.web_origins.split(",") if origin.strip()]:
        service.http.add_middleware(
            CORSMiddleware, allow_origins=origins, allow_methods=["GET", "POST"], allow_headers=["*"]
        )
    add_working_hours(service.now(), 1)  # the holidays take a moment to load, which no first enquiry shall wait for
    service.works("notify-key", workers.learn_notify_key(service, office))
    service.works("referral-key", learning(service.ask, referral.AskSealingKey(), office.referral_key))
    service.works("files", workers.sweep_files(service, office.files))
    service.works("retention", workers.keep_retention_set(service))
    service.works("own-transactions", workers.dispose_at_end(own_engine))
    return service, office


def _hear(service: Service, office: Office) -> None:
    service.hears_many(intake.SubmitEnquiry, partial(arrivals.submit_enquiries, office))
    service.hears(intake.AddToEnquiry, partial(conversations.add_to_enquiry, office))
    service.hears(intake.AnswerEnquiry, partial(conversations.answer_enquiry, office))
    service.hears(intake.RegisterPerson, partial(persons.register_person, office))
    service.hears(intake.ReceivePerson, partial(receiving.receive_person, office))
    service.hears(intake.ReceiveMoreFields, partial(receiving.receive_more, office))
    service.hears(intake.PublishStatistics, statistics.publish_statistics)
    service.hears(intake.HandInReport, statistics.hand_in_report)
    service.hears(notify.ContactUnreachable, persons.hear_unreachable)


def _answer(service: Service, office: Office) -> None:
    service.answers(intake.AskEnquiryState, questions.enquiry_state)
    service.answers(intake.AskConversation, partial(questions.conversation, office))
    service.answers(intake.AskEnquiry, partial(questions.enquiry, office))
    service.answers(intake.AskSealingKey, partial(questions.sealing_key, office))


def _work(service: Service, office: Office) -> None:
    """What is done with concerns, by whom, and by when."""
    service.hears(intake.AcceptConcern, concerns.accept_concern)
    service.hears(intake.ActOnConcern, acting.act_on_concern)
    service.hears(intake.BulkActOnConcerns, bulk.act_on_many)
    service.hears(intake.WithdrawEnquiry, partial(withdrawing.withdraw_enquiry, office))
    service.hears(referral.ReferralSent, concerns.hear_sent)
    service.hears(referral.ReferralCompleted, concerns.hear_completed)
    for end in concerns.ENDS_WITHOUT_OUTCOME:
        service.hears(end, concerns.hear_ended)
    service.hears(intake.EnrolStaff, staffing.enrol_staff)
    service.hears(intake.SetAbsence, staffing.set_absence)
    service.hears(intake.RetireStaff, staffing.retire_staff)
    service.on_timer(ticking.CONCERN_TIMER, striking.struck)
    service.answers(intake.AskInbox, inbox.ask_inbox)
    service.answers(intake.AskConcernActions, acting.concern_actions)
    service.answers(intake.AskBulkPreview, bulk.ask_preview)
    service.answers(intake.AskStaff, staffing.ask_staff)


def _write_down(service: Service, office: Office) -> None:
    """What staff record, letters and their deadlines, lists of codes, and help in an emergency."""
    service.hears(intake.RecordEnquiry, partial(recording.record_enquiry, office))
    service.hears(intake.RecordAddition, partial(recording.record_addition, office))
    service.hears(intake.GiveReceipt, partial(recording.give_receipt, office))
    service.hears(intake.DescribeLetter, partial(recording.describe_letter, office))
    service.hears(intake.MarkContactSafe, partial(safety.mark_contact_safe, office))
    service.hears(intake.RegisterDeadline, deadlines.register_deadline)
    service.hears(intake.ConfirmDeadline, deadlines.confirm_deadline)
    service.hears(intake.SettleDeadline, deadlines.settle_deadline)
    service.on_timer(deadlines.DEADLINE_TIMER, deadlines.deadline_due)
    service.answers(intake.AskDeadlines, deadlines.ask_deadlines)
    service.answers(intake.AskCodeList, codes.ask_code_list)
    service.answers(intake.AskEmergencyHelp, codes.ask_emergency_help)


def _consent(service: Service, office: Office) -> None:
    """What a person agrees to, and the only door through which her fields leave."""
    service.hears(intake.GiveConsent, partial(consents.give_consent, office))
    service.hears(intake.GiveConsents, partial(consents.give_consents, office))
    service.hears(intake.AttachConsentProof, partial(consent_proofs.attach_consent_proof, office))
    service.hears(intake.WithdrawConsent, partial(consents.withdraw_consent, office))
    service.hears(intake.WithdrawOwnConsent, partial(own_withdrawals.withdraw_own_consent, office))
    service.hears(intake.WithdrawProvedConsent, partial(own_withdrawals.withdraw_proved_consent, office))
    service.hears(notify.OptedOut, partial(consents.hear_opted_out, office))
    service.hears(notify.OptedIn, partial(channel.hear_opted_in, office))
    service.hears(intake.ReleaseFields, partial(releases.release_fields, office))
    service.answers(intake.AskConsents, consent_questions.ask_consents)
    service.answers(intake.AskConsentOfForm, consent_questions.ask_consent_of_form)
    service.answers(intake.AskHolder, partial(holding.ask_holder, office))
    service.answers(intake.AskOwnConsents, partial(consent_questions.ask_own_consents, office))
    service.answers(intake.AskConsentText, partial(consent_texts.ask_consent_text, office))
    service.on_timer(consent_timers.EXPIRY_TIMER, partial(consent_timers.consent_due, office))
    service.works("consent-texts", workers.check_texts(service, office.consents))


def _match(service: Service, office: Office) -> None:
    """Who is known here already, and which records are one person's."""
    service.hears(intake.MergePersons, partial(merges.merge_persons, office))
    service.hears(intake.UnmergePersons, merges.unmerge_persons)
    service.hears(intake.DismissDuplicate, merges.dismiss_duplicate)
    service.answers(intake.AskDuplicates, matching.ask_duplicates)
    service.answers(intake.AskDuplicatePair, partial(matching.duplicate_pair, office))
    service.answers(intake.AskFindPersons, partial(matching.find_persons, office))
    service.works("index", index_work.keep_index(service, office))


def _grant_rights(service: Service, office: Office) -> None:
    """What a person may ask of us: access, correction, restriction, erasure, and who has seen her data."""
    service.hears(intake.BeginErasure, partial(erasures.begin_erasure, office))
    service.hears(intake.ErasePerson, partial(erasures.erase_person, office))
    for receipt in (referral.PersonErased, notify.PersonErased, ledger.PersonErased):
        service.hears(receipt, partial(erasures.hear_erased, office))
    service.hears(intake.RefuseErasure, erasure_requests.refuse_erasure)
    service.hears(intake.PlaceHold, rights.place_hold)
    service.hears(intake.LiftHold, rights.lift_hold)
    service.hears(intake.RestrictPerson, rights.restrict_person)
    service.hears(intake.RectifyPerson, partial(rights.rectify_person, office))
    service.on_timer(erasures.PURGE_TIMER, partial(erasures.purge_due, service.purge))
    service.on_timer(erasures.TARGET_TIMER, erasures.overdue)
    service.on_timer(erasures.DUE_TIMER, erasures.overdue)
    service.on_timer(retention.NIGHTLY_TIMER, partial(retention.nightly, office))
    service.on_timer(erasure_requests.UNDECIDED_TIMER, erasure_requests.undecided)
    service.answers(intake.AskReport, statistics.report)
    service.answers(intake.AskPersonData, partial(subject_access.person_data, office))
    service.answers(intake.AskSubjectAccess, partial(access.answer_access, office, service.ask))
    service.answers(intake.AskSeenBy, seen_by.seen_by)
    service.answers(intake.AskOwnSeenBy, partial(seen_by.own_seen_by, office))
    service.answers(intake.AskErasure, erasure_requests.erasure_state)


def _hand_over(service: Service, office: Office) -> None:
    """Who is taken along when the project ends: asking, answering, and how far each is."""
    service.hears(intake.AskAboutHandover, handover_asking.ask_about_handover)
    service.hears(intake.AnswerHandover, partial(handover_answering.answer_handover, office))
    service.hears(intake.RecordHandoverAnswer, partial(handover_answering.record_handover_answer, office))
    service.on_timer(handover_asking.REMINDER_TIMER, handover_asking.reminder_due)
    service.answers(intake.AskHandoverQuestion, handover_questions.handover_question)
    service.answers(intake.AskHandoverConsent, partial(handover_questions.handover_consent, office))
    service.answers(intake.AskHandoverList, handover_listing.handover_list)


def _office(service: Service, settings: IntakeSettings, own_engine: AsyncEngine) -> Office:
    if service.seal_key is None or service.ring is None:
        raise SettingsInvalid("missing: LOTSE_SEAL_KEY_FILE")
    if settings.keys_folder is None:
        raise SettingsInvalid("missing: LOTSE_KEYS_FOLDER")
    if settings.attachments_folder is None:
        raise SettingsInvalid("missing: LOTSE_ATTACHMENTS_FOLDER")
    if settings.kek_file is None or not settings.kek_file.exists():
        raise SettingsInvalid("missing: LOTSE_KEK_FILE")
    keys = PersonKeys(settings.keys_folder, settings.kek_file)
    try:
        notify_key = OtherKey(settings.notify_seal_key)
    except ValueError:
        raise SettingsInvalid("wrong: LOTSE_NOTIFY_SEAL_KEY") from None
    try:
        texts = read_texts(settings.consent_texts_folder)
    except TextsInvalid as fault:
        raise SettingsInvalid(f"wrong: LOTSE_CONSENT_TEXTS_FOLDER ({fault})") from None
    turn = asyncio.Semaphore(OWN_TRANSACTIONS_MAX)

    @asynccontextmanager
    async def own_transaction() -> AsyncIterator[AsyncConnection]:
        async with turn, own_engine.begin() as tx:
            yield tx

    return Office(
        association=settings.association,
        seal_key=service.seal_key,
        ring=service.ring,
        keys=keys,
        files=AttachmentFiles(settings.attachments_folder, keys),
        words=read_words(settings.urgent_words_file),
        partners=service.partners,
        notify_key=notify_key,
        referral_key=OtherKey(""),
        own_transaction=own_transaction,
        now=service.now,
        pepper=read_pepper(settings.pepper_file, secret(settings.kek_file, "kek_file")),
        consents=texts,
        needs_secrecy_release=settings.needs_secrecy_release,
        emergency_office=settings.emergency_office,
        retention=_retention_rules(settings),
    )


def _retention_rules(settings: IntakeSettings) -> Policy:
    try:
        return read_rules(settings.retention_file)
    except (OSError, ValueError) as fault:
        raise SettingsInvalid(f"wrong: LOTSE_RETENTION_FILE ({fault})") from None
