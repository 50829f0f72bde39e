"""The recording of one call: after the notice, until the end, and never against a wish."""

import asyncio
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import numpy as np
import pytest
from livekit import rtc

from bot.records.diary import Diary, EventKind
from bot.records.sound.shelf import Shelf
from bot.talk.recording.recording import Recording
from bot.talk.recording.tape import Lane
from tests.bot.talk.recording.test_sound_file import decode, loudness

pytestmark = pytest.mark.unit

ID = str(uuid4())
RATE_HZ = 24_000


class NotingDiary(Diary):
    """A diary that remembers what was noted."""

    def __init__(self) -> None:
        super().__init__(None, ID)
        self.noted: list[EventKind] = []

    def note(self, kind: EventKind, detail: str | None = None, at: Any = None) -> None:
        self.noted.append(kind)


class Source:
    """A source of Echo's sound that plays at once, with so much before it."""

    def __init__(self) -> None:
        self.queued_duration = 0.0
        self.played: list[rtc.AudioFrame] = []
        self.cleared = 0

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        self.played.append(frame)

    def clear_queue(self) -> None:
        self.cleared += 1


class Scene:
    """One call whose caller is on no track: what Echo plays is recorded."""

    def __init__(self, folder: Path) -> None:
        self.shelf = Shelf(folder)
        self.diary = NotingDiary()
        self.room = SimpleNamespace(remote_participants={})
        self.recording = Recording(self.shelf, ID, self.diary, cast(Any, self.room), "caller")
        self.source = Source()
        self.tapped = self.recording.tapped(Lane.VOICE, cast(rtc.AudioSource, self.source))

    async def play(self, length_s: float = 0.2) -> None:
        at = np.arange(round(length_s * RATE_HZ))
        data = (9000 * np.sin(2 * np.pi * 440 * at / RATE_HZ)).astype(np.int16)
        await self.tapped.capture_frame(rtc.AudioFrame(data.tobytes(), RATE_HZ, 1, len(data)))

    @property
    def files(self) -> list[str]:
        folder = self.shelf.sound(ID).parent
        return sorted(os.listdir(folder)) if folder.exists() else []


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path / "recordings")


async def test_nothing_is_recorded_before_it_begins(scene: Scene) -> None:
    await scene.play()
    await scene.recording.aclose()
    assert scene.files == [] and scene.diary.noted == []
    assert len(scene.source.played) == 1


async def test_what_echo_plays_is_recorded_and_played_all_the_same(scene: Scene) -> None:
    scene.recording.begin()
    scene.source.queued_duration = 0.3  # heard so much later
    await scene.play()
    await asyncio.sleep(0.6)
    await scene.recording.aclose()
    assert scene.diary.noted == [EventKind.RECORDING]
    heard = decode(scene.shelf.sound(ID))
    assert max(loudness(heard, 0.0, 0.25)) < 500
    left, right = loudness(heard, 0.33, 0.47)
    assert left < 500 and right > 3000
    assert len(scene.source.played) == 1


async def test_what_is_cut_off_is_not_heard_in_it(scene: Scene) -> None:
    scene.recording.begin()
    scene.source.queued_duration = 0.2
    await scene.play()
    scene.tapped.clear_queue()
    await asyncio.sleep(0.5)
    await scene.recording.aclose()
    assert scene.source.cleared == 1
    assert max(loudness(decode(scene.shelf.sound(ID)), 0.0, 0.4)) < 500


async def test_an_objection_deletes_what_there_is_and_records_no_more(scene: Scene) -> None:
    scene.recording.begin()
    await scene.play()
    assert await scene.recording.refuse()
    assert scene.files == []
    scene.recording.begin()
    await scene.play()
    await scene.recording.aclose()
    assert scene.files == []
    assert scene.diary.noted == [EventKind.RECORDING, EventKind.RECORDING_REFUSED]


async def test_an_objection_before_the_beginning_is_one(scene: Scene) -> None:
    assert await scene.recording.refuse()
    scene.recording.begin()
    await scene.recording.aclose()
    assert scene.files == []
    assert scene.diary.noted == [EventKind.RECORDING_REFUSED]


async def test_an_objection_deletes_what_a_process_that_died_had_recorded(scene: Scene) -> None:
    scene.shelf.sound(ID).parent.mkdir()
    for path in (scene.shelf.sound(ID), scene.shelf.levels(ID)):
        path.write_bytes(b"from before")
    assert await scene.recording.refuse()
    assert scene.files == []


async def test_what_a_process_that_died_had_recorded_is_not_written_over(scene: Scene) -> None:
    scene.shelf.sound(ID).parent.mkdir()
    scene.shelf.sound(ID).write_bytes(b"from before")
    scene.recording.begin()
    await scene.play()
    await scene.recording.aclose()
    assert scene.shelf.sound(ID).read_bytes() == b"from before"
    assert scene.diary.noted == [EventKind.RECORDING, EventKind.RECORDING_LOST]


async def test_a_recording_that_cannot_be_deleted_is_said(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.recording.begin()
    await asyncio.sleep(0)

    def stuck(_: object) -> int:
        raise TimeoutError

    monkeypatch.setattr(scene.shelf, "remove", stuck)
    assert not await scene.recording.refuse()


async def test_a_disk_that_cannot_be_written_to_is_an_event_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "recordings").write_bytes(b"a file where the folder should be")
    scene = Scene(tmp_path / "recordings")
    scene.recording.begin()
    await scene.play()
    await scene.recording.aclose()
    assert scene.diary.noted == [EventKind.RECORDING, EventKind.RECORDING_LOST]


async def test_it_is_closed_once_and_nothing_runs_on(scene: Scene) -> None:
    scene.recording.begin()
    scene.recording.begin()
    await scene.recording.aclose()
    await scene.recording.aclose()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert scene.diary.noted == [EventKind.RECORDING]
