"""The worker: takes the calls that LiveKit offers, and ends them all before it goes."""

import asyncio
import logging
from functools import partial

import aiohttp
from livekit import api

from bot import messages
from bot.call.entry import take_call
from bot.livekit_gaps import has_begun, pids_of_jobs
from bot.messages import Message
from bot.records import DatabaseUnavailable, RecordsError, migrate
from bot.settings import Settings
from bot.worker.figures.metrics import Metrics
from bot.worker.figures.reports import Load
from bot.worker.health import health_page
from bot.worker.processes.fork_server import READS
from bot.worker.processes.prewarm import prewarm
from bot.worker.processes.running import Running
from bot.worker.room_watch import RoomWatch
from bot.worker.server import Server
from bot.worker.signals import stop_on_signals
from bot.worker.watches import API_LIMIT_S, watches

logger = logging.getLogger("storyline.worker")

# A goodbye at shutdown: 4 s until it begins, up to 15 s to say it, and the end of the call.
_GOODBYE_S = 25
# The entry point of a job may take so long to hang up and to write its record.
_SHUTDOWN_PROCESS_S = 20.0
# A database that takes longer is waited for beside the calls.
_DATABASE_S = 5.0
_MIGRATE_AGAIN_S = 5.0


def build_server(settings: Settings) -> Server:
    """Return the server with its one session, not yet running."""
    worker, livekit = settings.worker, settings.livekit.access
    server = Server(
        max_calls=worker.max_calls,
        idle_processes=worker.idle_processes,
        ws_url=livekit.url,
        api_key=livekit.api_key,
        api_secret=livekit.api_secret,
        # The library's own page cannot tell whether a call would be answered: bot/worker/health.py.
        host="127.0.0.1",
        port=0,
        setup_fnc=partial(prewarm, settings),
        preload_modules=list(READS),
        shutdown_process_timeout=_SHUTDOWN_PROCESS_S,
    )
    server.rtc_session(take_call, agent_name=worker.agent_name, on_request=server.on_request)
    return server


async def serve(settings: Settings) -> int:
    """Run the worker until it is told to stop; return the exit code.

    SIGTERM or SIGINT drains: no new calls, and calls in progress may finish within the drain
    time, then they get a goodbye. A second signal ends the process at once.
    A database that is away is waited for beside the calls, which need none. Raises RecordsError
    when it is there and cannot be used, OSError when the port of the health page is taken.
    """
    database = asyncio.create_task(_prepare_database(settings.database_url), name="database")
    await asyncio.wait({database}, timeout=_DATABASE_S)
    if database.done():
        database.result()
    stop = stop_on_signals()
    server = build_server(settings)
    worker, metrics = settings.worker, Metrics()
    running_jobs = Running(partial(pids_of_jobs, server))
    async with (
        settings.livekit.access.connect(limit_s=API_LIMIT_S) as lkapi,
        watches(settings, metrics, partial(_load, server), running_jobs.jobs) as room_watch,
        health_page(
            server,
            worker.health_host,
            worker.port,
            lambda: room_watch.is_blind,
            metrics=metrics,
        ),
    ):
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
            for task in (stopped, running, database):
                task.cancel()
            await asyncio.gather(stopped, running, database, return_exceptions=True)


def _load(server: Server, room_watch: RoomWatch) -> Load:
    return Load(
        calls=len(server.active_jobs) if has_begun(server) else 0,
        max_calls=server.max_calls,
        is_ready=has_begun(server) and not server.why_not_ready(),
        is_blind=room_watch.is_blind,
    )


async def _prepare_database(url: str) -> None:
    """Bring the tables up to date, however long the database is away. Raises SchemaError."""
    complained = False
    while True:
        try:
            await migrate(url)
        except DatabaseUnavailable as error:
            if not complained:
                logger.error(
                    "the database cannot be used: calls are taken without records, trying on",
                    extra={"error": str(error)},
                )
            complained = True
        except RecordsError as error:
            logger.error("the database cannot be used", extra={"error": str(error)})
            raise
        else:
            if complained:
                logger.info("the database can be used")
            return
        await asyncio.sleep(_MIGRATE_AGAIN_S)


def _explain_end(running: asyncio.Task[None]) -> int:
    error = running.exception()
    logger.error("the worker ended by itself", extra={"error": repr(error)})
    return 1


async def _close(server: Server) -> None:
    """Close the server within a limit: its job processes keep this one from ending otherwise."""
    try:
        async with asyncio.timeout(_SHUTDOWN_PROCESS_S + 10):
            await server.aclose()
    except TimeoutError:
        logger.error("the worker's processes did not end in time")


async def _drain(server: Server, settings: Settings, lkapi: api.LiveKitAPI) -> None:
    drain_s = settings.worker.drain_s
    logger.info("draining", extra={"calls": len(server.active_jobs), "limit_s": drain_s})
    drained = asyncio.create_task(server.drain(timeout=None), name="drain")
    try:
        await asyncio.wait({drained}, timeout=drain_s)
        if not drained.done():
            await _ask_for_goodbyes(server, lkapi, settings.livekit.access.api_secret)
            await asyncio.wait({drained}, timeout=_GOODBYE_S)
    finally:
        drained.cancel()
        await asyncio.gather(drained, return_exceptions=True)


async def _ask_for_goodbyes(server: Server, lkapi: api.LiveKitAPI, secret: str) -> None:
    rooms = [job.job.room.name for job in server.active_jobs]
    logger.info("the drain time is over; saying goodbye", extra={"calls": len(rooms)})
    await asyncio.gather(*(_ask_for_goodbye(lkapi, secret, room) for room in rooms))


async def _ask_for_goodbye(lkapi: api.LiveKitAPI, secret: str, room_name: str) -> None:
    try:
        await messages.send(lkapi, secret, room_name, Message.SHUTDOWN)
    except (api.ServerError, aiohttp.ClientError, TimeoutError) as error:
        # A call that cannot be reached any more is ended by the guardian.
        logger.warning("a call could not be told to end", extra={"error": repr(error)})
