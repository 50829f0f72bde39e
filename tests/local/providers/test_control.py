import base64

import aiohttp
import pytest

from local.providers.control import ControlClient, ControlError
from local.providers.desk import Desk
from local.providers.faults import Fault
from local.providers.script import (
    ChatTurn,
    Interim,
    RealtimeTurn,
    Script,
    Sound,
    SpeechTurn,
    SttTurn,
    ToolUse,
)

pytestmark = pytest.mark.unit


async def test_script_arrives_as_it_was_written(desk: Desk, control: ControlClient) -> None:
    stt = SttTurn("Hi", 0.1, interims=(Interim("H", 0.05),))
    timed = SttTurn("Now", at_s=2.0)
    chat = ChatTurn("Hello", (ToolUse("f", {"a": "b"}),), 0.2, 0.01)
    spoken = SpeechTurn(Sound(pcm_base64=base64.b64encode(b"\1\2").decode()))
    realtime = RealtimeTurn("Hello", Sound(1.0, 330.0))
    await control.script(
        Script(stt=(timed, stt), chat=(chat,), speech=(spoken,), realtime=(realtime,), heard=(stt,))
    )
    script = desk.script
    assert (script.stt(), script.stt()) == (stt, None)
    assert (script.timed_stt(), script.timed_stt()) == ([timed], [])
    assert (script.chat(), script.speech(), script.realtime()) == (chat, spoken, realtime)
    assert script.heard() == stt
    assert spoken.sound.pcm() == b"\1\2"


async def test_cleared_script_says_nothing_more(desk: Desk, control: ControlClient) -> None:
    await control.script(Script(chat=(ChatTurn("Hello"),)))
    await control.clear_script()
    assert desk.script.chat() is None


async def test_faults_are_armed_and_cleared(desk: Desk, control: ControlClient) -> None:
    fault = Fault("chat", "delay", delay_s=1.5, times=None)
    await control.fault(fault)
    assert desk.faults.take("chat", "delay") == fault
    await control.clear_faults()
    assert desk.faults.take("chat", "delay") is None


async def test_impossible_fault_is_refused(control: ControlClient) -> None:
    with pytest.raises(ControlError, match="service"):
        await control.fault(Fault("fax", "delay"))  # type: ignore[arg-type]


async def test_services_wait_for_the_engines(
    base_url: str, http: aiohttp.ClientSession, desk: Desk
) -> None:
    desk.engines = None
    for path in ("/health", "/v1/models"):
        async with http.get(base_url + path) as response:
            assert response.status == 503


async def test_health_says_what_it_is(base_url: str, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{base_url}/health") as response:
        assert response.status == 200
        assert "not OpenAI" in (await response.json())["note"]
