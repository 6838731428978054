"""Composition root: the table of what notify hears, says and answers."""

from functools import partial
from importlib import resources

from prometheus_client import Gauge

from lotse_chassis.migrate import expected
from lotse_chassis.personkeys import PersonKeys
from lotse_chassis.service import Service
from lotse_chassis.settings import SettingsInvalid, secret
from lotse_contracts import notify, referral
from lotse_notify import http
from lotse_notify.domain import texts
from lotse_notify.domain.contact import address_of
from lotse_notify.domain.mail import Sender
from lotse_notify.domain.officemail import OfficesInvalid, offices_of
from lotse_notify.handlers import appointments, costs, offices, orders, questions
from lotse_notify.handlers import servicemail as service_orders
from lotse_notify.handlers.orders import Book
from lotse_notify.migrations import MIGRATIONS
from lotse_notify.problems import PROBLEM_TEXTS
from lotse_notify.providers.smtp import Server
from lotse_notify.settings import NotifySettings
from lotse_notify.workers import offices as office_post
from lotse_notify.workers import sender
from lotse_notify.workers import servicemail as service_post
from lotse_notify.workers.claiming import Post


def build(settings: NotifySettings) -> Service:
    service = Service("notify", settings, problems=PROBLEM_TEXTS, migrations=expected(MIGRATIONS))
    book, words = _book(service, settings), shipped_texts(drafts_allowed=settings.drafts_allowed)
    post, addresses = _post(settings, book, words), _offices(settings)

    service.hears(notify.ChangeContact, partial(orders.change_contact, book=book))
    service.hears(notify.Tell, partial(orders.tell_person, book=book))
    service.hears(notify.StopTelling, orders.stop_telling)
    service.hears(notify.TellOffice, partial(offices.tell_office, known=frozenset(addresses)))
    service.hears(notify.TellService, partial(service_orders.tell_service, book=book))
    service.hears(notify.ErasePerson, partial(orders.erase_person, book=book))
    service.hears(referral.AppointmentFixed, appointments.appointment_said)
    service.hears(referral.AppointmentMoved, appointments.appointment_said)
    service.hears(referral.AppointmentCancelled, appointments.appointment_cancelled)

    service.answers(notify.AskWhy, questions.why)
    service.answers(notify.AskSealingKey, partial(questions.sealing_key, book=book))
    service.answers(notify.AskPersonData, partial(questions.person_data, book=book))

    service.on_timer(appointments.REMINDER, appointments.remind)
    service.on_timer(costs.COST, costs.tell_cost)

    service.serves(http.routes(service.unit, words))
    meters = sender.SendMeters(service.meters.registry)
    run = partial(sender.run, units=service.unit, post=post, meters=meters, poll_seconds=settings.poll_seconds)
    service.works("sender", run)
    counter = office_post.Counter(addresses, post, _failed(service))
    mailing = partial(office_post.run, units=service.unit, counter=counter, poll_seconds=settings.poll_seconds)
    service.works("offices", mailing)
    linking = partial(service_post.run, units=service.unit, post=post, poll_seconds=settings.poll_seconds)
    service.works("service-mail", linking)
    return service


def shipped_texts(*, drafts_allowed: bool) -> texts.Texts:
    """The texts that come with notify, checked. Raises TextsInvalid."""
    folder = resources.files("lotse_notify") / "texts"
    sources = [(folder / f"{language}.json").read_text("utf-8") for language in texts.LANGUAGES]
    return texts.checked(sources, drafts_allowed=drafts_allowed)


def _offices(settings: NotifySettings) -> dict[str, str]:
    try:
        return offices_of(settings.offices)
    except OfficesInvalid as fault:
        raise SettingsInvalid(f"no address, or named twice: LOTSE_OFFICES, {fault}") from None


def _failed(service: Service) -> Gauge:
    return Gauge("lotse_notify_offices_not_told", "mails to offices that never left", registry=service.meters.registry)


def _book(service: Service, settings: NotifySettings) -> Book:
    if service.ring is None:
        raise SettingsInvalid("missing: LOTSE_SEAL_KEY_FILE")
    if settings.keys_folder is None:
        raise SettingsInvalid("missing: LOTSE_KEYS_FOLDER")
    return Book(service.ring, PersonKeys(settings.keys_folder, secret(settings.kek_file, "kek_file")))


def _post(settings: NotifySettings, book: Book, words: texts.Texts) -> Post:
    address = address_of("email", settings.mail_from)
    if address is None:
        raise SettingsInvalid("missing or no address: LOTSE_MAIL_FROM")
    if not settings.mail_from_name.isprintable():
        raise SettingsInvalid("not printable: LOTSE_MAIL_FROM_NAME")
    own = Sender(address, settings.mail_from_name)
    password = ""
    if settings.smtp_password_file is not None:
        password = secret(settings.smtp_password_file, "smtp_password_file").decode().strip()
    server = Server(
        host=settings.smtp_host,
        port=settings.smtp_port,
        tls=settings.smtp_tls,
        own_name=own.domain,
        timeout_seconds=settings.smtp_timeout_seconds,
        user=settings.smtp_user,
        password=password,
    )
    public_url = settings.public_url.rstrip("/")
    return Post(
        texts=words,
        sender=own,
        read_url=settings.read_url or f"{public_url}/read",
        public_url=public_url,
        keys=book.keys,
        server=server,
        retry_seconds=settings.retry_seconds,
    )
