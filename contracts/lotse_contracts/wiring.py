"""Who may say what to whom: the one source of broker users, permissions, streams and consumers.

A service says its own facts and hears its own orders and transfers; the tables below add the rest.
"""

from dataclasses import dataclass

from lotse_contracts import intake, ledger, notify, referral
from lotse_contracts.catalogue import SERVICES, facts_of, orders_to, questions_to, transfers_to
from lotse_contracts.envelope import Fact, Message, Order, Question, pattern_of, subject_of

PUBLIC_FRONTENDS = ("web", "bot")
"""Anonymous frontends: one durable consumer and one token bucket each, so that none delays another."""
STAFF_FRONTEND = "desk"
FRONTENDS = (*PUBLIC_FRONTENDS, STAFF_FRONTEND)

FACTS_HEARD: dict[str, tuple[type[Fact], ...]] = {
    "intake": (
        referral.ReferralSent,
        referral.ReferralCompleted,
        referral.ReferralDeclined,
        referral.ReferralWithdrawn,
        referral.ReferralFailed,
        referral.ReferralExpired,
        referral.ReferralUnconfirmed,
        referral.ReferralRerouted,
        referral.ReferralMistaken,
        notify.OptedIn,
        notify.OptedOut,
        notify.ContactUnreachable,
        referral.PersonErased,
        notify.PersonErased,
        ledger.PersonErased,
    ),
    "referral": (
        intake.CaseAssigned,
        intake.ConcernAccepted,
        intake.ConcernMoved,
        intake.ConsentExpired,
        intake.ConsentGiven,
        intake.ConsentProved,
        intake.ConsentWithdrawn,
        intake.ContactSafetyChanged,
        intake.FieldsRefused,
        intake.PersonRegistered,
        notify.CallNeeded,
        notify.CallNotNeeded,
        notify.MessageFailed,
        notify.ServiceNotTold,
        notify.ServiceTold,
    ),
    "notify": (
        referral.AppointmentFixed,
        referral.AppointmentMoved,
        referral.AppointmentCancelled,
        referral.ReferralEscalated,
        intake.ConcernOverdue,
        intake.ConcernEscalated,
        intake.TaskDue,
        intake.ErasureOverdue,
        ledger.DeadlineNear,
        ledger.DeadlineCleared,
    ),
    "ledger": (notify.CostIncurred, notify.OfficeNotTold),
}

PUBLIC_ORDERS: tuple[type[Order], ...] = (
    intake.SubmitEnquiry,
    intake.AddToEnquiry,
    intake.WithdrawEnquiry,
    intake.WithdrawOwnConsent,
    intake.AnswerHandover,
)
"""What anonymous frontends may order; the person proves herself by her PIN."""

ORDERS_GIVEN: dict[str, tuple[type[Order], ...]] = {
    "intake": (
        notify.ChangeContact,
        notify.Tell,
        notify.TellOffice,
        referral.ForwardFields,
        referral.TellRecipient,
        referral.ErasePerson,
        notify.ErasePerson,
        ledger.ErasePerson,
        intake.ErasePerson,
    ),
    "referral": (
        intake.ReleaseFields,
        intake.ReceiveMoreFields,
        intake.ReceivePerson,
        intake.WithdrawProvedConsent,
        notify.Tell,
        notify.StopTelling,
        notify.TellService,
    ),
    "notify": (),
    "ledger": (notify.TellOffice,),
    "web": PUBLIC_ORDERS,
    "bot": PUBLIC_ORDERS,
    "desk": (
        *PUBLIC_ORDERS,
        *(order for service in SERVICES for order in orders_to(service) if order.ROLES),
    ),
}

PUBLIC_QUESTIONS: tuple[type[Question], ...] = (
    intake.AskEnquiryState,
    intake.AskConversation,
    intake.AskOwnSeenBy,
    intake.AskSealingKey,
    intake.AskCodeList,
    intake.AskEmergencyHelp,
    intake.AskHandoverQuestion,
    intake.AskHandoverConsent,
)
"""What anonymous frontends may ask."""

SERVICES_ALONE: frozenset[type[Question]] = frozenset({intake.AskHolder})
"""What no frontend may ask: the answer is a person's id, and whoever gets it must know what to do with it."""

