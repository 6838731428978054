"""One enquiry's trace: begun by the frontends here, gone on in every service, read from the files of spans."""

import asyncio
import json
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.tree import Tree

from lotse_local.demo.frontend import new_traceparent

SPANS_MAX = 400  # of one trace; more are not drawn
POLL_SECONDS = 0.2
NANOSECONDS_PER_MILLISECOND = 1_000_000


@dataclass(frozen=True)
class Span:
    """One step of a trace, by whoever took it."""

    span_id: str
    parent_id: str | None
    name: str
    who: str
    start_ns: int
    duration_ms: float
    failed: bool = False


@dataclass
class Trail:
    """A trace that a frontend begins; each further order about the same enquiry is a step below the first."""

    trace_id: str = field(default_factory=lambda: secrets.token_hex(16))
    spans: list[Span] = field(default_factory=list)

    @contextmanager
    def step(self, who: str, name: str) -> Iterator[str]:
        """The `traceparent` of one step, which lasts until the block ends."""
        span_id, began = secrets.token_hex(8), time.time_ns()
        parent_id = self.spans[0].span_id if self.spans else None
        try:
            yield new_traceparent(self.trace_id, span_id)
        finally:
            lasted = (time.time_ns() - began) / NANOSECONDS_PER_MILLISECOND
            self.spans.append(Span(span_id, parent_id, name, who, began, lasted))


async def whole(trail: Trail, files: Sequence[Path], wanted: Sequence[str], seconds: float) -> list[Span]:
    """Our own spans and those of the services, once every wanted word stands in some name, or the time is up."""
    deadline = time.monotonic() + seconds
    while True:
        spans = [*trail.spans, *(span for file in files for span in _read(file, trail.trace_id))]
        names = [f"{span.who} {span.name}" for span in spans]
        if all(any(word in name for name in names) for word in wanted) or time.monotonic() > deadline:
            return sorted(spans, key=lambda span: span.start_ns)
        await asyncio.sleep(POLL_SECONDS)


def descends(spans: Sequence[Span], steps: Sequence[str]) -> bool:
    """Whether each of these steps stands somewhere directly below the one before."""
    above: set[str | None] = {span.parent_id for span in spans}
    for step in steps:
        above = {span.span_id for span in spans if span.parent_id in above and step in span.name}
    return bool(above)


def drawn(spans: Sequence[Span]) -> Tree:
    """The trace as a tree: when each step began after the first, and how long it took."""
    began = min(span.start_ns for span in spans)
    last = max(span.start_ns / NANOSECONDS_PER_MILLISECOND + span.duration_ms for span in spans)
    total = last - began / NANOSECONDS_PER_MILLISECOND
    tree = Tree(f"{len(spans)} steps, {total:.0f} ms from the first to the last")
    known = {span.span_id for span in spans}
    branches: dict[str, Tree] = {}
    for span in spans[:SPANS_MAX]:
        parent = branches.get(span.parent_id or "") if span.parent_id in known else None
        branches[span.span_id] = (parent or tree).add(_label(span, began))
    return tree


def _label(span: Span, began: int) -> str:
    offset = (span.start_ns - began) / NANOSECONDS_PER_MILLISECOND
    lasted = "[red]failed[/]" if span.failed else f"[dim]{span.duration_ms:.1f} ms[/]"
    return f"[dim]{offset:7.0f} ms[/] [bold]{span.who}[/] {_short(span.name)} {lasted}"


def _short(name: str) -> str:
    """`handle lotse.*.cmd.intake.submit-enquiry.v1` without what every line would repeat."""
    words = [word.removeprefix("lotse.").removeprefix("*.") for word in name.split(" ")]
    return " ".join(words)


def _read(file: Path, trace_id: str) -> Iterator[Span]:
    if not file.is_file():
        return
    with file.open() as lines:
        for line in lines:
            if trace_id in line:
                yield _span(json.loads(line))


def _span(record: Mapping[str, Any]) -> Span:
    return Span(
        span_id=record["span_id"],
        parent_id=record["parent_id"],
        name=record["name"],
        who=f"{record['association']}/{record['service']}",
        start_ns=record["start_ns"],
        duration_ms=record["duration_ms"],
        failed=record["failed"],
    )
