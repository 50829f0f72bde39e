"""Stored phrases: which file is played, on a track that is made once, and stopped at once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import av
import pytest
from livekit import rtc
from livekit.rtc.participant import PublishTrackError

from bot.talk import clips as module
from bot.talk.clips import Clip, ClipPlayer, clip_path
from tests.bot.talk.fakes import now_s

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

FRAME_S = 0.1


# --- which file -----------------------------------------------------------------------------------


@pytest.mark.parametrize("clip", Clip)
async def test_every_phrase_is_packaged_and_short(clip: Clip) -> None:
    path = clip_path(None, clip)
    with av.open(str(path)) as sound:
        length_s = cast(int, sound.duration) / av.time_base
    assert 0.3 < length_s < 6


@pytest.mark.parametrize("ending", [".ogg", ".wav"])
async def test_an_operators_own_phrase_takes_its_place(tmp_path: Path, ending: str) -> None:
    own = tmp_path / f"apology{ending}"
    own.touch()
    assert clip_path(tmp_path, Clip.APOLOGY) == own


async def test_a_phrase_that_the_operator_has_not_is_the_packaged_one(tmp_path: Path) -> None:
    (tmp_path / "apology.ogg").touch()
    (tmp_path / "goodbye.wav").mkdir()
    for clip in (Clip.FILLER, Clip.GOODBYE):
        assert clip_path(tmp_path, clip) == clip_path(None, clip)


# --- playing --------------------------------------------------------------------------------------


@dataclass
class FakeSource:
    """A source of sound that plays a frame in its own time; `hangs`: the connection is dead."""

    hangs: bool = False
    frames: int = 0
    cleared: int = 0
    waited: int = 0
    closed: int = 0

    async def capture_frame(self, _: Any) -> None:
        await asyncio.sleep(3600 if self.hangs else FRAME_S)
        self.frames += 1

    async def wait_for_playout(self) -> None:
        self.waited += 1

    def clear_queue(self) -> None:
        self.cleared += 1

    async def aclose(self) -> None:
        self.closed += 1


@dataclass
class FakeParticipant:
    """Publishes tracks, which LiveKit has at once and tells after `takes_s`, unless it `fails`."""

    fails: Exception | None = None
    takes_s: float = 0.0
    tracks: list[Any] = field(default_factory=list)

    @property
    def local_participant(self) -> "FakeParticipant":
        return self

    async def publish_track(self, track: Any) -> None:
        if self.fails is not None:
            raise self.fails
        self.tracks.append(track)
        await asyncio.sleep(self.takes_s)


class Scene:
    """A player whose clips are ten frames long, in a room without a server."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.room = FakeParticipant()
        self.source = FakeSource()
        self.opened: list[str] = []
        self.file_fails: Exception | None = None
        monkeypatch.setattr(module, "audio_frames_from_file", self._frames)
        monkeypatch.setattr(rtc, "AudioSource", lambda *_, **__: self.source)
        monkeypatch.setattr(rtc.LocalAudioTrack, "create_audio_track", lambda name, _: name)
        self.player = ClipPlayer(cast(rtc.Room, self.room))

    async def _frames(self, path: str, *, sample_rate: int) -> AsyncIterator[None]:
        self.opened.append(Path(path).name)
        if self.file_fails is not None:
            raise self.file_fails
        for _ in range(10):
            yield None


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    return Scene(monkeypatch)


async def test_a_clip_is_over_when_the_caller_has_heard_it(scene: Scene) -> None:
    await scene.player.play(Clip.FILLER)
    assert scene.opened == ["filler.ogg"]
    assert now_s() == pytest.approx(1)
    assert (scene.source.frames, scene.source.waited) == (10, 1)


async def test_a_call_without_trouble_has_no_second_track(scene: Scene) -> None:
    await scene.player.stop()
    await scene.player.aclose()
    assert scene.room.tracks == []


async def test_all_clips_are_played_on_one_track(scene: Scene) -> None:
    await scene.player.play(Clip.FILLER)
    await scene.player.play(Clip.APOLOGY)
    assert scene.room.tracks == ["storyline-clips"]


