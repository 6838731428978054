"""Traces that run through the outbox and logs for machines; neither ever carries a value of a person."""

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, TextIO
from uuid import UUID

from opentelemetry import context as trace_context
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from lotse_contracts.envelope import template_of

TRACES_BYTES_MAX = 16 * 1024 * 1024  # of one file; the one before it is kept as well
EXPORT_MILLISECONDS = 500
FRAMES_MAX = 20
TEXT_CHARACTERS_MAX = 200
SERVICE_ATTRIBUTE = "service.name"
ASSOCIATION_ATTRIBUTE = "lotse.association"
FAULT_TYPE = "exception.type"

_ATTRIBUTES_KEPT = re.compile(
    r"^(lotse\.[a-z_.]+|messaging\.message\.id|messaging\.system|http\.route|http\.status_code)$"
)
_PLAIN = re.compile(r"^[A-Za-z0-9_.:,*/()\- ]*$")
_LONG_NUMBER = re.compile(r"\d{6,}")
_UUID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_WITHHELD = "…"
_RECORD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_OUR_LOGGERS = ("lotse_", "__main__")
_PROPAGATOR = TraceContextTextMapPropagator()


def inject() -> dict[str, str]:
    """The current trace as headers: `traceparent`, or nothing outside a trace. Source: W3C Trace Context."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return {"traceparent": carrier["traceparent"]} if "traceparent" in carrier else {}


@contextmanager
def extracted(traceparent: str | None) -> Iterator[None]:
    """Continue a trace that came from elsewhere; a missing or malformed one starts afresh."""
    token = trace_context.attach(parent_of(traceparent))
    try:
        yield
    finally:
        trace_context.detach(token)


Trace = trace_context.Context
"""Where in which trace something happens."""


def current() -> Trace:
    """Where we are now."""
    return trace_context.get_current()


@contextmanager
def within(where: Trace) -> Iterator[None]:
    """Go on there."""
    token = trace_context.attach(where)
    try:
        yield
    finally:
        trace_context.detach(token)


def parent_of(traceparent: str | None) -> trace_context.Context:
    """The context that a span continues. Only `traceparent` is read: `tracestate` may say anything."""
    carrier = {"traceparent": traceparent} if traceparent else {}
    return _PROPAGATOR.extract(carrier, trace_context.Context())


def trace_service(service: str, association: str, traces_file: Path | None) -> TracerProvider:
    """A provider for one service, which writes finished spans to the file, if there is one."""
    resource = Resource({SERVICE_ATTRIBUTE: service, ASSOCIATION_ATTRIBUTE: association})
    provider = TracerProvider(resource=resource)
    if traces_file is not None:
        exporter = JsonLinesExporter(traces_file)
        provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=EXPORT_MILLISECONDS))
    return provider


def configure(
    service: str, association: str, *, traces_file: Path | None, log_level: str, log_to: TextIO | None = None
) -> TracerProvider:
    """Traces and logs of this process. Once per process, before the service runs; shut the provider down after.

    A service logs to its standard output; what a command says stands there alone, so it logs elsewhere.
    """
    provider = trace_service(service, association, traces_file)
    trace.set_tracer_provider(provider)
    handler = logging.StreamHandler(log_to or sys.stdout)
    handler.setFormatter(JsonFormatter(service, association))
    logging.basicConfig(level=log_level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(True)
    return provider


class JsonLinesExporter(SpanExporter):
    """One line a span; the file is rotated once, so that traces never take more than twice the bound."""

    def __init__(self, path: Path, bytes_max: int = TRACES_BYTES_MAX) -> None:
        self._path, self._bytes_max = path, bytes_max
        self._lock = Lock()
        path.parent.mkdir(parents=True, exist_ok=True)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Append the spans. A full disk costs traces, never a message."""
        lines = "".join(json.dumps(span_record(span), separators=(",", ":")) + "\n" for span in spans)
        try:
            with self._lock:
                self._rotate(len(lines))
                with self._path.open("a") as file:
                    file.write(lines)
        except OSError:
            return SpanExportResult.FAILURE
        return SpanExportResult.SUCCESS

    def _rotate(self, coming: int) -> None:
        if self._path.exists() and self._path.stat().st_size + coming > self._bytes_max:
            self._path.replace(self._path.with_name(self._path.name + ".1"))


