"""What is done about whoever, or whatever, has answered."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
from livekit.agents.voice.amd import AMDCategory

from agents.prompts import load_prompt
from bot.call.reception import Detector, Reception
from bot.records import EndReason
from bot.records.diary import EventKind
from bot.talk.floor.state import State
from sip.calls.outcome import Outcome
from tests.bot.talk.fakes import Scene

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

HUMAN, SCREENER, MAILBOX = AMDCategory.HUMAN, AMDCategory.MACHINE_IVR, AMDCategory.MACHINE_VM
NEVER = 1e6
TO_SCREENER = f"insist {load_prompt('to_screener')}"


@dataclass(frozen=True)
class Heard:
    """A detector's verdict, and when it has made up its mind."""

    category: AMDCategory
    after_s: float = 1.0
    reason: str = "said so"
    error: Exception | None = None

    async def execute(self) -> "Heard":
        await asyncio.sleep(self.after_s)
        if self.error:
            raise self.error
        return self


@dataclass
class FakeProgress:
    """A page of the ledger that notes what it became."""

    notes: list[tuple[Outcome, str | None]] = field(default_factory=list)

    async def became(self, outcome: Outcome, detail: str | None = None) -> None:
        self.notes.append((outcome, detail))


class Answered(Scene):
    """One answered call, and what the detectors will think of it, in their order."""

    def __init__(self, *heard: Heard, leaves_messages: bool = False) -> None:
        super().__init__()
        self.progress = FakeProgress()
        self.detectors: list[tuple[float, bool]] = []
        self.closed = 0
        self.let_speak = 0
        self.diary: list[tuple[EventKind, str]] = []
        self._heard = list(heard)
        self.reception = Reception(
            self.floor,
            cast(Any, self.progress),
            self.ending,
            self._detector,
            self._let_speak,
            leaves_messages=leaves_messages,
            diary=cast(Any, SimpleNamespace(note=lambda *what: self.diary.append(what))),
        )

    def _detector(
        self, limit_s: float, by_words_alone: bool
    ) -> AbstractAsyncContextManager[Detector]:
        self.detectors.append((round(limit_s, 1), by_words_alone))
        return self._listening(self._heard.pop(0))

    @asynccontextmanager
    async def _listening(self, heard: Heard) -> AsyncIterator[Detector]:
        try:
            yield heard
        finally:
            self.closed += 1

    def _let_speak(self) -> None:
        self.let_speak += 1


async def test_echo_speaks_while_it_is_found_out_who_answered() -> None:
    scene = Answered(Heard(HUMAN, after_s=3))
    receiving = asyncio.create_task(scene.reception.run())
    await asyncio.sleep(0.1)
    assert (scene.let_speak, scene.detectors) == (1, [(20.0, False)])
    await receiving
    assert scene.closed == 1


async def test_the_record_tells_who_answered() -> None:
    scene = Answered(Heard(MAILBOX))
    await scene.reception.run()
    assert scene.diary == [(EventKind.RECEPTION, MAILBOX.value)]


@pytest.mark.parametrize("category", [HUMAN, AMDCategory.UNCERTAIN])
async def test_whoever_may_be_a_person_is_talked_with(category: AMDCategory) -> None:
    scene = Answered(Heard(category), leaves_messages=True)
    await scene.reception.run()
    assert (scene.lines, scene.progress.notes, scene.ending.reason) == ([], [], None)
    assert scene.floor.state is State.LISTENING


async def test_a_mailbox_gets_a_message_when_that_is_wanted() -> None:
    scene = Answered(Heard(MAILBOX), leaves_messages=True)
    await scene.reception.run()
    assert scene.timeline.what == ["hush", f"insist {load_prompt('voicemail')}", "said"]
    assert scene.progress.notes == [(Outcome.VOICEMAIL, "A message was left.")]
    assert scene.ending.reason is EndReason.VOICEMAIL


@pytest.mark.parametrize(
    ("leaves_messages", "category"),
    [
        (False, MAILBOX),
        (False, AMDCategory.MACHINE_UNAVAILABLE),
        (True, AMDCategory.MACHINE_UNAVAILABLE),
    ],
)
async def test_without_a_wish_or_without_room_for_a_message_it_is_hung_up_on(
    leaves_messages: bool, category: AMDCategory
) -> None:
    scene = Answered(Heard(category), leaves_messages=leaves_messages)
    await scene.reception.run()
    assert scene.lines == []
    assert scene.progress.notes == [(Outcome.VOICEMAIL, "No message was left.")]
    assert scene.ending.reason is EndReason.VOICEMAIL


async def test_a_screener_is_told_who_calls_and_the_person_behind_it_is_talked_with() -> None:
    scene = Answered(Heard(SCREENER), Heard(SCREENER, after_s=5), Heard(HUMAN, after_s=5))
    await scene.reception.run()
    assert scene.timeline.what == [TO_SCREENER, "said"]
    assert scene.progress.notes == [(Outcome.SCREENED, None), (Outcome.ANSWERED, None)]
    assert scene.floor.state is State.LISTENING
    assert scene.ending.reason is None
    # Behind a screener only words count, and all of it together has a limit.
    assert scene.detectors == [(20.0, False), (30.0, True), (25.0, True)]
    assert scene.closed == 3


async def test_echo_holds_her_tongue_while_the_screener_asks_its_owner() -> None:
    scene = Answered(Heard(SCREENER), Heard(HUMAN, after_s=9))
    receiving = asyncio.create_task(scene.reception.run())
    await scene.until(6)
    assert scene.floor.state is State.HELD
    await receiving


@pytest.mark.parametrize("talks_on", [True, False])
async def test_a_screener_behind_which_nobody_comes_ends_the_call_in_time(talks_on: bool) -> None:
    verdicts = [Heard(SCREENER, after_s=7)] * 9 if talks_on else [Heard(SCREENER, after_s=NEVER)]
    scene = Answered(Heard(SCREENER), *verdicts)
    await scene.reception.run()
    assert scene.ending.reason is EndReason.SCREENED
    # 1 s for the verdict, 3.5 s of Echo's words, 30 s of waiting.
    ended_s = asyncio.get_running_loop().time() - scene.timeline.began_s
    assert ended_s == pytest.approx(34.5, abs=0.5)


async def test_a_detector_that_never_makes_up_its_mind_is_not_waited_for() -> None:
    scene = Answered(Heard(MAILBOX, after_s=NEVER))
    began_s = asyncio.get_running_loop().time()
    await scene.reception.run()
    assert asyncio.get_running_loop().time() - began_s == pytest.approx(20)
    assert (scene.ending.reason, scene.closed) == (None, 1)


@pytest.mark.parametrize("where", ["at first", "behind a screener"])
async def test_a_detector_that_breaks_ends_no_conversation(where: str) -> None:
    broken = Heard(HUMAN, error=AttributeError("_activity"))
    verdicts = [broken] if where == "at first" else [Heard(SCREENER), broken]
    scene = Answered(*verdicts)
    await scene.reception.run()
    assert scene.ending.reason is None
    assert scene.floor.state is State.LISTENING
