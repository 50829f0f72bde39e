"""A job that the doctor asked for, to see whether anybody comes."""

import logging

from livekit.agents import JobContext

logger = logging.getLogger("storyline.doctor")


async def answer_probe(ctx: JobContext) -> None:
    """Be seen in the doctor's room, which ends the job when it is deleted.

    A doctor who has not waited for us has deleted the room before, or while, we connected. Then
    the server has made a new one for us, and nobody but us will ever delete it.
    """
    await ctx.connect()
    if await ctx.room.sid != ctx.job.room.sid:
        logger.info("the doctor did not wait for this job: its room is deleted again")
        await ctx.delete_room()
