"""Whatever is said is heard, whatever is heard has a handler, and the broker allows exactly that."""

import ast
import re
from collections.abc import Iterator

import pytest

from lotse_contracts import wiring
from lotse_contracts.catalogue import MESSAGES, SERVICES, questions_to
from lotse_contracts.envelope import Fact, Message, Order, Question, subject_of
from lotse_local.permissions import app_users, federation_users, rights_of
from tests.house.services import declared
from tests.house.tree import MEMBERS, ROOT, named, package, parsed, python_files, refuse

ASSOCIATION = "alpha"
SUBJECT = re.compile(r"lotse\.[^.\s]+\.((evt|cmd|ask)|xfer\.[^.\s]+)\.[a-z]")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_hears_what_the_wiring_says(service: str) -> None:
    handled = {heard.message for heard in declared(service).heard.values()}
    wired = set(wiring.hears(service))
    refuse((f"no handler: {one.claim_name()}" for one in wired - handled), service)
    refuse((f"never delivered: {one.claim_name()}" for one in handled - wired), service)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_answers_every_question_to_it(service: str) -> None:
    answered = set(declared(service).answerers)
    asked = set(questions_to(service))
    refuse((f"not answered: {one.type_name()}" for one in asked - answered), service)
    refuse((f"not its question: {one.type_name()}" for one in answered - asked), service)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: f"{message.KIND}-{message.type_name()}")
def test_every_message_has_somebody_who_says_it_and_somebody_who_hears_it(message: type[Message]) -> None:
    if issubclass(message, Fact):
        heard = any(message in facts for facts in wiring.FACTS_HEARD.values())
        followed = any(message in facts for facts in wiring.FACTS_FOLLOWED.values())
        assert heard != (message in wiring.LEAVING_THE_HOUSE)
        assert heard or followed
    elif issubclass(message, Order):
        assert any(message in orders for orders in wiring.ORDERS_GIVEN.values())
    elif issubclass(message, Question):
        assert any(message in questions for questions in wiring.QUESTIONS_ASKED.values())


@pytest.mark.parametrize("service", SERVICES)
def test_whatever_a_service_may_say_is_made_in_its_code(service: str) -> None:
    facts = [message for message in MESSAGES if issubclass(message, Fact) and service == message.SERVICE]
    said = {*facts, *wiring.ORDERS_GIVEN[service], *wiring.QUESTIONS_ASKED[service]}
    used = {name for path in python_files(package(f"lotse_{service}")) for name in _names_used(parsed(path))}
    refuse((one.claim_name() for one in said if one.__name__ not in used), f"{service} never says:")


def _names_used(tree: ast.Module) -> set[str]:
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return names | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def test_subjects_are_spelled_in_one_file() -> None:
    spelled = package("lotse_contracts") / "envelope.py"
    paths = [path for member in MEMBERS for path in python_files(package(member)) if path != spelled]
    written = [(path, text) for path in paths for text in _texts_written(parsed(path))]
    refuse(f"{named(path)}: {text}" for path, text in written if SUBJECT.match(text))


def _texts_written(tree: ast.Module) -> Iterator[str]:
    """Every text of the code; an f-string with a dot for each value in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "?" for part in node.values)


@pytest.mark.parametrize("service", SERVICES)
def test_every_consumer_has_its_permission(service: str) -> None:
    for consumer in wiring.consumers(service, ASSOCIATION):
        user = service if consumer.account == "APP" else f"{service}-fed"
        assert user in (app_users() if consumer.account == "APP" else federation_users())
        allowed = rights_of(user, ASSOCIATION).publish
        name = f"{consumer.stream}.{consumer.durable}"
        wanted = (f"$JS.API.CONSUMER.MSG.NEXT.{name}", f"$JS.ACK.{name}.1.2.3.4.5")
        assert [one for one in wanted if not any(_covers(pattern, one) for pattern in allowed)] == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_consumer_has_its_permission_in_the_configuration_of_production(service: str) -> None:
    text = (ROOT / "deploy" / "nats" / "association.conf").read_text()
    association = re.findall(r"^server_name: (\w+)$", text, re.MULTILINE)[0]
    entries = dict(re.findall(r"# ([a-z-]+)\n\s*(\{ nkey: .*?\] \} \} \})", text, re.DOTALL))
    for consumer in wiring.consumers(service, association):
        entry = entries[service if consumer.account == "APP" else f"{service}-fed"]
        assert f'"$JS.API.CONSUMER.MSG.NEXT.{consumer.stream}.{consumer.durable}"' in entry
    for fact in (message for message in MESSAGES if issubclass(message, Fact) and service == message.SERVICE):
        assert f'"{subject_of(fact, association, "*")}"' in entries[service]


@pytest.mark.parametrize("sender", wiring.ORDERS_GIVEN)
def test_everybody_may_publish_what_the_wiring_lets_them_say_and_no_more(sender: str) -> None:
    allowed = rights_of(sender, ASSOCIATION).publish
    for order in (message for message in MESSAGES if issubclass(message, Order)):
        subject = subject_of(order, ASSOCIATION, sender if order.ANONYMOUS else "some-key")
        assert (order in wiring.ORDERS_GIVEN[sender]) == any(_covers(one, subject) for one in allowed), subject
    for question in (message for message in MESSAGES if issubclass(message, Question)):
        subject = subject_of(question, ASSOCIATION)
        assert (question in wiring.QUESTIONS_ASKED[sender]) == any(_covers(one, subject) for one in allowed), subject
    for fact in (message for message in MESSAGES if issubclass(message, Fact)):
        subject = subject_of(fact, ASSOCIATION, "some-key")
        assert (sender == fact.SERVICE) == any(_covers(one, subject) for one in allowed), subject


def test_no_two_streams_keep_the_same_subject() -> None:
    kept = [(name, subject) for name, many in wiring.stream_subjects(ASSOCIATION).items() for subject in many]
    said = [(name, subject, subject.replace("*", "x").replace(">", "x")) for name, subject in kept]
    pairs = [(one, other) for one in said for other in said if one != other]
    refuse(f"{one[:2]} and {other[:2]}" for one, other in pairs if _covers(one[1], other[2]))


@pytest.mark.parametrize("service", SERVICES)
def test_everything_a_service_hears_is_covered_by_one_of_its_consumers(service: str) -> None:
    filters = [one for consumer in wiring.consumers(service, ASSOCIATION) for one in consumer.filters]
    for message in wiring.hears(service):
        senders = wiring.FRONTENDS if issubclass(message, Order) and message.ANONYMOUS else ("some-key",)
        for sender in senders:
            partner = message.KIND == "xfer"
            subject = subject_of(message, "beta" if partner else ASSOCIATION, sender, ASSOCIATION)
            assert sum(_covers(one, subject) for one in filters) == 1, subject


def _covers(pattern: str, subject: str) -> bool:
    """As the broker matches: `*` is one token, `>` one or more at the end."""
    wanted, given = pattern.split("."), subject.split(".")
    if wanted[-1] == ">":
        wanted, given = wanted[:-1], given[: len(wanted) - 1]
    return len(wanted) == len(given) and all(one in ("*", other) for one, other in zip(wanted, given, strict=True))
