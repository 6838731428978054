"""The step `send mail` in the trace of the message that led to it: provider, channel and stage, nothing of a person."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.trace import Span, StatusCode

from lotse_chassis import telemetry
from lotse_notify.domain.outcome import Outcome, Stage
from lotse_notify.store.attempts import Attempt

SEND = "send mail"
STAGE = "lotse.stage"

tracer = trace.get_tracer("lotse")


@contextmanager
def sending(of: Attempt) -> Iterator[Span]:
    """One try; what is said inside continues it."""
    known: dict[str, str | int] = {
        "lotse.channel": of.channel,
        "lotse.provider": of.provider,
        "lotse.attempt": of.notification.tries,
        STAGE: of.stage,
    }
    parent = telemetry.parent_of(of.notification.traceparent)
    with tracer.start_as_current_span(SEND, context=parent, attributes=known) as span:
        yield span


def reached(span: Span, stage: Stage) -> None:
    """How far it has come; committed by now."""
    span.set_attribute(STAGE, stage)


def ended(span: Span, outcome: Outcome) -> None:
    """What became of it. Whatever did not leave has failed, except what was held back."""
    span.set_attributes({"lotse.ending": outcome.ending, "lotse.reason": outcome.reason})
    if outcome.ending not in ("accepted", "withdrawn"):
        span.set_status(StatusCode.ERROR)
