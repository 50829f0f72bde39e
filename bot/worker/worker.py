"""The worker: takes the calls that LiveKit offers, and ends them all before it goes."""

import asyncio
import logging
import os
import signal
from functools import partial

import aiohttp
from livekit import api
from livekit.agents import AgentServer, JobProcess

from bot import messages
from bot.call.entry import take_call
from bot.livekit_gaps import PRELOADED, http_context
from bot.messages import Message
from bot.records import Records, migrate
from bot.settings import Settings
from bot.talk.audio import load_vad
from bot.talk.models import make_openai_client
from bot.talk.warm import Warm
from bot.worker.guardian import Guardian
from sip.calls.line import hang_up

logger = logging.getLogger("storyline.worker")

# A goodbye at shutdown: 4 s until it begins, up to 15 s to say it, and the end of the call.
_GOODBYE_S = 25
# The entry point of a job may take so long to hang up and to write its record.
_SHUTDOWN_PROCESS_S = 20.0


def prewarm(settings: Settings, process: JobProcess) -> None:
    """Load what every call needs, before there is one."""
    Warm(settings, load_vad(), make_openai_client(settings)).keep(process)
    asyncio.run(_read_certificates())


async def _read_certificates() -> None:
    """Let the process read the machine's certificates now: 30 to 200 ms in which nothing moves."""
    async with http_context.open():
        pass


def build_server(settings: Settings) -> AgentServer:
    """Return the server with its one session, not yet running."""
    worker, livekit = settings.worker, settings.livekit

    def share_of_calls(server: AgentServer) -> float:
        # Not the CPU of the whole machine, the library's own measure: on a small or shared
        # machine that refuses calls which the worker could well take.
        return len(server.active_jobs) / worker.max_calls

    server = AgentServer(
        ws_url=livekit.url,
        api_key=livekit.api_key.get_secret_value(),
        api_secret=livekit.api_secret.get_secret_value(),
        host=worker.health_host,
        port=worker.port,
        num_idle_processes=worker.idle_processes,
        load_fnc=share_of_calls,
        load_threshold=1.0,
        setup_fnc=partial(prewarm, settings),
        preload_modules=["bot.call.entry", *PRELOADED],
        shutdown_process_timeout=_SHUTDOWN_PROCESS_S,
    )
    server.rtc_session(take_call, agent_name=worker.agent_name)
    return server


async def serve(settings: Settings) -> int:
    """Run the worker until it is told to stop; return the exit code.

    SIGTERM or SIGINT drains: no new calls, and calls in progress may finish within the drain
    time, then they get a goodbye. A second signal ends the process at once.
    Raises RecordsError when the database cannot be prepared.
    """
    await migrate(settings.database_url)
    stop = _stop_on_signals()
    server = build_server(settings)
    async with Records.open(settings.database_url) as records, _livekit_api(settings) as lkapi:

        async def end_call(room_name: str) -> None:
            await hang_up(lkapi, room_name)

        guardian = asyncio.create_task(Guardian(records.calls, end_call).run(), name="guardian")
        running = asyncio.create_task(server.run(), name="worker")
        stopped = asyncio.create_task(stop.wait(), name="signal")
        try:
            await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                return _explain_end(running)
            await _drain(server, settings, lkapi)
            return 0
        finally:
            await _close(server)
            for task in (stopped, running, guardian):
                task.cancel()
            await asyncio.gather(stopped, running, guardian, return_exceptions=True)


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()

    def on_signal() -> None:
        if stop.is_set():
            logger.warning("second signal: ending at once, calls in progress are cut off")
            os._exit(1)
        stop.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, on_signal)
    return stop


def _livekit_api(settings: Settings) -> api.LiveKitAPI:
    livekit = settings.livekit
    return api.LiveKitAPI(
        livekit.url,
        livekit.api_key.get_secret_value(),
        livekit.api_secret.get_secret_value(),
    )


def _explain_end(running: asyncio.Task[None]) -> int:
    error = running.exception()
    logger.error("the worker ended by itself", extra={"error": repr(error)})
    return 1


async def _close(server: AgentServer) -> None:
    """Close the server within a limit: its job processes keep this one from ending otherwise."""
    try:
        async with asyncio.timeout(_SHUTDOWN_PROCESS_S + 10):
            await server.aclose()
    except TimeoutError:
        logger.error("the worker's processes did not end in time")


async def _drain(server: AgentServer, settings: Settings, lkapi: api.LiveKitAPI) -> None:
    drain_s = settings.worker.drain_s
    logger.info("draining", extra={"calls": len(server.active_jobs), "limit_s": drain_s})
    drained = asyncio.create_task(server.drain(timeout=None), name="drain")
    try:
        await asyncio.wait({drained}, timeout=drain_s)
        if not drained.done():
            secret = settings.livekit.api_secret.get_secret_value()
            await _ask_for_goodbyes(server, lkapi, secret)
            await asyncio.wait({drained}, timeout=_GOODBYE_S)
    finally:
        drained.cancel()
        await asyncio.gather(drained, return_exceptions=True)


async def _ask_for_goodbyes(server: AgentServer, lkapi: api.LiveKitAPI, secret: str) -> None:
    rooms = [job.job.room.name for job in server.active_jobs]
    logger.info("the drain time is over; saying goodbye", extra={"calls": len(rooms)})
    await asyncio.gather(*(_ask_for_goodbye(lkapi, secret, room) for room in rooms))


async def _ask_for_goodbye(lkapi: api.LiveKitAPI, secret: str, room_name: str) -> None:
    try:
        await messages.send(lkapi, secret, room_name, Message.SHUTDOWN)
    except (api.ServerError, aiohttp.ClientError, TimeoutError) as error:
        # A call that cannot be reached any more is ended by the guardian.
        logger.warning("a call could not be told to end", extra={"error": repr(error)})
