"""No call goes on for ever, and none ends without a warning and a goodbye."""

import asyncio
from datetime import datetime

import pytest

from agents.conversation import Conversation
from agents.prompts import load_prompt
from agents.story import StoryData
from bot.records import EndReason
from bot.records.diary import Diary, EventKind
from bot.talk.watchers.time_limit import keep_time_limit
from tests.agents.fake_line import FakeLine
from tests.bot.talk.fakes import Scene

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]


class Events:
    """What the diary is told."""

    def __init__(self) -> None:
        self.kinds: list[EventKind] = []

    def note(self, kind: EventKind, _: datetime) -> None:
        self.kinds.append(kind)


BYE = f"insist {load_prompt('farewell_time_limit')}"


async def limited(scene: Scene, conversation: Conversation) -> None:
    await keep_time_limit(scene.floor, conversation, max_call_s=900, wind_down_s=45)


async def test_the_story_is_brought_home_before_the_goodbye() -> None:
    scene = Scene()
    conversation = Conversation(FakeLine(), story=StoryData("Maria", "Lisbon"))
    await limited(scene, conversation)
    wind_down = load_prompt("wind_down", name="Maria", location="Lisbon")
    assert scene.lines == [
        (855.0, f"reply {wind_down}"),
        (858.5, "said"),
        (900.0, "hush"),
        (900.0, BYE),
        (903.5, "said"),
    ]
    assert scene.ending.reason is EndReason.TIME_LIMIT


async def test_the_diary_tells_when_the_story_was_wound_down_and_that_none_was() -> None:
    told = StoryData("Maria", "Lisbon")
    for story, noted in ((told, [EventKind.WIND_DOWN]), (None, [])):
        scene, events = Scene(), Events()
        diary = Diary(None, "one", listener=events.note)
        await keep_time_limit(
            scene.floor,
            Conversation(FakeLine(), story=story),
            max_call_s=900,
            wind_down_s=45,
            diary=diary,
        )
        assert events.kinds == noted


async def test_a_call_without_a_story_is_just_said_goodbye_to() -> None:
    scene = Scene()
    await limited(scene, Conversation(FakeLine()))
    assert scene.lines[:2] == [(900.0, "hush"), (900.0, BYE)]


async def test_the_wind_down_does_not_speak_into_a_goodbye() -> None:
    scene = Scene()
    conversation = Conversation(FakeLine(), story=StoryData("Maria", "Lisbon"))
    limit = asyncio.create_task(limited(scene, conversation))
    await scene.until(854)
    await scene.floor.last_words(EndReason.STORY_FINISHED)
    await limit
    assert scene.timeline.what == ["hush", "clip goodbye"]
    assert scene.ending.reason is EndReason.STORY_FINISHED