QUESTIONS_ASKED: dict[str, tuple[type[Question], ...]] = {
    "intake": (
        notify.AskSealingKey,
        referral.AskSealingKey,
        referral.AskPersonData,
        notify.AskPersonData,
        ledger.AskPersonData,
    ),
    "referral": (intake.AskHolder, intake.AskSealingKey, notify.AskSealingKey),
    "notify": (referral.AskCalendarFile,),
    "ledger": (),
    "web": PUBLIC_QUESTIONS,
    "bot": PUBLIC_QUESTIONS,
    "desk": tuple(q for service in SERVICES for q in questions_to(service) if q not in SERVICES_ALONE),
}

FACTS_FOLLOWED: dict[str, tuple[type[Fact], ...]] = {
    "web": (intake.EnquiryReceived, intake.EnquiryAnswered),
    "bot": (intake.EnquiryReceived, intake.EnquiryAnswered),
    "desk": tuple(fact for service in SERVICES for fact in facts_of(service)),
}
"""Facts that a frontend may follow live, without a stored position."""

LEAVING_THE_HOUSE: frozenset[type[Fact]] = frozenset(
    fact for service in SERVICES for fact in facts_of(service)
) - frozenset(fact for facts in FACTS_HEARD.values() for fact in facts)
"""Facts that no service hears; the desk follows them and later services may."""


PURGES: dict[str, tuple[str, ...]] = {"intake": ("COMMANDS", "DEAD", "EVENTS")}
"""Streams that a service may purge: intake leads erasures. The broker cannot bind this right to a filter, so it stays
with one service; what a stream loses the services still have, and `lotse reconcile` says it again."""


@dataclass(frozen=True)
class Consumer:
    """One durable of a service: one stream, several filters (ADR 2)."""

    stream: str
    durable: str
    filters: tuple[str, ...]
    account: str = "APP"


def order_subject(order: type[Order], association: str, sender: str) -> str:
    """Where a sender publishes an order; an anonymous one ends with the sender's own name."""
    return subject_of(order, association, sender if order.ANONYMOUS else "*")


def hears(service: str) -> tuple[type[Message], ...]:
    """Everything a service must have a handler for, questions apart."""
    return (*orders_to(service), *FACTS_HEARD[service], *transfers_to(service))


def consumers(service: str, association: str) -> tuple[Consumer, ...]:
    """The durables of a service in its association."""
    found = []
    orders = orders_to(service)
    if facts := FACTS_HEARD[service]:
        found.append(Consumer("EVENTS", service, tuple(pattern_of(fact, association) for fact in facts)))
    staff = [pattern_of(order, association) for order in orders if not order.ANONYMOUS]
    desk = [order_subject(order, association, STAFF_FRONTEND) for order in orders if order.ANONYMOUS]
    found.append(Consumer("COMMANDS", service, (*staff, *desk)))
    for frontend in PUBLIC_FRONTENDS:
        public = tuple(order_subject(order, association, frontend) for order in orders if order.ANONYMOUS)
        if public:
            found.append(Consumer("ORDERS_PUBLIC", f"{service}-{frontend}", public))
    if transfers := transfers_to(service):
        filters = tuple(pattern_of(transfer, association) for transfer in transfers)
        found.append(Consumer("FED_IN", service, filters, account="FED"))
    return tuple(found)


def stream_subjects(association: str) -> dict[str, tuple[str, ...]]:
    """The subjects of each stream of account APP; no two overlap."""
    anonymous = [o for s in SERVICES for o in orders_to(s) if o.ANONYMOUS]
    known = [o for s in SERVICES for o in orders_to(s) if not o.ANONYMOUS]
    return {
        "EVENTS": (f"lotse.{association}.evt.>",),
        "COMMANDS": (
            *(pattern_of(order, association) for order in known),
            *(order_subject(order, association, STAFF_FRONTEND) for order in anonymous),
        ),
        "ORDERS_PUBLIC": tuple(
            order_subject(order, association, frontend) for order in anonymous for frontend in PUBLIC_FRONTENDS
        ),
        "DEAD": (f"lotse.{association}.dead.>",),
    }
