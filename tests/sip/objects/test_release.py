"""Which livekit-server answers, and what becomes there of a call that no rule takes."""

import pytest
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer
from livekit.protocol.agent import ServerMessage, WorkerMessage
from livekit.protocol.models import ServerInfo

from local.stack.stack import Stack
from sip.access import Access
from sip.objects.release import Release, read_release

SECRET = "a-secret-of-more-than-thirty-two-letters"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("release", "rejects"),
    [
        (Release("1.13.7"), False),
        (Release("1.13.8"), True),
        (Release("1.13.11"), True),
        (Release("1.14.0-rc1"), True),
        (Release("2"), True),
        (Release("main"), None),
        (Release("1.9.0", is_cloud=True), True),
    ],
)
def test_a_call_that_nothing_takes_is_rejected_since_1_13_8(
    release: Release, rejects: bool | None
) -> None:
    assert release.rejects_unmatched is rejects


async def asked(answer: ServerMessage | bytes | None, path: str = "") -> Release | None:
    """What is read from a server that gives this answer to whoever comes in as an agent."""

    async def serve(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        message = await socket.receive()
        assert message.type is WSMsgType.BINARY
        assert WorkerMessage.FromString(message.data).register.agent_name
        if answer is not None:
            text = answer if isinstance(answer, bytes) else answer.SerializeToString()
            await socket.send_bytes(text)
        await socket.close()
        return socket

    app = web.Application()
    app.router.add_get(f"{path}/agent", serve)
    async with TestServer(app) as server:
        url = f"ws://{server.host}:{server.port}{path}"
        return await read_release(Access(url, "key", SECRET))


def welcome(**info: object) -> ServerMessage:
    message = ServerMessage()
    message.register.server_info.CopyFrom(ServerInfo(**info))  # type: ignore[arg-type]
    return message


@pytest.mark.unit
@pytest.mark.parametrize("path", ["", "/livekit"])
async def test_the_version_is_what_the_server_says_to_an_agent(path: str) -> None:
    assert await asked(welcome(version="1.13.5"), path) == Release("1.13.5")


@pytest.mark.unit
async def test_the_cloud_says_so() -> None:
    cloud = welcome(version="1.9.0", edition=ServerInfo.Edition.Cloud)
    assert str(await asked(cloud)) == "LiveKit Cloud"


@pytest.mark.unit
@pytest.mark.parametrize("answer", [None, b"no protobuf at all", welcome(version="")])
async def test_a_server_that_does_not_say_has_no_version(answer: ServerMessage | None) -> None:
    assert await asked(answer) is None


@pytest.mark.unit
async def test_a_server_that_is_not_there_has_no_version() -> None:
    assert await read_release(Access("ws://127.0.0.1:1", "key", SECRET)) is None


@pytest.mark.stack
async def test_a_real_server_tells_its_version_to_its_keys_and_to_no_others(
    sip_stack: Stack,
) -> None:
    environment = sip_stack.env()
    found = await read_release(Access.of(environment))
    assert found is not None and found.version.startswith("1.") and not found.is_cloud
    stranger = environment | {"LIVEKIT_API_SECRET": SECRET}
    assert await read_release(Access.of(stranger)) is None
