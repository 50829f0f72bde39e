"""The clients that a call's mind and voice are asked through."""

from dataclasses import dataclass

from openai import AsyncOpenAI, DefaultAsyncHttpxClient

from bot.livekit_gaps import certificates
from bot.settings.groups import ProviderSettings, Server


@dataclass(frozen=True, slots=True)
class Clients:
    """What mind and voice are asked through: one client where they are on the same server."""

    mind: AsyncOpenAI
    voice: AsyncOpenAI


def make_clients(providers: ProviderSettings) -> Clients:
    """Make the clients of mind and voice; once a process, before its call comes.

    They share the certificates that LiveKit's own sessions use: one reading for all.
    """
    mind = _make_client(providers.mind)
    same = providers.mind == providers.voice
    return Clients(mind, mind if same else _make_client(providers.voice))


def _make_client(server: Server) -> AsyncOpenAI:
    return AsyncOpenAI(
        api_key=server.api_key.get_secret_value(),
        base_url=server.base_url,
        max_retries=0,
        # Whoever makes one without it reads the whole machine's certificates once more.
        http_client=DefaultAsyncHttpxClient(verify=certificates()),
    )
