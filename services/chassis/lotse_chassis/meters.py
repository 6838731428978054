"""What a service counts, for Prometheus; labels are templates of subjects, never a key or a person."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

HANDLE_SECONDS = (0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0)


class Meters:
    """One registry per service, so that several services may live in one process."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        kept = self.registry
        self._handled = Counter("lotse_messages_handled", "messages that took effect", ["service"], registry=kept)
        self._repeated = Counter(
            "lotse_messages_repeated", "messages that took effect before", ["service"], registry=kept
        )
        self._failures = Counter("lotse_failures", "attempts that failed", ["service", "subject"], registry=kept)
        self._buried = Counter("lotse_dead_letters", "messages not settled", ["service", "subject"], registry=kept)
        self._seconds = Histogram(
            "lotse_batch_seconds", "from decoding to commit", ["service"], buckets=HANDLE_SECONDS, registry=kept
        )
        self._asked = Histogram(
            "lotse_ask_seconds",
            "time to answer a question",
            ["service", "subject"],
            buckets=HANDLE_SECONDS,
            registry=kept,
        )
        self._relayed = Counter("lotse_outbox_relayed", "messages that left the outbox", ["service"], registry=kept)
        self._outbox_age = Gauge(
            "lotse_outbox_oldest_seconds", "age of the oldest unsent row", ["service"], registry=kept
        )
        self._unheard_age = Gauge(
            "lotse_transfers_unheard_oldest_seconds",
            "age of the oldest transfer that no partner has acknowledged",
            ["service"],
            registry=kept,
        )
        self._pending = Gauge(
            "lotse_inbox_pending", "messages that wait at the broker", ["service", "consumer"], registry=kept
        )
        self._timers_late = Gauge("lotse_timers_overdue", "timers whose time has passed", ["service"], registry=kept)
        self._timers_stuck = Gauge("lotse_timers_stuck", "timers that failed too often", ["service"], registry=kept)
        self._service = service

    def batch(self, handled: int, repeated: int, seconds: float) -> None:
        """A batch, or a single message, was settled."""
        self._handled.labels(self._service).inc(handled)
        self._repeated.labels(self._service).inc(repeated)
        if handled:
            self._seconds.labels(self._service).observe(seconds)

    def failed(self, subject: str) -> None:
        """One attempt failed and will be repeated."""
        self._failures.labels(self._service, subject).inc()

    def buried(self, subject: str) -> None:
        """One message went to the dead letters."""
        self._buried.labels(self._service, subject).inc()

    def asked(self, subject: str, seconds: float) -> None:
        """One question was answered."""
        self._asked.labels(self._service, subject).observe(seconds)

    def relayed(self, rows: int) -> None:
        """Rows of the outbox were published."""
        self._relayed.labels(self._service).inc(rows)

    def outbox_age(self, seconds: float) -> None:
        """How long the oldest unsent row has waited."""
        self._outbox_age.labels(self._service).set(seconds)

    def unheard_age(self, seconds: float) -> None:
        """How long the oldest transfer has waited for its receipt."""
        self._unheard_age.labels(self._service).set(seconds)

    def pending(self, consumer: str, messages: int) -> None:
        """How many messages wait at the broker for one consumer, named by its stream and durable."""
        self._pending.labels(self._service, consumer).set(messages)

    def timers(self, overdue: int, stuck: int) -> None:
        """How many timers are late, and how many failed too often."""
        self._timers_late.labels(self._service).set(overdue)
        self._timers_stuck.labels(self._service).set(stuck)