async def test_a_clip_that_is_stopped_is_silent_at_once(scene: Scene) -> None:
    playing = asyncio.create_task(scene.player.play(Clip.FILLER))
    await asyncio.sleep(0.35)
    await scene.player.stop()
    assert now_s() == pytest.approx(0.35)
    assert (scene.source.frames, scene.source.cleared) == (3, 1)
    await playing


async def test_a_second_clip_takes_the_place_of_the_first(scene: Scene) -> None:
    first = asyncio.create_task(scene.player.play(Clip.FILLER))
    await asyncio.sleep(0.5)
    await scene.player.play(Clip.GOODBYE)
    assert first.done()
    assert scene.opened == ["filler.ogg", "goodbye.ogg"]
    assert now_s() == pytest.approx(1.5)


async def test_whoever_drops_a_clip_does_not_drop_the_next(scene: Scene) -> None:
    playing = asyncio.create_task(scene.player.play(Clip.FILLER))
    await asyncio.sleep(0.35)
    playing.cancel()
    await asyncio.wait({playing})
    await scene.player.play(Clip.GOODBYE)
    assert scene.opened == ["filler.ogg", "goodbye.ogg"]


async def test_a_clip_on_a_dead_connection_is_given_up_after_ten_seconds(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.source.hangs = True
    await scene.player.play(Clip.APOLOGY)
    assert now_s() == 10
    assert scene.source.cleared == 1
    assert caplog.messages == ["a clip could not be played"]


@pytest.mark.parametrize(
    "error", [OSError("no such file"), ValueError("not a sound"), TimeoutError()], ids=repr
)
async def test_a_file_that_cannot_be_played_is_silence(scene: Scene, error: Exception) -> None:
    scene.file_fails = error
    await scene.player.play(Clip.APOLOGY)
    assert now_s() == 0


async def test_a_track_that_cannot_be_published_is_tried_again_with_the_next_clip(
    scene: Scene,
) -> None:
    scene.room.fails = PublishTrackError("no connection")
    await scene.player.play(Clip.FILLER)
    scene.room.fails = None
    await scene.player.play(Clip.APOLOGY)
    assert scene.opened == ["apology.ogg"]


async def test_a_clip_that_is_stopped_while_its_track_is_published_leaves_it_to_the_next(
    scene: Scene,
) -> None:
    scene.room.takes_s = 1.0
    first = asyncio.create_task(scene.player.play(Clip.FILLER))
    await asyncio.sleep(0.4)
    await scene.player.stop()
    assert now_s() == pytest.approx(0.4)
    await first
    await scene.player.play(Clip.APOLOGY)
    assert scene.room.tracks == ["storyline-clips"]
    assert now_s() == pytest.approx(2.0)


async def test_a_track_that_is_still_being_published_ends_with_its_call(scene: Scene) -> None:
    scene.room.takes_s = 3600.0
    playing = asyncio.create_task(scene.player.play(Clip.FILLER))
    await asyncio.sleep(0.4)
    await scene.player.aclose()
    await playing
    assert now_s() == pytest.approx(0.4)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_track_can_be_opened_before_anything_is_played(scene: Scene) -> None:
    await scene.player.publish()
    assert (scene.room.tracks, scene.opened) == (["storyline-clips"], [])
    await scene.player.play(Clip.BUSY)
    assert scene.room.tracks == ["storyline-clips"]


async def test_a_track_that_cannot_be_opened_yet_is_no_error(scene: Scene) -> None:
    scene.room.fails = PublishTrackError("no connection")
    await scene.player.publish()
    assert scene.room.tracks == []


async def test_what_is_closed_is_silent_and_closed_once(scene: Scene) -> None:
    playing = asyncio.create_task(scene.player.play(Clip.FILLER))
    await asyncio.sleep(0.35)
    await scene.player.aclose()
    await scene.player.aclose()
    assert (scene.source.frames, scene.source.closed) == (3, 1)
    await playing
