"""Composition root: the table of what referral hears, says and answers."""

from datetime import date
from functools import partial

from lotse_chassis.migrate import expected
from lotse_chassis.otherkeys import OtherKey, learning
from lotse_chassis.personkeys import PersonKeys
from lotse_chassis.service import Service
from lotse_chassis.settings import SettingsInvalid
from lotse_contracts import intake, notify, referral
from lotse_referral.domain.checkbacks import CHECKBACK, VISIT_CHECK
from lotse_referral.domain.clocks import KINDS, REMATCH
from lotse_referral.handlers import (
    acting,
    answering,
    calendars,
    calls,
    checkbacks,
    consenting,
    correspondence,
    delivering,
    desk,
    directory,
    erasing,
    group_views,
    groups,
    heads,
    incoming,
    informing,
    interpreters,
    matching,
    news,
    noticing,
    person_data,
    places,
    proposing,
    reasking,
    rematching,
    reports,
    safety,
    scheduling,
    sending,
    sign_up,
    stopping,
    suggesting,
    tasks,
    ticking,
    waiting,
)
from lotse_referral.handlers.carrying import HELD_TIMER, LINK_TIMER
from lotse_referral.handlers.releasing import Keys
from lotse_referral.handlers.telling import OwnPages, with_links
from lotse_referral.http import calendar, cards, group_pages, hsds, letters, office, own_page
from lotse_referral.http import groups as group_face
from lotse_referral.migrations import MIGRATIONS
from lotse_referral.problems import PROBLEM_TEXTS, STATUSES
from lotse_referral.providers.knowledge import knowledge
from lotse_referral.providers.offices import NAMES, Offices, Sender
from lotse_referral.providers.vault import Vault
from lotse_referral.settings import ReferralSettings
from lotse_referral.store.offers import Catalogue


def build(settings: ReferralSettings) -> Service:
    """Referral, ready to run."""
    return assembled(settings)[0]


def assembled(settings: ReferralSettings) -> tuple[Service, Offices]:
    """Referral, and what speaking to offices stands on."""
    service = Service("referral", settings, PROBLEM_TEXTS, expected(MIGRATIONS), statuses=STATUSES)
    keys = _keys(service)

    as_of = settings.directory_as_of
    pages = OwnPages(settings.public_url, _notify_key(settings))
    matcher = matching.Matcher(Catalogue(knowledge()), as_of)
    _hear_consents(service, keys, pages)
    _hear_referrals(service, keys, pages, matcher)
    _hear_partners(service, pages)
    _hear_directory(service, as_of)

    service.hears(referral.TellRecipient, noticing.tell_recipient)

    _hear_matching(service, matcher, frozenset(keys.partners))
    _hear_appointments(service, pages)
    _hear_groups(service, settings, pages)
    _answer_the_desk(service)
    vault = _vault(service, settings)
    _hear_rights(service, pages, vault)
    offices = Offices(settings.public_url, _sender(settings), pages.notify_key, vault)
    _hear_offices(service, pages, offices)
    _hear_own_page(service, settings, pages)
    _hear_reports(service)

    service.serves(hsds.routes(service.engine, settings.public_url))
    service.serves(cards.routes(service.engine, lambda: matcher.moment(service.now())))
    return service, offices


def _hear_matching(service: Service, matcher: matching.Matcher, partners: frozenset[str]) -> None:
    """Which services fit a concern, and why."""
    service.hears(intake.ConcernAccepted, partial(matching.concern_accepted, matcher=matcher))
    service.hears(referral.ProposeServices, partial(matching.propose, matcher=matcher))
    service.answers(referral.AskSuggestions, partial(suggesting.suggestions, partners=partners))


def _notify_key(settings: ReferralSettings) -> OtherKey:
    try:
        return OtherKey(settings.notify_seal_key)
    except ValueError:
        raise SettingsInvalid("wrong: LOTSE_NOTIFY_SEAL_KEY") from None


def _keys(service: Service) -> Keys:
    """Whom a person's fields may be sealed to: the partners' intakes, and ourselves."""
    partners = {name: partner.intake_seal for name, partner in service.partners.items()}
    return Keys(partners, service.ring.public if service.ring is not None else None)


