"""Who says a message, who hears it, and where it is kept on the way; read from the wiring."""

from collections.abc import Iterator

from lotse_contracts import wiring
from lotse_contracts.catalogue import facts_of, transfers_to
from lotse_contracts.envelope import Fact, Message, Order, Question

PARTNER = "the partner's"


def who_says(message: type[Message]) -> tuple[str, ...]:
    """Services and frontends, in the order of the wiring."""
    if issubclass(message, Order):
        return tuple(name for name, orders in wiring.ORDERS_GIVEN.items() if message in orders)
    if issubclass(message, Question):
        return tuple(name for name, questions in wiring.QUESTIONS_ASKED.items() if message in questions)
    return (message.SERVICE,)


def who_hears(message: type[Message]) -> tuple[str, ...]:
    """Services and frontends; a transfer is heard by the service of the same name in the other association."""
    if issubclass(message, Fact):
        services = (name for name, facts in wiring.FACTS_HEARD.items() if message in facts)
        return (*services, *(name for name, facts in wiring.FACTS_FOLLOWED.items() if message in facts))
    return (f"{PARTNER} {message.SERVICE}",) if message.KIND == "xfer" else (message.SERVICE,)


def streams(message: type[Message]) -> tuple[str, ...]:
    """The streams that keep it; none for a question."""
    if issubclass(message, Order):
        return ("ORDERS_PUBLIC", "COMMANDS") if message.ANONYMOUS else ("COMMANDS",)
    return {"evt": ("EVENTS",), "xfer": ("FED_OUT_{to}", "FED_IN")}.get(message.KIND, ())


def roles(message: type[Message]) -> tuple[str, ...]:
    """The staff roles that a token must name; none where the broker's permission is enough."""
    return tuple(sorted(message.ROLES)) if issubclass(message, Order | Question) else ()


def said_by(service: str) -> Iterator[type[Message]]:
    """Everything that a service may put on the wire by itself."""
    yield from facts_of(service)
    yield from wiring.ORDERS_GIVEN[service]
    yield from wiring.QUESTIONS_ASKED[service]
    yield from transfers_to(service)
