"""docs/api/messages.md: one table of all names on the wire."""

from collections.abc import Iterable

from docs.generators.speakers import roles, streams, who_hears, who_says
from lotse_contracts import wiring
from lotse_contracts.catalogue import MESSAGES
from lotse_contracts.envelope import Fact, Message, Order, dead_subject
from lotse_contracts.schemas import subject_template

HEAD = """# All messages

Generated from `lotse_contracts` by `make docs`; do not edit.

The body of each is a CloudEvents 1.0 envelope in structured JSON mode; the schema of its `data` is
`contracts/schemas/<kind>.<type>.json`. Kinds: `evt` a fact, `cmd` an order, `ask` a question (request and reply),
`xfer` a sealed and signed message to another association. The last token of a subject is the erasable key.

"""
TAIL = """
A fact that leaves the house is heard by no service: it is there for frontends, and for services to come.
An order of an anonymous frontend ends with the frontend's own name: from `{public}` it is kept in
`ORDERS_PUBLIC`, from `{desk}` in `COMMANDS`. The business answer to an order goes to the inbox that its header
`lotse-reply-to` names (`wire.order-answer.json`). What could not be settled goes to
`{dead}` in stream `DEAD`.
"""
COLUMNS = ("type", "kind", "subject", "stream", "said by", "heard by", "key", "roles", "meaning")


def text() -> str:
    """The whole page."""
    rows = [COLUMNS, ("---",) * len(COLUMNS), *(_row(message) for message in MESSAGES)]
    tail = TAIL.format(
        public="`, `".join(wiring.PUBLIC_FRONTENDS),
        desk=wiring.STAFF_FRONTEND,
        dead=dead_subject("{association}", "{service}", "{name}", "{key}"),
    )
    return HEAD + "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n" + tail


def _row(message: type[Message]) -> tuple[str, ...]:
    hearers = who_hears(message)
    leaving = issubclass(message, Fact) and message in wiring.LEAVING_THE_HOUSE
    anonymous = issubclass(message, Order) and message.ANONYMOUS
    return (
        f"`{message.type_name()}`",
        message.KIND,
        f"`{subject_template(message)}`",
        _listed(f"`{stream}`" for stream in streams(message)),
        _listed(who_says(message)),
        _listed(hearers) + (" (leaves the house)" if leaving else ""),
        f"`{message.KEY}`" if message.KEY else "–",
        "anonymous" if anonymous else _listed(roles(message)),
        " ".join((message.__doc__ or "").split()),
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "–"
