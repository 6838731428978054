"""docs/api/asyncapi-<service>.json: what a service hears, answers, says and asks, as AsyncAPI 3.0.

Built from the wiring and the committed schemas. FastStream 0.7.8 can draw a document from an unstarted broker, but with
wildcards instead of parameters, without replies, headers and roles, and under names that the official schema refuses.
"""

import json
from collections.abc import Iterator
from typing import Any

from docs.generators.speakers import said_by, streams, who_hears, who_says
from lotse_contracts import wiring
from lotse_contracts.answers import ERROR_HEADER, REPLY_TO_HEADER, TOKEN_HEADER
from lotse_contracts.catalogue import questions_to
from lotse_contracts.envelope import MESSAGE_BYTES_MAX, Message, Order, Question
from lotse_contracts.schemas import about, schemas, subject_template

Node = dict[str, Any]

CONTENT_TYPE = "application/cloudevents+json"
PARAMETERS = {
    "association": "name of the association, which is the tenant",
    "from": "name of the association that says it",
    "to": "name of the association that it is for",
}
ENVELOPE, SEALED, ORDER_ANSWER, PROBLEM = "wire.envelope", "wire.sealed-transfer", "wire.order-answer", "wire.problem"
HEADERS: dict[str, Node] = {
    "traceparent": {"type": "string", "description": "W3C Trace Context"},
    "Nats-Msg-Id": {"type": "string", "description": "the envelope's id; the broker drops repetitions by it"},
    REPLY_TO_HEADER: {"type": "string", "description": "an inbox of the sender, `_INBOX_<user>.>`"},
    TOKEN_HEADER: {"type": "string", "description": "staff token: a JWT with actor, role and association"},
    ERROR_HEADER: {"type": "string", "description": "the code of the problem; the body is then a problem"},
}


def text(service: str) -> str:
    """The bytes of the committed file."""
    return json.dumps(document(service), indent=2, ensure_ascii=False) + "\n"


def document(service: str) -> Node:
    """The whole document of one service."""
    heard = (*wiring.hears(service), *questions_to(service))
    said = tuple(said_by(service))
    messages = tuple(dict.fromkeys((*heard, *said)))
    operations = [*(_operation("receive", m) for m in heard), *(_operation("send", m) for m in said)]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"Lotse {service}",
            "version": "1",
            "description": f"What {service} hears, answers, says and asks on the association's NATS server.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {"broker": _server()},
        "channels": dict(_channels(messages)),
        "operations": dict(operations),
        "components": {"messages": dict(_messages(messages)), "schemas": _schemas(messages)},
    }


def _server() -> Node:
    return {
        "host": "{host}",
        "protocol": "nats",
        "description": f"The association's own server, users by nkey, at most {MESSAGE_BYTES_MAX} bytes a message.",
        "variables": {"host": {"default": "127.0.0.1:4222", "description": "address and port"}},
    }


def _name(message: type[Message]) -> str:
    return f"{message.KIND}.{message.type_name()}"


def _ref(kind: str, name: str) -> Node:
    return {"$ref": f"#/{kind}/{name}"}


def _channels(messages: tuple[type[Message], ...]) -> Iterator[tuple[str, Node]]:
    for message in messages:
        name = _name(message)
        yield name, _channel(message)
        if issubclass(message, Question):
            yield f"answer.{message.type_name()}", _answers(f"answer.{message.type_name()}")
    if any(issubclass(message, Order) for message in messages):
        yield ORDER_ANSWER, _answers(ORDER_ANSWER)


def _channel(message: type[Message]) -> Node:
    address = subject_template(message)
    names = [token[1:-1] for token in address.split(".") if token.startswith("{")]
    return {
        "address": address,
        "summary": " ".join((message.__doc__ or "").split()),
        "parameters": {
            one: {"description": PARAMETERS.get(one, "field of the message; the erasable key")} for one in names
        },
        "messages": {_name(message): _ref("components/messages", _name(message))},
        "x-lotse": {
            "streams": list(streams(message)),
            "saidBy": list(who_says(message)),
            "heardBy": list(who_hears(message)),
        },
    }


