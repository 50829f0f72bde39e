"""What can be alerted on: the calls that ended, and this worker's load, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.records import CallRecord, Order
from bot.records.diary import CallDiary, EventKind
from bot.records.survey.failures import MODEL_ERRORS

_SECONDS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0)
_COUNTED = (
    EventKind.BARGE_IN,
    EventKind.FILLER,
    EventKind.APOLOGY,
    EventKind.TOOL_REFUSED,
    EventKind.CUT_SHORT,
    EventKind.NOTHING_SAID,
    EventKind.QUESTION_ADDED,
    EventKind.RULES_TOLD,
    EventKind.INTRO_ENDED,
    EventKind.GOODBYE_ALONE,
    EventKind.OTHER_LANGUAGE,
    EventKind.RULES_CHALLENGED,
    EventKind.UNASKED,
    EventKind.EMERGENCY,
)


class Metrics:
    """One worker's figures. Those of calls count every call in the database that ended while this
    process ran, so they are the same at every worker: take the largest, not the sum. The acts of
    the watches are this process's own.
    """

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._in_progress = Gauge(
            "storyline_calls_in_progress", "Calls of this worker.", registry=registry
        )
        self._limit = Gauge(
            "storyline_calls_limit", "Calls that this worker takes at once.", registry=registry
        )
        self._ready = Gauge(
            "storyline_ready", "1 when a call that came now would be answered.", registry=registry
        )
        self._blind = Gauge(
            "storyline_watch_blind", "1 when LiveKit's rooms cannot be seen.", registry=registry
        )
        self.backlog = Gauge(
            "storyline_webhook_backlog", "Messages that wait to be taken.", registry=registry
        )
        self._ended = Counter(
            "storyline_calls_ended", "Calls by reason.", ("reason", "direction"), registry=registry
        )
        self._dials = Counter(
            "storyline_dials", "Calls that we made, by outcome.", ("outcome",), registry=registry
        )
        self._events = Counter(
            "storyline_events", "Barge-ins, fillers, what models did.", ("kind",), registry=registry
        )
        self._errors = Counter(
            "storyline_model_errors", "Calls in which a model failed.", ("kind",), registry=registry
        )
        self._acts = Counter(
            "storyline_watch_acts",
            "What the watches of this process did.",
            ("act",),
            registry=registry,
        )
        self._cost = Counter("storyline_cost_usd", "What has a price.", registry=registry)
        self._unpriced = Counter(
            "storyline_calls_without_price", "Calls by model.", ("model",), registry=registry
        )
        self._gap = Histogram(
            "storyline_response_gap_seconds",
            "From the caller's last sound to Echo's first, in the room.",
            buckets=_SECONDS,
            registry=registry,
        )
        self._answer = Histogram(
            "storyline_answer_seconds",
            "From the beginning of a call to its answer.",
            buckets=(*_SECONDS, 15.0, 30.0),
            registry=registry,
        )

    def count(self, record: CallRecord, diary: CallDiary, order: Order | None) -> None:
        """A call has ended."""
        reason = record.end_reason.value if record.end_reason else "unknown"
        self._ended.labels(reason, record.direction.value).inc()
        if record.answered_at is not None:
            self._answer.observe((record.answered_at - record.started_at).total_seconds())
        kind = (record.error or "").partition(":")[0]
        if kind in MODEL_ERRORS:
            self._errors.labels(kind).inc()
        if order is not None and order.outcome is not None:
            self._dials.labels(order.outcome.value).inc()
        self._count_diary(diary)

    def count_act(self, act: str) -> None:
        """A watch of this process did something."""
        self._acts.labels(act).inc()

    def show_load(self, *, calls: int, limit: int, is_ready: bool, is_blind: bool) -> None:
        """How this worker is now."""
        self._in_progress.set(calls)
        self._limit.set(limit)
        self._ready.set(is_ready)
        self._blind.set(is_blind)

    def text(self) -> bytes:
        """The page, in Prometheus's own format."""
        return generate_latest(self._registry)

    def _count_diary(self, diary: CallDiary) -> None:
        for event in diary.events:
            if event.kind in _COUNTED:
                self._events.labels(event.kind.value).inc()
        for turn in diary.turns:
            if turn.gap_s is not None:
                self._gap.observe(turn.gap_s)
        self._cost.inc(diary.cost_usd)
        for model in diary.unpriced:
            self._unpriced.labels(model).inc()