def span_record(span: ReadableSpan) -> dict[str, Any]:
    """What is kept of a span: who, when, how long, and whether it failed with which type; no text of a fault."""
    own = span.get_span_context()
    began, ended = span.start_time or 0, span.end_time or 0
    return {
        "trace_id": f"{own.trace_id:032x}" if own else "",
        "span_id": f"{own.span_id:016x}" if own else "",
        "parent_id": f"{span.parent.span_id:016x}" if span.parent else None,
        "name": _without_keys(span.name),
        "service": str(span.resource.attributes.get(SERVICE_ATTRIBUTE, "")),
        "association": str(span.resource.attributes.get(ASSOCIATION_ATTRIBUTE, "")),
        "start_ns": began,
        "duration_ms": round((ended - began) / 1_000_000, 3),
        "failed": not span.status.is_ok,
        "faults": [str(found[FAULT_TYPE]) for event in span.events if FAULT_TYPE in (found := event.attributes or {})],
        "attributes": _kept(span.attributes or {}),
    }


def _without_keys(name: str) -> str:
    """Libraries name spans after the concrete subject, whose last token is a person or a case."""
    return " ".join(_template_word(word) for word in name.split(" "))


def _template_word(word: str) -> str:
    if word.startswith("lotse."):
        return template_of(word)
    return "inbox" if word.startswith("_INBOX") else _safe_text(word)


def _kept(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _safe(value) for name, value in attributes.items() if _ATTRIBUTES_KEPT.match(name)}


class JsonFormatter(logging.Formatter):
    """One JSON object a line. A fault is told by its types and places in the code, never by its text."""

    def __init__(self, service: str, association: str) -> None:
        super().__init__()
        self._who = {"service": service, "association": association}

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON; what a foreign library formatted on its own is not taken over."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            **self._who,
            "logger": record.name,
            "message": _message(record),
        }
        span = trace.get_current_span().get_span_context()
        if span.is_valid:
            line["trace_id"] = f"{span.trace_id:032x}"
        if record.exc_info and record.exc_info[1] is not None:
            line["fault"] = fault_record(record.exc_info[1])
        extra = {name: _safe(value) for name, value in vars(record).items() if name not in _RECORD_FIELDS}
        return json.dumps(line | {name: value for name, value in extra.items() if name not in line}, ensure_ascii=False)


def fault_record(fault: BaseException) -> dict[str, Any]:
    """Types of the fault and its causes, and where in the code it came from."""
    types: list[str] = []
    cause: BaseException | None = fault
    while cause is not None and len(types) < FRAMES_MAX:
        types.append(type(cause).__name__)
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    frames = traceback.extract_tb(fault.__traceback__)[-FRAMES_MAX:]
    return {"types": types, "at": [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]}


def _message(record: logging.LogRecord) -> str:
    if not record.name.startswith(_OUR_LOGGERS):
        return f"{record.module}:{record.lineno}"  # a library's text may quote what it was given
    try:
        return str(record.msg) % _safe_arguments(record.args) if record.args else str(record.msg)
    except (TypeError, ValueError):
        return str(record.msg)


def _safe_arguments(arguments: Any) -> Any:
    if isinstance(arguments, Mapping):
        return {name: _safe(value) for name, value in arguments.items()}
    return tuple(_safe(value) for value in arguments)


def _safe(value: Any) -> Any:
    """Numbers, ids and plain words; of everything else only the type."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, UUID):
        return str(value)
    return _safe_text(value) if isinstance(value, str) else f"<{type(value).__name__}>"


def _safe_text(text: str) -> str:
    """Names of code and subjects are plain; addresses, other scripts and long numbers come from people."""
    shown = text[:TEXT_CHARACTERS_MAX]
    plain = _PLAIN.match(shown) and not _LONG_NUMBER.search(_UUID.sub("", shown))
    return shown if plain else _WITHHELD
