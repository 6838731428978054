"""Traces run on, and neither traces nor logs ever say a value."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Tracer

from lotse_chassis import telemetry

PERSON = "5f0c2a54-7d1a-4e0e-9d3a-2f1f6d1f4c11"
VALUES = ("olena.k@example.org", "+49 351 1234567", "Олена", "Hauptstraße 5", 'she said "no"')
HEADER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def traces(tmp_path: Path) -> Path:
    return tmp_path / "traces" / "intake.jsonl"


@pytest.fixture
def provider(traces: Path) -> Iterator[TracerProvider]:
    provider = telemetry.trace_service("intake", "auslaenderrat", traces)
    yield provider
    provider.shutdown()


@pytest.fixture
def tracer(provider: TracerProvider) -> Tracer:
    return provider.get_tracer("lotse")


def written(provider: TracerProvider, traces: Path) -> list[dict[str, object]]:
    provider.force_flush()
    return [json.loads(line) for line in traces.read_text().splitlines()]


def test_a_trace_goes_on_where_it_came_from(provider: TracerProvider, tracer: Tracer, traces: Path) -> None:
    with telemetry.extracted(HEADER), tracer.start_as_current_span("handle lotse.*.cmd.intake.submit-enquiry.v1"):
        onwards = telemetry.inject()
    [span] = written(provider, traces)
    assert span["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
    assert span["parent_id"] == "b7ad6b7169203331"
    assert onwards == {"traceparent": f"00-{span['trace_id']}-{span['span_id']}-01"}
    assert (span["service"], span["association"]) == ("intake", "auslaenderrat")


@pytest.mark.parametrize("header", [None, "", "garbage", HEADER[:-5], "00-" + "0" * 32 + "-" + "0" * 16 + "-01"])
def test_a_malformed_trace_starts_afresh(
    header: str | None, provider: TracerProvider, tracer: Tracer, traces: Path
) -> None:
    with telemetry.extracted(header), tracer.start_as_current_span("handle"):
        pass
    [span] = written(provider, traces)
    assert span["parent_id"] is None


def test_outside_a_trace_nothing_is_injected() -> None:
    with telemetry.extracted(None):
        assert telemetry.inject() == {}


def test_a_span_forgets_keys_and_what_a_fault_said(provider: TracerProvider, tracer: Tracer, traces: Path) -> None:
    subject = f"lotse.auslaenderrat.evt.intake.case-opened.v1.{PERSON}"
    values: dict[str, str | int] = {"messaging.destination.name": subject, "lotse.attempt": 2, "lotse.note": VALUES[0]}

    def fail() -> None:
        with tracer.start_as_current_span(f"{subject} publish") as own:
            own.set_attributes(values)
            raise ValueError("Олена")

    with pytest.raises(ValueError, match="Олена"):
        fail()
    [span] = written(provider, traces)
    assert span["name"] == "lotse.*.evt.intake.case-opened.v1 publish"
    assert span["failed"] is True
    assert span["faults"] == ["ValueError"]
    assert span["attributes"] == {"lotse.attempt": 2, "lotse.note": "…"}
    text = traces.read_text()
    assert PERSON not in text
    assert "Олена" not in text


def test_a_span_tells_how_long_it_took(provider: TracerProvider, tracer: Tracer, traces: Path) -> None:
    span = tracer.start_span("work", start_time=1_000_000_000)
    span.end(end_time=1_012_500_000)
    [kept] = written(provider, traces)
    assert (kept["start_ns"], kept["duration_ms"], kept["failed"]) == (1_000_000_000, 12.5, False)


def test_traces_never_take_more_than_twice_their_bound(tmp_path: Path) -> None:
    provider = TracerProvider()
    spans = []
    for _ in range(200):
        span = provider.get_tracer("lotse").start_span("work")
        span.end()
        spans.append(span)
    exporter = telemetry.JsonLinesExporter(tmp_path / "t.jsonl", bytes_max=4_000)
    for span in spans:
        exporter.export([span])  # type: ignore[list-item]
    assert {path.name for path in tmp_path.iterdir()} == {"t.jsonl", "t.jsonl.1"}
    assert all(path.stat().st_size <= 4_000 for path in tmp_path.iterdir())


def test_a_full_disk_costs_traces_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").mkdir()
    span = TracerProvider().get_tracer("lotse").start_span("work")
    span.end()
    assert telemetry.JsonLinesExporter(tmp_path / "t.jsonl").export([span]).name == "FAILURE"  # type: ignore[list-item]


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(telemetry.JsonFormatter("intake", "auslaenderrat"))
    logger = logging.getLogger("lotse_chassis.test")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    yield logger, text
    logger.removeHandler(handler)


def test_a_log_line_says_what_happened_where(log: tuple[logging.Logger, io.StringIO], tracer: Tracer) -> None:
    logger, text = log
    with tracer.start_as_current_span("handle") as span:
        logger.warning("dead letter from %s after %d", "lotse.*.cmd.intake.submit-enquiry.v1", 5)
    line = json.loads(text.getvalue())
    assert line["message"] == "dead letter from lotse.*.cmd.intake.submit-enquiry.v1 after 5"
    assert (line["level"], line["service"], line["association"]) == ("warning", "intake", "auslaenderrat")
    assert line["trace_id"] == f"{span.get_span_context().trace_id:032x}"
    assert line["time"].endswith("+00:00")


@pytest.mark.parametrize("value", VALUES)
def test_no_value_of_a_person_gets_into_a_log(value: str, log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, text = log
    logger.info("a mishap of the programmer: %s", value, extra={"note": value, "who": {"name": value}})
    logger.info("by name: %(who)s", {"who": value})
    try:
        try:
            raise KeyError(value)
        except KeyError as cause:
            raise ValueError(value) from cause
    except ValueError:
        logger.exception("failed")
    assert value not in text.getvalue()
    assert value not in json.loads(text.getvalue().splitlines()[0])["message"]
    fault = json.loads(text.getvalue().splitlines()[-1])["fault"]
    assert fault["types"] == ["ValueError", "KeyError"]
    assert fault["at"][0].startswith("test_telemetry.py:")


def test_ids_and_numbers_are_said(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, text = log
    given: UUID = uuid4()
    logger.info("taken: %s %s %.1f", given, str(given), 2.5, extra={"rows": 3})
    line = json.loads(text.getvalue())
    assert line["message"] == f"taken: {given} {given} 2.5"
    assert line["rows"] == 3


def test_a_text_that_does_not_fit_its_arguments_is_no_fault() -> None:
    record = logging.LogRecord("lotse_chassis.test", logging.INFO, "/x/relay.py", 1, "count %d", ("many",), None)
    assert json.loads(telemetry.JsonFormatter("intake", "auslaenderrat").format(record))["message"] == "count %d"


def test_what_a_library_says_is_not_taken_over() -> None:
    record = logging.LogRecord("uvicorn.access", logging.INFO, "/x/h11_impl.py", 42, "GET /person/Олена", (), None)
    line = json.loads(telemetry.JsonFormatter("intake", "auslaenderrat").format(record))
    assert line["message"] == "h11_impl:42"
    assert line["logger"] == "uvicorn.access"