def _hear_consents(service: Service, keys: Keys, pages: OwnPages) -> None:
    """What a person agrees to and takes back, as intake tells of it."""
    service.hears(intake.ConcernMoved, stopping.concern_moved)
    service.hears(intake.ConsentGiven, with_links(pages, partial(consenting.consent_given, keys=keys)))
    service.hears(intake.ConsentProved, with_links(pages, partial(consenting.consent_proved, keys=keys)))
    service.hears(intake.ConsentWithdrawn, consenting.consent_withdrawn)
    service.hears(intake.ConsentExpired, consenting.consent_expired)
    service.hears(intake.FieldsRefused, reasking.fields_refused)
    service.on_timer(reasking.ASK_TIMER, partial(reasking.due, keys=keys))


def _hear_referrals(service: Service, keys: Keys, pages: OwnPages, matcher: matching.Matcher) -> None:
    """The way of a referral: what the desk orders, what intake releases, and its clocks."""
    send = partial(sending.send, keys=keys, as_of=matcher.as_of)
    act = partial(acting.act, keys=keys, as_of=matcher.as_of)
    service.hears(referral.SendReferral, with_links(pages, send))
    service.hears(referral.ActOnReferral, with_links(pages, act))
    service.hears(referral.RemindOfDocuments, with_links(pages, news.remind_of_documents))
    service.hears(referral.AnswerReferral, with_links(pages, answering.answer))
    for kind in KINDS:
        service.on_timer(kind, ticking.due)
    service.on_timer(REMATCH, partial(rematching.due, matcher=matcher))


def _hear_directory(service: Service, as_of: date | None) -> None:
    service.hears(referral.UpdateService, directory.update)
    service.hears(referral.AssureService, directory.assure)
    service.hears(referral.SetCapacity, directory.set_capacity)
    service.hears(referral.RetireService, directory.retire)
    service.on_timer(directory.SERVICE_CHECK, partial(directory.checks_due, as_of=as_of))


def _hear_partners(service: Service, pages: OwnPages) -> None:
    """What other associations say about referrals to them and from them."""
    service.hears(intake.PersonRegistered, incoming.person_registered)
    service.hears(referral.ReferralOffered, incoming.offered)
    service.hears(referral.ReferralAnswered, with_links(pages, answering.answered))
    service.hears(referral.ReferralInfoAnswered, informing.informed)
    service.hears(referral.ReferralWithdrawnNotice, incoming.withdrawn_notice)
    service.hears(referral.ReferralWithdrawalAcknowledged, answering.withdrawal_acknowledged)
    service.hears(referral.ConsentWithdrawnNotice, incoming.consent_withdrawn_notice)
    service.hears(referral.ConsentWithdrawalAcknowledged, answering.withdrawal_acknowledged)
    service.hears(referral.ErasureNotice, incoming.erasure_notice)
    service.hears(referral.FieldsNotice, noticing.fields_notice)
    service.on_timer(noticing.NOTICE_TIMER, noticing.due)


def _hear_groups(service: Service, settings: ReferralSettings, pages: OwnPages) -> None:
    """Group offers, their sessions and places, sign-up without account."""
    service.hears(referral.MakeGroupOffer, groups.make)
    service.hears(referral.ChangeGroupOffer, with_links(pages, groups.change))
    service.hears(referral.CancelGroupOffer, with_links(pages, groups.cancel))
    service.hears(referral.CancelGroupSession, with_links(pages, groups.cancel_session))
    service.hears(referral.MoveGroupSession, with_links(pages, groups.move_session))
    service.hears(referral.RecordGroupSession, heads.record)
    service.hears(referral.BookPlace, with_links(pages, places.book))
    service.hears(referral.CancelPlace, with_links(pages, places.cancel))
    service.hears(referral.StrikeSignUp, with_links(pages, places.strike))
    service.answers(referral.AskGroupOffers, group_views.ask_offers)
    service.answers(referral.AskGroupPlaces, group_views.ask_places)
    service.answers(referral.AskGroupFigures, heads.figures)
    service.on_timer(sign_up.RETENTION, sign_up.forget)
    gate = group_face.Gate(settings)
    service.serves(group_pages.routes(group_pages.Face(service, pages, gate)))
    service.serves(group_face.routes(service, pages, gate))


