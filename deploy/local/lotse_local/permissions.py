"""What each user of a broker may publish and subscribe to, exactly: derived from the contracts' wiring."""

from collections.abc import Iterable
from dataclasses import dataclass

from lotse_contracts import wiring
from lotse_contracts.catalogue import SERVICES, facts_of, orders_to, questions_to, transfers_to
from lotse_contracts.envelope import pattern_of, subject_of


@dataclass(frozen=True)
class Rights:
    """Allow lists; what is not listed is denied."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


def app_users() -> tuple[str, ...]:
    """Everybody with a key in account APP."""
    return (*SERVICES, *wiring.FRONTENDS, "ops")


def federation_users() -> tuple[str, ...]:
    """Everybody with a key in account FED: services that hear transfers, and who provisions them."""
    return (*(f"{service}-fed" for service in SERVICES if transfers_to(service)), "fedops")


def rights_of(user: str, association: str) -> Rights:
    """The rights of any user of the association's broker, SYS apart."""
    if user == "ops":
        return _ops(association)
    if user == "fedops":
        return _fedops(association)
    if user in SERVICES:
        return _service(user, association)
    if user in wiring.FRONTENDS:
        return _frontend(user, association)
    return _federation_reader(user.removesuffix("-fed"), association)


def _service(service: str, association: str) -> Rights:
    own = [consumer for consumer in wiring.consumers(service, association) if consumer.account == "APP"]
    transfers = [subject_of(transfer, association, "*", "*") for transfer in transfers_to(service)]
    publish = [
        *(pattern_of(fact, association) for fact in facts_of(service)),
        *(wiring.order_subject(order, association, service) for order in wiring.ORDERS_GIVEN[service]),
        *(pattern_of(question, association) for question in wiring.QUESTIONS_ASKED[service]),
        f"lotse.{association}.dead.{service}.>",
        *transfers,
        *(f"$JS.API.STREAM.PURGE.{stream}" for stream in wiring.PURGES.get(service, ())),
        *(subject for consumer in own for subject in _pulling(consumer)),
        *(f"_INBOX_{user}.>" for user in _answered_by(service)),
    ]
    # A question may be heard in the service's queue group alone, so that each is answered once.
    asked = [f"{pattern_of(question, association)} {service}" for question in questions_to(service)]
    return Rights(tuple(publish), (f"_INBOX_{service}.>", *asked))


def _frontend(frontend: str, association: str) -> Rights:
    publish = [
        *(wiring.order_subject(order, association, frontend) for order in wiring.ORDERS_GIVEN[frontend]),
        *(pattern_of(question, association) for question in wiring.QUESTIONS_ASKED[frontend]),
    ]
    followed = [pattern_of(fact, association) for fact in wiring.FACTS_FOLLOWED[frontend]]
    return Rights(tuple(publish), (f"_INBOX_{frontend}.>", *followed))


def _federation_reader(service: str, association: str) -> Rights:
    own = [consumer for consumer in wiring.consumers(service, association) if consumer.account == "FED"]
    return Rights(tuple(subject for consumer in own for subject in _pulling(consumer)), (f"_INBOX_{service}-fed.>",))


def _ops(association: str) -> Rights:
    """Provisioning, dead letters and reconciling: every stream of APP, but nobody's inbox and no question."""
    said = tuple(f"lotse.{association}.{kind}.>" for kind in ("evt", "cmd", "dead", "xfer"))
    return Rights(("$JS.API.>", "$JS.ACK.>", *said), ("_INBOX_ops.>",))


def _fedops(association: str) -> Rights:
    replay = f"lotse.{association}.replay.>"
    return Rights(("$JS.API.>", "$JS.ACK.>", replay), ("_INBOX_fedops.>",))


def _pulling(consumer: wiring.Consumer) -> tuple[str, ...]:
    """The pull API of one durable; acknowledgements in both forms the server knows (v1, and v2 with domain)."""
    name = f"{consumer.stream}.{consumer.durable}"
    return (
        f"$JS.API.CONSUMER.INFO.{name}",
        f"$JS.API.CONSUMER.MSG.NEXT.{name}",
        f"$JS.ACK.{name}.>",
        f"$JS.ACK.*.*.{name}.>",
    )


def _answered_by(service: str) -> Iterable[str]:
    """Whose inboxes a service answers into: of those who may order it or ask it."""
    orders, questions = set(orders_to(service)), set(questions_to(service))
    for user in (*SERVICES, *wiring.FRONTENDS):
        if orders & set(wiring.ORDERS_GIVEN[user]) or questions & set(wiring.QUESTIONS_ASKED[user]):
            yield user
