"""A caller for whom there is no place hears one sentence, or the busy tone, and is let go."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.call import turning_away as module
from bot.call.turning_away import turn_away
from bot.records import EndReason, Limit, Refusal
from bot.talk.clips import Clip
from bot.talk.floor.ending import Ending
from bot.talk.line import Line
from tests.bot.call.fake_job import FakeJob
from tests.bot.settings.made import made
from tests.bot.talk.fake_room import ROOM, SECRET, FakeRoom
from tests.bot.talk.fakes import CLIP_S, now_s

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

LAST_SOUND_S = 0.6


class FakeClips:
    """A player whose clips last two seconds."""

    def __init__(self, room: Any, folder: Path | None) -> None:
        self.room, self.folder = room, folder
        self.published: list[float] = []
        self.played: list[tuple[float, Clip]] = []
        self.closed = 0

    async def publish(self) -> None:
        self.published.append(now_s())

    async def play(self, clip: Clip) -> None:
        self.played.append((now_s(), clip))
        await asyncio.sleep(CLIP_S)

    async def aclose(self) -> None:
        self.closed += 1


class Scene:
    """One ringing telephone."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **environ: str) -> None:
        self.players: list[FakeClips] = []
        self.job, self.room, self.ending = FakeJob(made(**environ)), FakeRoom(), Ending()
        self.settings = made(**environ)
        self.line = Line(self.room.as_room, ROOM, self.ending, secret=SECRET)
        self.line.expect("caller", on_telephone=True)
        monkeypatch.setattr(module, "ClipPlayer", self._player)

    def _player(self, room: Any, folder: Path | None) -> FakeClips:
        self.players.append(FakeClips(room, folder))
        return self.players[-1]

    @property
    def clips(self) -> FakeClips:
        [player] = self.players
        return player

    def answered(self, after_s: float) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(after_s, self.room.joins, "caller", "active")

    def hangs_up(self, after_s: float) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(after_s, self.ending.set, EndReason.CALLER_HUNG_UP)

    async def turned_away(self, limit: Limit = Limit.CALLER_PER_HOUR, times: int = 0) -> None:
        await turn_away(self.job.ctx, self.settings, self.line, self.ending, Refusal(limit, times))


Make = Callable[..., Scene]


@pytest.fixture
def a_call(monkeypatch: pytest.MonkeyPatch) -> Make:
    return lambda **environ: Scene(monkeypatch, **environ)


@pytest.mark.parametrize("limit", Limit)
async def test_a_caller_is_told_whether_it_is_them_or_everybody(a_call: Make, limit: Limit) -> None:
    call = a_call()
    call.answered(1)
    await call.turned_away(limit)
    everybody = limit in (Limit.CALLS_PER_DAY, Limit.MINUTES_PER_DAY, Limit.COST_PER_DAY)
    assert call.clips.played == [(1, Clip.BUSY if everybody else Clip.ENOUGH)]


async def test_the_sentence_is_heard_to_its_end(a_call: Make) -> None:
    call = a_call()
    call.answered(1)
    await call.turned_away()
    assert now_s() == pytest.approx(1 + CLIP_S + LAST_SOUND_S)


async def test_the_track_that_makes_livekit_answer_is_opened_at_once(a_call: Make) -> None:
    call = a_call()
    call.answered(1)
    await call.turned_away()
    assert call.clips.published == [0]


async def test_the_record_says_which_limit_it_was(a_call: Make) -> None:
    call = a_call()
    await call.turned_away(Limit.MINUTES_PER_DAY)
    assert call.ending.reason is EndReason.LIMIT_REACHED
    assert call.ending.error == "minutes of the whole line in a day"


@pytest.mark.parametrize(("times", "is_told"), [(0, True), (2, True), (3, False), (50, False)])
async def test_whoever_was_told_three_times_gets_the_busy_tone(
    a_call: Make, times: int, is_told: bool
) -> None:
    call = a_call()
    call.answered(1)
    await call.turned_away(times=times)
    assert bool(call.players) is is_told
    assert call.ending.reason is EndReason.LIMIT_REACHED
    if not is_told:
        assert now_s() == 0


async def test_a_telephone_that_is_not_answered_is_let_go_after_ten_seconds(a_call: Make) -> None:
    call = a_call()
    await call.turned_away()
    assert now_s() == 10
    assert call.clips.played == []


async def test_a_caller_who_hangs_up_is_told_nothing_more(a_call: Make) -> None:
    call = a_call()
    call.answered(1)
    call.hangs_up(2)
    await call.turned_away()
    assert now_s() == 2


@pytest.mark.parametrize("leaves_s", [0.5, 2.0])
async def test_a_caller_who_hangs_up_was_turned_away_all_the_same(
    a_call: Make, leaves_s: float
) -> None:
    call = a_call()
    call.answered(1)
    call.hangs_up(leaves_s)
    await call.turned_away(Limit.CALLER_AT_ONCE)
    assert call.ending.reason is EndReason.LIMIT_REACHED
    assert call.ending.error == "calls of one number at once"


@pytest.mark.parametrize("leaves_s", [0.5, 2.0, 9.0])
async def test_the_player_is_closed_whenever_the_caller_leaves(
    a_call: Make, leaves_s: float
) -> None:
    call = a_call()
    call.answered(1)
    call.hangs_up(leaves_s)
    await call.turned_away()
    assert call.clips.closed == 1
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_the_operators_own_sentences_are_played(a_call: Make, tmp_path: Path) -> None:
    call = a_call(STORYLINE_CLIPS_DIR=str(tmp_path))
    await call.turned_away()
    assert call.clips.folder == tmp_path