def _hear_appointments(service: Service, pages: OwnPages) -> None:
    """Appointments, the times that offices propose, interpreters, calendars, waiting lists of services."""
    service.hears(intake.CaseAssigned, waiting.case_assigned)
    service.hears(referral.FixAppointment, scheduling.fix)
    service.hears(referral.ProposeTimes, with_links(pages, proposing.propose))
    service.hears(referral.AnswerProposal, proposing.answer)
    service.hears(referral.RequestInterpreter, interpreters.request)
    service.hears(referral.AnswerInterpreter, interpreters.answer)
    service.hears(referral.ShareCalendar, calendars.share)
    service.hears(referral.RevokeCalendar, calendars.revoke)
    service.hears(referral.NoteWaitlist, waiting.note)
    service.hears(notify.CallNeeded, calls.needed)
    service.hears(notify.CallNotNeeded, calls.not_needed)
    service.hears(referral.AssignCall, calls.assign)
    service.hears(referral.SettleCall, calls.settle)
    service.answers(referral.AskCalls, calls.ask)
    service.on_timer(calls.CALL_OVER, calls.over)
    service.answers(referral.AskInterpreterBooking, interpreters.booking)
    service.answers(referral.AskCalendarFile, calendars.ask_file)
    service.serves(calendar.routes(service.engine, service.association, service.now))


def _answer_the_desk(service: Service) -> None:
    """Which loops are open and why, one referral with its history, what may be done with it."""
    service.answers(referral.AskReferralActions, desk.allowed_actions)
    service.answers(referral.AskOpenReferrals, desk.open_referrals)
    service.answers(referral.AskReferral, desk.ask_referral)


def _hear_offices(service: Service, pages: OwnPages, offices: Offices) -> None:
    """Offices that will never log in: what is released for them, their links and pages, and who goes along or calls."""
    forward = partial(delivering.forward, offices=offices)
    service.hears(referral.ForwardFields, with_links(pages, forward))
    service.hears(referral.MailReferralLink, partial(delivering.mail_link, offices=offices))
    service.hears(referral.AnswerOffice, partial(correspondence.answer_office, offices=offices))
    service.hears(referral.AssignTask, tasks.assign)
    service.hears(referral.SettleTask, with_links(pages, tasks.settle))
    service.hears(notify.ServiceTold, delivering.service_told)
    service.hears(notify.ServiceNotTold, delivering.service_not_told)
    service.answers(referral.AskSealingKey, partial(correspondence.sealing_key, offices=offices))
    service.answers(referral.AskReferralLink, partial(correspondence.referral_link, offices=offices))
    service.answers(referral.AskDelivery, partial(correspondence.delivery, offices=offices))
    service.answers(referral.AskTasks, partial(tasks.ask, offices=offices))
    service.on_timer(LINK_TIMER, partial(delivering.link_due, offices=offices))
    service.on_timer(HELD_TIMER, partial(delivering.held_due, offices=offices))
    service.serves(office.routes(service, offices))
    service.serves(letters.routes(service, offices))


def _sender(settings: ReferralSettings) -> Sender:
    """How we name ourselves to offices."""
    lines = tuple(line.strip() for line in settings.letter_address.split("|") if line.strip())
    return Sender(
        settings.letter_name or NAMES.get(settings.association, settings.association), lines, settings.letter_contact
    )


def _hear_rights(service: Service, pages: OwnPages, vault: Vault | None) -> None:
    """A person is erased, or asks for what is held about her."""
    service.hears(referral.ErasePerson, with_links(pages, partial(erasing.erase, vault=vault)))
    service.answers(referral.AskPersonData, partial(person_data.person_data, vault=vault))


def _vault(service: Service, settings: ReferralSettings) -> Vault | None:
    """Absent where no keys are set up."""
    if settings.keys_folder is None or settings.kek_file is None or service.ring is None:
        return None
    return Vault(PersonKeys(settings.keys_folder, settings.kek_file), service.ring)


def _hear_reports(service: Service) -> None:
    """What is counted of referrals, groups and gaps."""
    service.hears(referral.PublishReferralReport, reports.publish)
    service.answers(referral.AskReferralReport, reports.report)


def _hear_own_page(service: Service, settings: ReferralSettings, pages: OwnPages) -> None:
    """Her own page, and what she is asked back."""
    service.hears(intake.ContactSafetyChanged, safety.contact_safety_changed)
    service.hears(notify.MessageFailed, safety.message_failed)
    service.hears(referral.AnswerCheckback, checkbacks.answer)
    service.on_timer(CHECKBACK, partial(checkbacks.due, pages=pages))
    service.on_timer(VISIT_CHECK, partial(checkbacks.visit_due, pages=pages))
    service.works("notify-key", learning(service.ask, notify.AskSealingKey(), pages.notify_key))
    service.serves(own_page.routes(service, settings))
