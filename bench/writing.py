"""`python -m bench.writing`: what it costs a call to write its record, its diary and its recording.

Writes for a minute what a call of many turns would, in real time and in its own process, and tells
the share of one core. The call itself is not part of it.
"""

import asyncio
import tempfile
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any, cast

import numpy as np
import typer
from livekit import rtc

from bot.money.bill import Usage
from bot.records import CallRecord, CallRecorder, Direction, EndReason, Records, migrate, utc_now
from bot.records.diary import Diary, EventKind, Turn, Who
from bot.records.sound.shelf import Shelf
from bot.talk.recording.recording import Recording
from bot.talk.recording.sound_file import RATE_HZ
from bot.talk.recording.tape import Lane

# Short turns, one after the other: more than any caller has had.
_TURN_S = 2.5
_FRAME_S = 0.05
_MODELS = 8


def main(
    seconds: Annotated[float, typer.Option(help="How long each is measured.")] = 60.0,
    url: Annotated[str, typer.Option(help="Another database than a new SQLite file.")] = "",
) -> None:
    """Print the share of one core, in percent."""
    for name, share in asyncio.run(_measure(seconds, url)).items():
        typer.echo(f"{name:<28} {100 * share:6.2f} %")


async def _measure(seconds: float, url: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        url = url or f"sqlite+aiosqlite:///{folder}/calls.db"
        await migrate(url)
        idle = await _share(seconds / 4, lambda: asyncio.sleep(seconds / 4))
        async with _written(url) as (recorder, diary):
            record = await _share(seconds, lambda: _talk(seconds, recorder, diary))
        shelf = Shelf(Path(folder) / "recordings")
        sound = await _share(seconds, lambda: _record(seconds, shelf))
    return {"record and diary": record - idle, "recording": sound - idle}


async def _share(seconds: float, work: Any) -> float:
    before = time.process_time()
    await work()
    return (time.process_time() - before) / seconds


@asynccontextmanager
async def _written(url: str) -> AsyncIterator[tuple[CallRecorder, Diary]]:
    call_id = str(uuid.uuid4())
    record = CallRecord(
        call_id=call_id, direction=Direction.INBOUND, room_name="bench", started_at=utc_now()
    )
    async with (
        Records.open(url) as records,
        Diary(records.diaries, call_id) as diary,
        CallRecorder(records.calls, record, diary=diary) as recorder,
    ):
        yield recorder, diary
        await recorder.close(EndReason.STORY_FINISHED)


async def _talk(seconds: float, recorder: CallRecorder, diary: Diary) -> None:
    for number in range(round(seconds / _TURN_S)):
        await asyncio.sleep(_TURN_S)
        who = Who.ECHO if number % 2 else Who.CALLER
        diary.turn(Turn(who=who, began_at=utc_now(), gap_s=0.7, words="word " * 40))
        diary.note(EventKind.BARGE_IN)
        diary.used(
            [
                Usage(provider="p", model=f"m{each}", unit="u", amount=number, cost_usd=0.1)
                for each in range(_MODELS)
            ]
        )
        recorder.update(turns=number)


async def _record(seconds: float, shelf: Shelf) -> None:
    """Both sides speak all the time."""
    room = cast(rtc.Room, SimpleNamespace(remote_participants={}))
    recording = Recording(shelf, str(uuid.uuid4()), Diary(None, ""), room, "caller")
    source = cast(rtc.AudioSource, _Nowhere())
    lanes = [recording.tapped(lane, source) for lane in (Lane.CALLER, Lane.VOICE)]
    noise = np.random.default_rng(0).normal(size=round(_FRAME_S * RATE_HZ)) * 3000
    frame = rtc.AudioFrame(noise.astype(np.int16).tobytes(), RATE_HZ, 1, len(noise))
    recording.begin()
    for _ in range(round(seconds / _FRAME_S)):
        for lane in lanes:
            await lane.capture_frame(frame)
        await asyncio.sleep(_FRAME_S)
    await recording.aclose()


class _Nowhere:
    """A source that plays to nobody."""

    queued_duration = 0.0

    async def capture_frame(self, _: rtc.AudioFrame) -> None: ...


if __name__ == "__main__":
    typer.run(main)
