"""A collector that speaks OTLP over HTTP: keeps what it is sent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

Values = dict[str, str | int | float | bool]


@dataclass
class Collector:
    """Answers with `status`. `url` is what goes into OTEL_EXPORTER_OTLP_ENDPOINT."""

    status: int = 200
    url: str = ""
    spans: list[Span] = field(default_factory=list)
    services: set[str] = field(default_factory=set)
    headers: list[dict[str, str]] = field(default_factory=list)
    raw: bytes = b""
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.headers.append(dict(request.headers))
        if self.status == 200:
            self.raw += body
            for sent in ExportTraceServiceRequest.FromString(body).resource_spans:
                self.services.add(str(values(sent.resource.attributes)["service.name"]))
                for scope in sent.scope_spans:
                    self.spans += scope.spans
            self.came.set()
        answer = ExportTraceServiceResponse().SerializeToString()
        return web.Response(status=self.status, body=answer, content_type="application/x-protobuf")

    def named(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.name == name]

    async def wait_named(self, name: str) -> None:
        """Until a span of that name has come."""
        while True:
            self.came.clear()
            if self.named(name):
                return
            await self.came.wait()


def values(attributes: object) -> Values:
    """Attributes as they were set."""
    found: Values = {}
    for each in attributes:  # type: ignore[attr-defined]  # a repeated field of protobuf
        found[each.key] = getattr(each.value, each.value.WhichOneof("value"))
    return found


@asynccontextmanager
async def collecting(host: str = "127.0.0.1") -> AsyncIterator[Collector]:
    collector = Collector()
    app = web.Application(client_max_size=64_000_000)
    app.router.add_post("/v1/traces", collector.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, host, 0).start()
    collector.url = f"http://{host}:{runner.addresses[0][1]}"
    try:
        yield collector
    finally:
        await runner.cleanup()
