"""A call that ends while it rings holds nobody up."""

import asyncio

import pytest
from livekit.agents import AgentSession

from agents.callee import Callee
from agents.conversation import Conversation
from agents.intro import IntroAgent
from tests.agents.fake_line import FakeLine
from tests.agents.scripted_llm import ScriptedLLM

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("agent", [IntroAgent(), IntroAgent(Callee("Maria", "Lisbon"))])
async def test_a_session_whose_call_was_never_answered_closes_without_a_word(
    agent: IntroAgent,
) -> None:
    async with asyncio.timeout(5):
        async with AgentSession[Conversation](
            llm=ScriptedLLM(), userdata=Conversation(line=FakeLine(opens=False))
        ) as session:
            await session.start(agent)
        assert session.history.messages() == []
