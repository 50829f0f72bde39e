"""A conversation's spans at a real collector: all with the call's id, none with what was said."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from livekit.agents import AgentSession
from livekit.agents.telemetry import tracer

from agents.conversation import Conversation
from agents.intro import IntroAgent
from bot.telemetry.tracing import Tracing
from tests.agents.fake_line import FakeLine
from tests.agents.scripted_llm import Answer, ScriptedLLM
from tests.bot.telemetry.collector import Collector, collecting, values

pytestmark = pytest.mark.unit

CALL_ID = "3f1c7f0e-0000-4000-8000-000000000001"
STORY = "You stand at the harbour of Lisbon, Maria. Where do you go?"
SAID = "I am Maria from Lisbon, and my number is +12025550123."
GATHERED = Answer(calls=(("information_gathered", {"name": "Maria", "location": "Lisbon"}),))
PRIVATE = (b"Maria", b"Lisbon", b"2025550123", b"harbour", b"storyteller", b"You are Echo")


@asynccontextmanager
async def traced(collector: Collector, headers: str = "") -> AsyncIterator[Tracing]:
    before = tracer._tracer_provider
    tracing = Tracing(collector.url, headers)
    try:
        yield tracing
    finally:
        await asyncio.to_thread(tracing.close)
        tracer.set_provider(before)


async def talk() -> None:
    line = FakeLine()
    model = ScriptedLLM(GATHERED, Answer(STORY), Answer(fails=True))
    conversation = Conversation(line=line)
    async with AgentSession[Conversation](llm=model, userdata=conversation) as session:
        line.session = session
        await session.start(IntroAgent(), capture_run=True)
        async with asyncio.timeout(5):
            await session.run(user_input=SAID)


async def test_every_span_has_the_calls_id_and_none_has_words_or_numbers() -> None:
    async with collecting() as collector, traced(collector) as tracing:
        with tracing.call(CALL_ID):
            await talk()
            tracing.tell({"end_reason": "story_finished", "turns": 3})
        assert await asyncio.to_thread(tracing.flush)
    names = {span.name for span in collector.spans}
    assert {"call", "agent_session", "agent_turn", "llm_node", "function_tool"} <= names
    for span in collector.spans:
        assert values(span.attributes)["storyline.call_id"] == CALL_ID, span.name
        assert not span.status.message
    for private in PRIVATE:
        assert private not in collector.raw, private
    assert collector.services == {"storyline"}


async def test_ours_holds_the_events_of_the_diary_and_how_it_ended() -> None:
    async with collecting() as collector, traced(collector) as tracing:
        moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
        tracing.note("ringing", moment)  # nobody's yet
        with tracing.call(CALL_ID):
            tracing.note("answered", moment)
            tracing.tell({"end_reason": "silence", "direction": "inbound", "turns": 3})
        tracing.note("leg_gone", moment)
        assert await asyncio.to_thread(tracing.flush)
    [call] = collector.named("call")
    assert [(event.name, event.time_unix_nano) for event in call.events] == [
        ("answered", 1772366400_000_000_000)
    ]
    assert values(call.attributes) == {
        "storyline.call_id": CALL_ID,
        "storyline.end_reason": "silence",
        "storyline.direction": "inbound",
        "storyline.turns": 3,
    }


async def test_spans_of_the_conversation_lie_in_the_call() -> None:
    async with collecting() as collector, traced(collector) as tracing:
        with tracing.call(CALL_ID):
            await talk()
        assert await asyncio.to_thread(tracing.flush)
    [call] = collector.named("call")
    assert {span.trace_id for span in collector.spans} == {call.trace_id}
    [session] = collector.named("agent_session")
    assert session.parent_span_id == call.span_id


async def test_the_text_of_an_error_does_not_leave() -> None:
    async with collecting() as collector, traced(collector) as tracing:
        with pytest.raises(ValueError, match="Maria"), tracing.call(CALL_ID):
            raise ValueError("Maria at +12025550123")
        assert await asyncio.to_thread(tracing.flush)
    assert len(collector.spans) == 1
    assert b"Maria" not in collector.raw


async def test_nothing_is_sent_before_there_is_a_call() -> None:
    async with collecting() as collector, traced(collector) as tracing:
        with tracer.start_as_current_span("event_loop_blocked"):
            pass
        assert await asyncio.to_thread(tracing.flush)
        assert collector.headers == []


async def test_the_collectors_key_is_sent() -> None:
    async with collecting() as collector, traced(collector, "x-key=s3cret,x-team=a%20b") as tracing:
        with tracing.call(CALL_ID):
            pass
        assert await asyncio.to_thread(tracing.flush)
    [headers] = collector.headers
    assert (headers["x-key"], headers["x-team"]) == ("s3cret", "a b")


async def test_a_collector_that_refuses_or_is_away_raises_nothing() -> None:
    async with collecting() as collector, traced(collector) as tracing:
        collector.status = 400
        with tracing.call(CALL_ID):
            pass
        await asyncio.to_thread(tracing.flush)
    assert collector.spans == []


_LOADED = """
import sys
import bot.call.entry, bot.worker.worker
print(sorted(name for name in sys.modules if name.startswith("bot.telemetry")))
"""


@pytest.mark.process
def test_without_a_collector_nothing_of_ours_is_loaded() -> None:
    told = subprocess.run(
        [sys.executable, "-c", _LOADED], check=True, capture_output=True, text=True, timeout=60
    )
    assert told.stdout.strip() == "[]"