def _answers(name: str) -> Node:
    """Where an answer goes is said by who asks, so the channel has no address of its own."""
    problem = {} if name == ORDER_ANSWER else {PROBLEM: _ref("components/messages", PROBLEM)}
    return {"address": None, "messages": {name: _ref("components/messages", name), **problem}}


def _operation(action: str, message: type[Message]) -> tuple[str, Node]:
    name = _name(message)
    operation: Node = {
        "action": action,
        "channel": _ref("channels", name),
        "messages": [{"$ref": f"#/channels/{name}/messages/{name}"}],
    }
    if issubclass(message, Question):
        answer = f"answer.{message.type_name()}"
        operation["reply"] = {"channel": _ref("channels", answer)}
    elif issubclass(message, Order):
        location = {"location": f"$message.header#/{REPLY_TO_HEADER}"}
        operation["reply"] = {"address": location, "channel": _ref("channels", ORDER_ANSWER)}
    return f"{action}.{name}", operation


def _messages(messages: tuple[type[Message], ...]) -> Iterator[tuple[str, Node]]:
    for message in messages:
        yield _name(message), _message(message)
        if issubclass(message, Question):
            answer = f"answer.{message.type_name()}"
            yield answer, _plain(answer)
    for name in (ORDER_ANSWER, PROBLEM):
        yield name, _plain(name)


def _message(message: type[Message]) -> Node:
    name = _name(message)
    data = SEALED if message.KIND == "xfer" else name
    said: Node = {
        "name": message.type_name(),
        "title": message.__name__,
        "summary": " ".join((message.__doc__ or "").split()),
        "contentType": CONTENT_TYPE,
        "headers": {"type": "object", "properties": {header: HEADERS[header] for header in _headers_of(message)}},
        "payload": {
            "allOf": [
                _ref("components/schemas", ENVELOPE),
                {
                    "type": "object",
                    "properties": {
                        "type": {"const": message.type_name()},
                        "data": _ref("components/schemas", data),
                    },
                },
            ]
        },
        "x-lotse": about(message),
    }
    if message.KIND == "xfer":
        said["x-lotse"] = {**said["x-lotse"], "sealedContent": f"#/components/schemas/{name}"}
    return said


def _headers_of(message: type[Message]) -> Iterator[str]:
    yield "traceparent"
    if message.KIND != "ask":
        yield "Nats-Msg-Id"
    if issubclass(message, Order):
        yield REPLY_TO_HEADER
    if issubclass(message, Order | Question) and message.ROLES:
        yield TOKEN_HEADER


def _plain(name: str) -> Node:
    headers = {"headers": {"type": "object", "properties": {ERROR_HEADER: HEADERS[ERROR_HEADER]}}}
    return {
        "name": name,
        "contentType": "application/json",
        **(headers if name == PROBLEM else {}),
        "payload": _ref("components/schemas", name),
    }


def _schemas(messages: tuple[type[Message], ...]) -> Node:
    """The committed schemas that are needed, their parts hoisted beside them under names of their own."""
    everything = schemas()
    names = [_name(message) for message in messages]
    names += [f"answer.{message.type_name()}" for message in messages if issubclass(message, Question)]
    hoisted: Node = {}
    for name in (*names, ENVELOPE, SEALED, ORDER_ANSWER, PROBLEM):
        schema = {keyword: value for keyword, value in everything[name].items() if keyword[0] not in "$x"}
        hoisted[name] = _pointing(schema)
        for part, body in everything[name].get("$defs", {}).items():
            if hoisted.setdefault(part, _pointing(body)) != _pointing(body):
                raise ValueError(f"two parts are called {part}")
    return hoisted


def _pointing(node: Any) -> Any:
    """The same schema with its references led to the components."""
    if isinstance(node, dict):
        return {
            keyword: f"#/components/schemas/{value.rsplit('/', 1)[1]}" if keyword == "$ref" else _pointing(value)
            for keyword, value in node.items()
        }
    return [_pointing(one) for one in node] if isinstance(node, list) else node
