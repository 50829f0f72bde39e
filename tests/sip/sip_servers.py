"""A real LiveKit server for the tests of this folder, wiped before each use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from livekit.api import LiveKitAPI

from local.stack.stack import Stack
from sip.kinds import Kind, object_id
from sip.server import delete, read_snapshot


@asynccontextmanager
async def bare_stack() -> AsyncIterator[Stack]:
    """Start LiveKit and LiveKit SIP with no trunk, no rule, no providers and no worker."""
    async with Stack(with_providers=False, with_trunk=False, with_worker=False) as stack:
        yield stack


async def wipe(api: LiveKitAPI) -> None:
    """Delete every trunk and rule."""
    snapshot = await read_snapshot(api.sip)
    for kind in Kind:
        for info in snapshot.of(kind):
            await delete(api.sip, kind, object_id(info))
