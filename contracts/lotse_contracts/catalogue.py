"""Every message by its name, collected from the four packages that define them."""

from collections.abc import Iterator
from types import ModuleType

from lotse_contracts import intake, ledger, notify, referral
from lotse_contracts.envelope import Fact, Message, Order, Question, Transfer, TransfersHeard

MODULES: tuple[ModuleType, ...] = (intake, referral, notify, ledger)
SERVICES = ("intake", "referral", "notify", "ledger")


def _defined() -> Iterator[type[Message]]:
    for module in MODULES:
        for thing in vars(module).values():
            if isinstance(thing, type) and issubclass(thing, Message) and _is_of(thing, module):
                yield thing


def _is_of(message: type[Message], module: ModuleType) -> bool:
    """Defined in a part of it."""
    return message.__module__.startswith(f"{module.__name__}.")


MESSAGES: tuple[type[Message], ...] = tuple(
    sorted(
        (message for message in _defined() if hasattr(message, "NAME")),
        key=lambda message: (message.SERVICE, message.KIND, message.NAME, message.VERSION),
    )
)
BY_TYPE: dict[tuple[str, str], type[Message]] = {(m.KIND, m.type_name()): m for m in MESSAGES}


def facts_of(service: str) -> tuple[type[Fact], ...]:
    """What a service says."""
    return tuple(m for m in MESSAGES if issubclass(m, Fact) and m.SERVICE == service)


def orders_to(service: str) -> tuple[type[Order], ...]:
    """What a service may be told to do."""
    return tuple(m for m in MESSAGES if issubclass(m, Order) and m.SERVICE == service)


def questions_to(service: str) -> tuple[type[Question], ...]:
    """What a service answers."""
    return tuple(m for m in MESSAGES if issubclass(m, Question) and m.SERVICE == service)


def transfers_to(service: str) -> tuple[type[Transfer], ...]:
    """What a service hears from other associations, and says to their service of the same name."""
    return tuple(m for m in MESSAGES if issubclass(m, Transfer) and m.SERVICE == service)


def receipt_of(service: str) -> type[TransfersHeard] | None:
    """What a service acknowledges transfers with, if it hears any."""
    return next((m for m in transfers_to(service) if issubclass(m, TransfersHeard)), None)
