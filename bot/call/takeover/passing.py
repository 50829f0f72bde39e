"""A job whose worker has died gives its call to another worker's, where there is one."""

import asyncio
import logging

import aiohttp
from livekit import api
from livekit.agents import JobContext

from bot.call.takeover.asked import Asked
from bot.records import CallRecorder, Records, RecordsError
from bot.records.thread import is_ticket

logger = logging.getLogger("storyline.takeover")

# The caller sits in silence; a job comes within a second, or there is no worker.
_COMES_S = 3.0
_LOOK_S = 0.2


class Passing:
    """Asks for a job that goes on with this one's call."""

    def __init__(self, ctx: JobContext, records: Records, recorder: CallRecorder) -> None:
        self._ctx = ctx
        self._records = records
        self._recorder = recorder

    async def pass_on(self) -> bool:
        """True when another job has the call now. Never raises; takes 3 s and a little at most."""
        try:
            async with asyncio.timeout(_COMES_S):
                return await self._pass_on()
        except (RecordsError, api.ServerError, aiohttp.ClientError, TimeoutError) as error:
            logger.warning("nobody could go on with the call", extra={"error": repr(error)})
        return False

    async def _pass_on(self) -> bool:
        record = self._recorder.record
        if await self._records.threads.of(record.call_id) is None:
            return False
        ticket = await self._records.threads.ask(record, is_certain=True)
        if ticket is None:
            return await self._recorder.is_taken()
        await self._ctx.api.agent_dispatch.create_dispatch(
            api.CreateAgentDispatchRequest(
                agent_name=self._ctx.job.agent_name,
                room=self._ctx.job.room.name,
                metadata=Asked(record.call_id, ticket).metadata,
            )
        )
        while True:
            found = await self._records.calls.get(record.call_id)
            if found is not None and found.job_id != ticket and not is_ticket(found.job_id):
                self._recorder.lose()
                return True
            await asyncio.sleep(_LOOK_S)
