"""What is done about whoever, or whatever, has answered."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from livekit.agents.voice.amd import AMDCategory

from bot.call.reception import Reception
from bot.records import EndReason
from bot.talk.ending import Ending
from sip.calls.outcome import Outcome

pytestmark = pytest.mark.unit


@dataclass
class FakeTalk:
    """A conversation that notes what it is told."""

    ending: Ending
    said: list[str] = field(default_factory=list)

    async def farewell(self, reason: EndReason, prompt: str) -> None:
        self.said.append(prompt)
        self.ending.set(reason)


@dataclass
class FakeProgress:
    """A page of the ledger that notes what it became."""

    became_: list[tuple[Outcome, str | None]] = field(default_factory=list)

    async def became(self, outcome: Outcome, detail: str | None = None) -> None:
        self.became_.append((outcome, detail))


@dataclass
class Scene:
    """One answered call, and who deals with it."""

    reception: Reception
    talk: FakeTalk
    progress: FakeProgress
    ending: Ending


def a_scene(on_voicemail: str) -> Scene:
    ending = Ending()
    talk, progress = FakeTalk(ending), FakeProgress()
    stand_ins: tuple[Any, Any] = (talk, progress)
    settings: Any = type("S", (), {"outbound": type("O", (), {"on_voicemail": on_voicemail})})
    line: Any = None
    reception = Reception(stand_ins[0], line, stand_ins[1], ending, settings)
    return Scene(reception, talk, progress, ending)


async def test_a_mailbox_gets_a_message_when_that_is_wanted() -> None:
    scene = a_scene("message")
    await scene.reception._deal_with(AMDCategory.MACHINE_VM)
    assert scene.talk.said == ["voicemail"]
    assert scene.progress.became_ == [(Outcome.VOICEMAIL, "A message was left.")]
    assert scene.ending.reason is EndReason.VOICEMAIL


@pytest.mark.parametrize(
    ("on_voicemail", "category"),
    [
        ("hang_up", AMDCategory.MACHINE_VM),
        ("hang_up", AMDCategory.MACHINE_UNAVAILABLE),
        ("message", AMDCategory.MACHINE_UNAVAILABLE),
    ],
)
async def test_without_a_wish_or_without_room_for_a_message_it_is_hung_up_on(
    on_voicemail: str, category: AMDCategory
) -> None:
    scene = a_scene(on_voicemail)
    await scene.reception._deal_with(category)
    assert scene.talk.said == []
    assert scene.progress.became_ == [(Outcome.VOICEMAIL, "No message was left.")]
    assert scene.ending.reason is EndReason.VOICEMAIL


@pytest.mark.parametrize("category", [AMDCategory.HUMAN, AMDCategory.UNCERTAIN])
async def test_whoever_may_be_a_person_is_talked_with(category: AMDCategory) -> None:
    scene = a_scene("message")
    await scene.reception._deal_with(category)
    assert (scene.talk.said, scene.progress.became_, scene.ending.reason) == ([], [], None)
