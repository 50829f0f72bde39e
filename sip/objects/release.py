"""Which livekit-server answers: what becomes of a call that no rule takes depends on it."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import aiohttp
from google.protobuf.message import DecodeError
from livekit.api import AccessToken, VideoGrants
from livekit.protocol.agent import ServerMessage, WorkerMessage
from livekit.protocol.models import ServerInfo

from sip.access import Access, http_url
from sip.one_line import one_line

_LIMIT_S = 3.0
# Nobody asks for an agent of this name, so that no call is offered to whoever only asks.
_NOBODY = "provision-trunk-asks-for-the-version"
# Until then LiveKit let such a call ring for ever (livekit-server's pkg/service/ioservice_sip.go).
_REJECTS_SINCE = (1, 13, 8)


@dataclass(frozen=True)
class Release:
    """A livekit-server's own word of itself: `version` as it spells it, "1.13.5"."""

    version: str
    is_cloud: bool = False

    def __str__(self) -> str:
        return "LiveKit Cloud" if self.is_cloud else f"livekit-server {self.version}"

    @property
    def rejects_unmatched(self) -> bool | None:
        """Whether a call that no rule takes gets 404; None where the version tells nothing."""
        if self.is_cloud:
            return True
        try:
            found = tuple(int(part) for part in self.version.split("-")[0].split("."))
        except ValueError:
            return None
        return found >= _REJECTS_SINCE


async def read_release(access: Access) -> Release | None:
    """Ask the server; None when it does not say within three seconds.

    LiveKit tells its version to whoever comes in. We come as an agent for a name that nobody asks
    for, and leave at once: no room is opened.
    """
    with suppress(aiohttp.ClientError, TimeoutError, ValueError, DecodeError):
        async with (
            asyncio.timeout(_LIMIT_S),
            aiohttp.ClientSession() as http,
            http.ws_connect(_agent_url(access.url), headers=_pass(access)) as socket,
        ):
            asking = WorkerMessage()
            asking.register.agent_name = _NOBODY
            await socket.send_bytes(asking.SerializeToString())
            answer = await socket.receive()
            if answer.type is aiohttp.WSMsgType.BINARY:
                return _release(ServerMessage.FromString(answer.data).register.server_info)
    return None


def _release(server: ServerInfo) -> Release | None:
    version = one_line(server.version)
    return Release(version, server.edition == ServerInfo.Edition.Cloud) if version else None


def _agent_url(url: str) -> str:
    return f"{http_url(url).rstrip('/')}/agent"


def _pass(access: Access) -> dict[str, str]:
    token = AccessToken(access.api_key, access.api_secret).with_grants(VideoGrants(agent=True))
    return {"Authorization": f"Bearer {token.to_jwt()}"}
