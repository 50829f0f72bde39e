"""The spans of one call on their way out: each with the call's id, none with words or numbers."""

from collections.abc import Sequence

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import Status

from bot.telemetry.allowed import allowed, event_may_leave, span_name

CALL_ID = "storyline.call_id"


class CallSpans(SpanExporter):
    """Hands to `inner` what may leave. Before `call_id` is known nothing does."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner
        self.call_id: str | None = None

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        if self.call_id is None:
            return SpanExportResult.SUCCESS
        return self._inner.export([_plain(span, self.call_id) for span in spans])

    def shutdown(self) -> None:
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._inner.force_flush(timeout_millis)


def _plain(span: ReadableSpan, call_id: str) -> ReadableSpan:
    return ReadableSpan(
        name=span_name(span.name),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes={**allowed(span.attributes), CALL_ID: call_id},
        events=[
            Event(event.name, allowed(event.attributes), event.timestamp)
            for event in span.events
            if event_may_leave(event.name)
        ],
        kind=span.kind,
        # Its description would be the text of an error.
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
