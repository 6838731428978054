"""Composition root: the table of what referral hears, says and answers."""

from functools import partial

from lotse_chassis.migrate import expected
from lotse_chassis.otherkeys import OtherKey, learning
from lotse_chassis.service import Service
from lotse_contracts import intake, notify, referral
from lotse_referral.domain.checkbacks import CHECKBACK, VISIT_CHECK
from lotse_referral.handlers import (
    answering,
    appointments,
    calendars,
    checkbacks,
    consenting,
    erasing,
    incoming,
    interpreters,
    matching,
    noticing,
    places,
    proposing,
    questions,
    safety,
    sending,
    stopping,
    waiting,
)
from lotse_referral.handlers.telling import OwnPages, with_links
from lotse_referral.http import calendar, hsds, own_page
from lotse_referral.migrations import MIGRATIONS
from lotse_referral.problems import PROBLEM_TEXTS
from lotse_referral.settings import ReferralSettings


def build(settings: ReferralSettings) -> Service:
    service = Service("referral", settings, problems=PROBLEM_TEXTS, migrations=expected(MIGRATIONS))
    keys = {name: partner.intake_seal for name, partner in service.partners.items()}

    as_of = settings.directory_as_of
    pages = OwnPages(settings.public_url, OtherKey())
    service.hears(intake.ConcernAccepted, partial(matching.concern_accepted, as_of=as_of))
    service.hears(intake.ConcernMoved, stopping.concern_moved)
    service.hears(intake.ConsentGiven, partial(consenting.consent_given, keys=keys))
    service.hears(intake.ConsentProved, partial(consenting.consent_proved, keys=keys))
    service.hears(intake.ConsentWithdrawn, consenting.consent_withdrawn)
    service.hears(intake.FieldsRefused, consenting.fields_refused)
    service.hears(intake.PersonRegistered, incoming.person_registered)

    service.hears(referral.ProposeServices, partial(matching.propose, as_of=as_of))
    service.hears(referral.SendReferral, with_links(pages, partial(sending.send, keys=keys, as_of=as_of)))
    service.hears(referral.ForwardFields, with_links(pages, sending.forward))
    service.hears(referral.AnswerReferral, answering.answer)
    service.hears(referral.BookPlace, places.book)
    service.hears(referral.ErasePerson, erasing.erase)
    service.hears(referral.TellRecipient, noticing.tell_recipient)

    service.hears(referral.ReferralOffered, incoming.offered)
    service.hears(referral.ReferralAnswered, answering.answered)
    service.hears(referral.ConsentWithdrawnNotice, incoming.consent_withdrawn_notice)
    service.hears(referral.ConsentWithdrawalAcknowledged, answering.withdrawal_acknowledged)
    service.hears(referral.ErasureNotice, incoming.erasure_notice)
    service.hears(referral.FieldsNotice, noticing.fields_notice)

    service.answers(referral.AskSuggestions, partial(questions.suggestions, partners=frozenset(keys)))
    service.answers(referral.AskReferralActions, questions.allowed_actions)
    service.answers(referral.AskOpenReferrals, questions.open_referrals)
    service.answers(referral.AskPersonData, questions.person_data)

    _hear_appointments(service)
    _hear_own_page(service, settings, pages)

    service.serves(hsds.routes(service.engine, settings.public_url))
    return service


def _hear_appointments(service: Service) -> None:
    """Appointments, the times that offices propose, interpreters, calendars, waiting lists of services."""
    service.hears(intake.CaseAssigned, waiting.case_assigned)
    service.hears(referral.FixAppointment, appointments.fix)
    service.hears(referral.ProposeTimes, proposing.propose)
    service.hears(referral.AnswerProposal, proposing.answer)
    service.hears(referral.RequestInterpreter, interpreters.request)
    service.hears(referral.AnswerInterpreter, interpreters.answer)
    service.hears(referral.ShareCalendar, calendars.share)
    service.hears(referral.RevokeCalendar, calendars.revoke)
    service.hears(referral.NoteWaitlist, waiting.note)
    service.answers(referral.AskInterpreterBooking, interpreters.booking)
    service.answers(referral.AskCalendarFile, calendars.ask_file)
    service.serves(calendar.routes(service.engine, service.association, service.now))


def _hear_own_page(service: Service, settings: ReferralSettings, pages: OwnPages) -> None:
    """Her own page, and what she is asked back."""
    service.hears(intake.ContactSafetyChanged, safety.contact_safety_changed)
    service.hears(notify.MessageFailed, safety.message_failed)
    service.hears(referral.AnswerCheckback, checkbacks.answer)
    service.on_timer(CHECKBACK, partial(checkbacks.due, pages=pages))
    service.on_timer(VISIT_CHECK, partial(checkbacks.visit_due, pages=pages))
    service.works("notify-key", learning(service.ask, notify.AskSealingKey(), pages.notify_key))
    service.serves(own_page.routes(service, settings))
