"""Composition root: the table of what notify hears, says and answers."""

from datetime import time
from functools import partial

from prometheus_client import Gauge

from lotse_chassis.migrate import expected
from lotse_chassis.personkeys import PersonKeys
from lotse_chassis.service import Service
from lotse_chassis.settings import SettingsInvalid, secret
from lotse_contracts import intake, ledger, notify, referral
from lotse_notify.domain import choicewords, texts
from lotse_notify.domain.addresses import address_of
from lotse_notify.domain.caps import Caps
from lotse_notify.domain.mail import Sender
from lotse_notify.domain.officemail import OfficesInvalid, mailboxes_of, offices_of
from lotse_notify.domain.prices import prices_of
from lotse_notify.domain.shipped import shipped_texts
from lotse_notify.handlers import (
    appointments,
    calls,
    contacts,
    costs,
    desk,
    digests,
    erasing,
    hearing,
    inbound,
    offices,
    orders,
    questions,
    switches,
)
from lotse_notify.handlers import servicemail as service_orders
from lotse_notify.handlers.orders import Book
from lotse_notify.http import preferences, stopping, templates, webhooks
from lotse_notify.migrations import MIGRATIONS
from lotse_notify.problems import PROBLEM_TEXTS
from lotse_notify.providers.building import bot_of, routes_of, server_of
from lotse_notify.providers.pepper import read_pepper
from lotse_notify.settings import NotifySettings
from lotse_notify.store.library import Library
from lotse_notify.workers import (
    addressindex,
    bouncing,
    calendars,
    chats,
    counting,
    looking,
    receiving,
    retention,
    sender,
    textmeters,
)
from lotse_notify.workers import digests as digest_clock
from lotse_notify.workers import offices as office_post
from lotse_notify.workers import providers as provider_watch
from lotse_notify.workers import servicemail as service_post
from lotse_notify.workers.living import Living
from lotse_notify.workers.post import Post


def build(settings: NotifySettings) -> Service:
    service = Service("notify", settings, problems=PROBLEM_TEXTS, migrations=expected(MIGRATIONS))
    book, words = _book(service, settings), shipped_texts(drafts_allowed=settings.drafts_allowed)
    library = Library(words)
    post, addresses = _post(settings, book, library), _offices(settings)

    service.hears(notify.ChangeContact, partial(contacts.change_contact, book=book))
    service.hears(notify.Tell, partial(orders.tell_person, book=book))
    service.hears(notify.StopTelling, orders.stop_telling)
    service.hears(notify.TellOffice, partial(offices.tell_office, known=frozenset(addresses)))
    service.hears(notify.TellService, partial(service_orders.tell_service, book=book))
    service.hears(notify.ErasePerson, partial(erasing.erase_person, book=book))
    service.hears(notify.ResolveNotice, desk.resolve_notice)
    service.hears(notify.TryAgain, desk.try_again)
    _hear_of_time(service, settings)
    _hear_of_receipts(service, settings, book, post)
    _tell_staff(service, settings)
    counted = counting.DeskMeters(service.meters.registry)
    service.works("counting", partial(counting.run, units=service.unit, meters=counted))
    _keep_book(service, settings, book, words)

    service.answers(notify.AskWhy, desk.why)
    service.answers(notify.AskNotices, desk.notices)
    service.answers(notify.AskUnresolved, desk.unresolved)
    service.answers(notify.AskSealingKey, partial(questions.sealing_key, book=book))
    service.answers(notify.AskPersonData, partial(questions.person_data, book=book))

    service.on_timer(costs.COST, costs.tell_cost)

    textmeters.watch(service.meters.registry, library)
    service.serves(templates.routes(service.unit, library, prices_of(settings.provider_prices)))
    meters = sender.SendMeters(service.meters.registry)
    sending = partial(sender.run, units=service.unit, post=post, meters=meters, living=Living(service.engine))
    service.works("sender", partial(sending, poll_seconds=settings.poll_seconds))
    counter = office_post.Counter(addresses | _mailboxes(settings), post, _failed(service))
    mailing = partial(office_post.run, units=service.unit, counter=counter, poll_seconds=settings.poll_seconds)
    service.works("offices", mailing)
    linking = partial(service_post.run, units=service.unit, post=post, poll_seconds=settings.poll_seconds)
    service.works("service-mail", linking)
    fetcher = calendars.Fetcher(service.unit, service.ask, book.keys, words)
    _watch_providers(service, post)
    service.works("calendars", partial(calendars.run, fetcher=fetcher, poll_seconds=settings.poll_seconds))
    return service


def _watch_providers(service: Service, post: Post) -> None:
    """How each provider stands, and what those with a journal know of a doubt."""
    meters = provider_watch.ProviderMeters(service.meters.registry)
    service.works("providers", partial(provider_watch.run, units=service.unit, routes=post.routes, meters=meters))
    service.works("look-ups", partial(looking.run, units=service.unit, routes=post.routes))


def _keep_book(service: Service, settings: NotifySettings, book: Book, words: texts.Texts) -> None:
    """The contact book beside the messages: its index, and what she chooses herself."""
    indexing = partial(addressindex.run, units=service.unit, engine=service.engine, book=book)
    service.works("address-index", indexing)
    service.on_timer(erasing.LEAVING, partial(erasing.leaving_due, book=book))
    service.works("retention", partial(retention.run, units=service.unit))
    choice_words, there = choicewords.shipped(), bot_of(settings)
    service.serves(stopping.routes(service.unit, words, choice_words))
    service.serves(
        preferences.routes(preferences.Desk(service.unit, words, choice_words, settings.telegram_bot if there else ""))
    )
    if there is not None:
        reading = chats.Listener(there, service.unit, book, words, choice_words)
        service.works("chats", partial(chats.run, listener=reading))


