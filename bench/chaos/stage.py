"""A stack of its own for each fault, and a caller to whom the story has just begun."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

from bench.chaos.cuts.cable import laid
from bench.chaos.errors import Skipped
from bench.chaos.pair import beside
from bench.chaos.scene import Scene, ring
from local import postgres
from local.caller.sip_caller import SipCaller
from local.postgres import Cluster
from local.stack import Stack

_CALLER = "+12025550142"


@asynccontextmanager
async def on_stage(
    worker_env: Mapping[str, str] | None = None,
    *,
    in_introduction: bool = False,
    by_cable: bool = False,
    two_workers: bool = False,
    on_postgresql: bool = False,
) -> AsyncIterator[Scene]:
    """A fresh stack with one caller to whom the story has just begun. Raises CallerError, Skipped.

    `in_introduction`: they have been asked who they are, no more. `by_cable`: the worker reaches
    LiveKit through a cable that can be cut. `two_workers`: either of two has the call.
    """
    async with AsyncExitStack() as opened:
        database = opened.enter_context(_server()) if on_postgresql else None
        stack = await opened.enter_async_context(
            Stack(
                worker_env=worker_env,
                with_worker=not by_cable,
                database_url=f"{database.url}/postgres" if database else None,
            )
        )
        cable = None
        if by_cable:
            cable = await opened.enter_async_context(laid(stack.livekit_url))
            await stack.start_worker({"LIVEKIT_URL": cable.url})
        pair = (
            await opened.enter_async_context(beside(stack, env=worker_env)) if two_workers else None
        )
        telephone = await opened.enter_async_context(SipCaller(stack.providers_url))
        ringing = await ring(stack, telephone, _CALLER)
        phone = await ringing.wait_answered()
        try:
            scene = Scene(stack, phone, telephone, cable, pair, database)
            await phone.wait_for_speech()
            await phone.wait_for_silence(0.8, 30.0)
            if not in_introduction:
                await scene.into_the_story()
            yield scene
        finally:
            await phone.aclose()
            phone.save(stack.run_dir / "call.wav")


@contextmanager
def _server() -> Iterator[Cluster]:
    found = postgres.programs()
    if found is None:
        raise Skipped(postgres.INSTALL)
    with postgres.cluster(found) as cluster:
        yield cluster
