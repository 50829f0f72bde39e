"""Sending LiveKit's spans of a call, and our own, to a collector (OTLP over HTTP)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from multiprocessing.util import Finalize

from livekit.agents.telemetry import set_tracer_provider
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span
from opentelemetry.util.re import parse_env_headers

from bot.telemetry.call_spans import CallSpans

# A collector that does not answer costs the end of a process so long, and a call nothing.
_SEND_S = 3
_EVERY_MS = 2_000
_NANO = 1_000_000_000


class Tracing:
    """Made once a process, before its call: LiveKit's span of the whole job begins first.

    A thread sends what waits every two seconds, and the rest when the process ends.
    """

    def __init__(self, endpoint: str, headers: str = "") -> None:
        self._spans = CallSpans(
            OTLPSpanExporter(
                endpoint=f"{endpoint.rstrip('/')}/v1/traces",
                headers=parse_env_headers(headers, liberal=True),
                timeout=_SEND_S,
            )
        )
        self._provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
        self._provider.add_span_processor(
            BatchSpanProcessor(self._spans, schedule_delay_millis=_EVERY_MS)
        )
        self._tracer = self._provider.get_tracer("storyline")
        self._call: Span | None = None
        set_tracer_provider(self._provider, allow_pii=False)
        # A process of LiveKit's pool ends without what is registered with `atexit`.
        self.close = Finalize(self, self._provider.shutdown, exitpriority=1)

    def flush(self) -> bool:
        """Send what there is now; False when that did not work."""
        return self._provider.force_flush(_SEND_S * 1000)

    @contextmanager
    def call(self, call_id: str) -> Iterator[Span]:
        """Our own span of one call; whatever begins in it belongs to it."""
        self._spans.call_id = call_id
        with self._tracer.start_as_current_span("call", record_exception=False) as span:
            self._call = span
            try:
                yield span
            finally:
                self._call = None

    def note(self, kind: str, at: datetime) -> None:
        """Something happened in the call; nothing before it has begun and after its end."""
        if self._call is not None:
            self._call.add_event(kind, timestamp=round(at.timestamp() * _NANO))

    def tell(self, facts: Mapping[str, str | int | float]) -> None:
        """What has become known of the call."""
        if self._call is not None:
            self._call.set_attributes({f"storyline.{name}": fact for name, fact in facts.items()})


def _resource() -> Resource:
    """Storyline, unless OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES say otherwise."""
    made = Resource.create()
    if str(made.attributes[SERVICE_NAME]).startswith("unknown_service"):
        return made.merge(Resource({SERVICE_NAME: "storyline"}))
    return made