def _hear_of_receipts(service: Service, settings: NotifySettings, book: Book, post: Post) -> None:
    """What providers and mail servers report of a message, and what people write back."""
    inbox = receiving.Inbox(service.unit, receiving.ReceiptMeters(service.meters.registry))
    post.routes.report_to(inbox.keep)
    run = partial(receiving.run, units=service.unit, inbox=inbox, poll_seconds=settings.poll_seconds)
    service.works("receipts", run)
    if (door := webhooks.door_of(settings)) is not None:
        hear = partial(hearing.hear, units=service.unit, listen=partial(inbound.listen, book=book))
        service.serves_machines(webhooks.routes(door, inbox, hear))
    if settings.bounce_port >= 0:
        if not settings.bounce_domain:
            raise SettingsInvalid("missing: LOTSE_BOUNCE_DOMAIN")
        bounces = bouncing.Door(inbox, settings.bounce_domain, settings.bounce_protocol)
        listener = bouncing.Listener(bounces, settings.bounce_protocol)
        listening = partial(bouncing.run, listener=listener, host=settings.bounce_host, port=settings.bounce_port)
        service.works("bounces", listening)


def _tell_staff(service: Service, settings: NotifySettings) -> None:
    """What staff must know goes to their own mailboxes."""
    service.hears(intake.ConcernOverdue, digests.concern_overdue)
    service.hears(intake.ConcernEscalated, digests.concern_escalated)
    service.hears(intake.TaskDue, digests.task_due)
    service.hears(intake.ErasureOverdue, digests.erasure_overdue)
    service.hears(referral.ReferralEscalated, digests.referral_escalated)
    service.hears(ledger.DeadlineNear, digests.deadline_said)
    service.hears(ledger.DeadlineCleared, digests.deadline_said)
    names = tuple(_mailboxes(settings))
    boxes = digests.Mailboxes(names, settings.staff_language, time(settings.digest_hour))
    service.on_timer(digests.DIGEST, partial(digests.mail_digest, boxes=boxes))
    service.on_timer(digests.ALARM, partial(digests.mail_alarm, boxes=boxes))
    service.works("digests", partial(digest_clock.begin, units=service.unit, boxes=boxes))


def _hear_of_time(service: Service, settings: NotifySettings) -> None:
    """Appointments and their reminders, calls where a message is in doubt, and what holds messages back."""
    service.hears(referral.AppointmentFixed, appointments.appointment_said)
    service.hears(referral.AppointmentMoved, appointments.appointment_said)
    service.hears(referral.AppointmentCancelled, appointments.appointment_cancelled)
    service.on_timer(appointments.REMINDER, appointments.remind)
    service.on_timer(calls.CALL, calls.look)
    service.hears(notify.SetSwitch, switches.set_switch)
    service.answers(notify.AskSwitches, partial(switches.ask, caps=caps_of(settings)))


def caps_of(settings: NotifySettings) -> Caps:
    """The most of a day, as it is set here."""
    return Caps(settings.cap_person, settings.cap_identical, settings.cap_segments)


def _offices(settings: NotifySettings) -> dict[str, str]:
    try:
        return offices_of(settings.offices)
    except OfficesInvalid as fault:
        raise SettingsInvalid(f"no address, or named twice: LOTSE_OFFICES, {fault}") from None


def _mailboxes(settings: NotifySettings) -> dict[str, str]:
    try:
        return mailboxes_of(settings.staff_mailboxes)
    except OfficesInvalid:
        raise SettingsInvalid("no address, or one twice: LOTSE_STAFF_MAILBOXES") from None


def _failed(service: Service) -> Gauge:
    return Gauge("lotse_notify_offices_not_told", "mails to offices that never left", registry=service.meters.registry)


def _book(service: Service, settings: NotifySettings) -> Book:
    if service.ring is None:
        raise SettingsInvalid("missing: LOTSE_SEAL_KEY_FILE")
    if settings.keys_folder is None:
        raise SettingsInvalid("missing: LOTSE_KEYS_FOLDER")
    kek = secret(settings.kek_file, "kek_file")
    return Book(service.ring, PersonKeys(settings.keys_folder, kek), read_pepper(settings.pepper_file, kek))


def _post(settings: NotifySettings, book: Book, library: Library) -> Post:
    address = address_of("email", settings.mail_from)
    if address is None:
        raise SettingsInvalid("missing or no address: LOTSE_MAIL_FROM")
    if not settings.mail_from_name.isprintable():
        raise SettingsInvalid("not printable: LOTSE_MAIL_FROM_NAME")
    own = Sender(address, settings.mail_from_name)
    server = server_of(settings)
    public_url = settings.public_url.rstrip("/")
    return Post(
        library=library,
        sender=own,
        read_url=settings.read_url or f"{public_url}/read",
        public_url=public_url,
        keys=book.keys,
        server=server,
        routes=routes_of(settings, server),
        retry_seconds=settings.retry_seconds,
        quiet_hours=settings.quiet_hours,
        answered=settings.sms_sender.lstrip("+").isdecimal(),
        caps=caps_of(settings),
    )
