"""The cells as the table has them: which workers, which series, which baseline beside them."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager

from bench.cells import answer as answers
from bench.cells import barge_in as barging
from bench.cells import calibrate as calibration
from bench.cells import capacity as capacities
from bench.cells import gap as gaps
from bench.cells import soak as soaking
from bench.figures import DELAYS, INSTANT, Figure, percentile
from bench.house import House, Running
from bench.line import fates

MODES = ("pipeline", "realtime")
PLAIN = "plain settings"
PLAIN_WORKER = ("-m", "bench.workers.plain", "start")
CALIBRATED_WITH = 8
BAD_LINES = {
    "2 % of packets lost": fates.loss(0.02),
    "5 % lost": fates.loss(0.05),
    "15 % lost": fates.loss(0.15),
    "5 % lost in bursts of 0.1 s": fates.bursts(0.05),
    "40 ms of jitter": fates.jitter(0.04),
    "a hole of 2 s every 12 s": fates.hole(2.0, 10.0),
}

Cell = Callable[[House], Awaitable[Sequence[Figure]]]


def bot(house: House, mode: str) -> AbstractAsyncContextManager[Running]:
    """The worker under test, telling stories by `mode`; or the baseline."""
    if mode == PLAIN:
        return house.worker(PLAIN_WORKER, name="plain-worker")
    return house.worker(env={"STORYLINE_STORY_MODE": mode})


def calibrate(onsets: int) -> Cell:
    async def cell(house: House) -> list[Figure]:
        return (await calibration.calibrate(house, onsets, onsets)).figures()

    return cell


def response_gap(turns: int, modes: Sequence[str], delays: Sequence[str]) -> Cell:
    """Each mode with each delay; the instrument's floor first."""

    async def cell(house: House) -> list[Figure]:
        floor = await calibration.calibrate(house, CALIBRATED_WITH)
        way_in_s = percentile(floor.ways_in_s, 0.5)
        readings: list[gaps.Readings] = []
        for mode in modes:
            async with bot(house, mode):
                for key in delays:
                    name = f"{mode}, {DELAYS[key].name}"
                    series = gaps.Series(name, DELAYS[key], turns, way_in_s, mode != PLAIN)
                    readings.append(await gaps.measure(house, series))
        return [*floor.figures(), *gaps.figures(readings)]

    return cell


def bad_lines(turns: int) -> Cell:
    """Turns over lines that lose and delay the caller's packets, by the pipeline."""

    async def cell(house: House) -> list[Figure]:
        readings: list[gaps.Readings] = []
        async with bot(house, MODES[0]):
            for name, fate in BAD_LINES.items():
                series = gaps.Series(name, INSTANT, turns, fate=fate)
                readings.append(await gaps.measure(house, series))
        return [
            Figure(
                "bad lines", each.name, tuple(a.gap_s for a in each.answers), tuple(each.discards)
            )
            for each in readings
        ]

    return cell


def barge_in(tries: int, modes: Sequence[str]) -> Cell:
    """Real interruptions in each mode, and other sounds in the first."""

    async def cell(house: House) -> list[Figure]:
        obeyed: list[barging.Stops] = []
        wrong: list[barging.Stops] = []
        for mode in modes:
            async with bot(house, mode):
                told = mode != PLAIN
                obeyed.append(await barging.interruptions(house, mode, tries, has_storyteller=told))
                if mode == modes[0]:
                    wrong = await barging.noises(house, barging.few(), max(1, tries // 3))
        return barging.figures(obeyed, wrong)

    return cell


def noises(tries: int) -> Cell:
    """Places, a television and Echo's own voice, over hers, in the pipeline."""

    async def cell(house: House) -> list[Figure]:
        async with bot(house, MODES[0]):
            return barging.figures([], await barging.noises(house, barging.many(), tries))

    return cell


def answer(calls: int, *, cold: bool = True) -> Cell:
    """Warm; with `cold` also with an empty pool and a worker that has just begun."""

    async def cell(house: House) -> list[Figure]:
        series = [await answers.warm(house, calls, INSTANT)]
        if cold:
            series.append(await answers.pool_empty(house, max(2, calls // 2)))
            series.append(await answers.worker_cold(house, max(2, calls // 4)))
        return [figure for each in series for figure in each.figures()]

    return cell


def soak(callers: int, minutes: float) -> Cell:
    """Calls again and again, and an audit of what is left."""

    async def cell(house: House) -> list[Figure]:
        return (await soaking.soak(house, callers, minutes)).figures()

    return cell


def capacity(calls: Sequence[int]) -> Cell:
    """In the same instant, beside the plainest agent, then one a second."""

    async def cell(house: House) -> list[Figure]:
        loads = [await capacities.floor(house, number) for number in calls]
        loads += [
            await capacities.load(house, number, apart_s)
            for apart_s in (0.0, 1.0)
            for number in calls
            if number > 1 or not apart_s
        ]
        return capacities.figures(loads)

    return cell
