"""Every call of the table is really made, and what happens is what `route` said before."""

import asyncio
import re
from collections.abc import AsyncIterator
from functools import partial

import pytest
from livekit.api import (
    DeleteRoomRequest,
    ListParticipantsRequest,
    ListRoomsRequest,
    LiveKitAPI,
)
from livekit.protocol.models import ParticipantInfo

from local.stack.stack import Stack
from sip.access import Access
from sip.objects.release import read_release
from sip.objects.server import read_snapshot
from sip.plan.apply import apply
from sip.plan.plan import make_plan
from sip.route.route import RANDOM, Digest, Outcome, Route, route
from sip.route.trunk_match import Caller
from tests.sip.manifests import parse
from tests.sip.route.route_cases import CALLER, CASES, OURS, Case, trunk_with
from tests.sip.telephone import Telephone

pytestmark = [pytest.mark.stack, pytest.mark.timeout(60)]

_ROOM_WITHIN_S = 6.0
_NO_ROOM_FOR_S = 2.0  # a room that opens is there after 0.1 to 0.3 s
_PIN_PROMPT_S = 10.0
_POLL_S = 0.05
_STATUSES = {
    # A telephone without a password that answers the challenge all the same gets 401 for it.
    Outcome.PASSWORD_MISSING: (407, 401),
    Outcome.PASSWORD_WRONG: (401,),
    Outcome.REFUSED: (503,),
    Outcome.NOT_FOUND: (404,),
}


@pytest.fixture(scope="module")
async def telephone() -> AsyncIterator[Telephone]:
    async with Telephone.start() as telephone:
        yield telephone


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_what_happens_is_what_was_predicted(
    api: LiveKitAPI, sip_stack: Stack, telephone: Telephone, case: Case
) -> None:
    await apply(api.sip, partial(make_plan, parse(case.file, allow_open=True)))
    snapshot = await read_snapshot(api.sip)
    caller = Caller(case.caller, case.called, "127.0.0.1", "127.0.0.1")
    release = await read_release(Access.of(sip_stack.env()))
    assert release is not None
    rejects = bool(release.rejects_unmatched)
    predicted = route(
        snapshot, caller, credentials=case.credentials, pin=case.pin, rejects_unmatched=rejects
    )
    unmatched = Outcome.NOT_FOUND if rejects else Outcome.ENDLESS_RINGING
    wanted = unmatched if case.outcome is Outcome.ENDLESS_RINGING else case.outcome
    assert (predicted.outcome, predicted.room) == (wanted, case.room)
    try:
        await _dial(api, sip_stack, telephone, case, predicted)
    finally:
        await telephone.ask("hang_up")
        await _close_rooms(api)


async def test_a_caller_whom_nobody_answers_gets_486_after_the_ringing_timeout(
    api: LiveKitAPI, sip_stack: Stack, telephone: Telephone
) -> None:
    text = trunk_with("ringing_timeout: 2s")
    await apply(api.sip, partial(make_plan, parse(text)))
    try:
        assert await telephone.ask(
            "dial", sip_address=sip_stack.sip_address, number=OURS, from_number=CALLER
        ) in ("ringing", 486)
        assert await telephone.ask("wait_answered", timeout_s=8) == 486
    finally:
        await telephone.ask("hang_up")
        await _close_rooms(api)


async def _dial(
    api: LiveKitAPI, stack: Stack, telephone: Telephone, case: Case, predicted: Route
) -> None:
    digest = case.credentials if isinstance(case.credentials, Digest) else Digest("", "")
    first = await telephone.ask(
        "dial",
        sip_address=stack.sip_address,
        number=case.called,
        from_number=case.caller,
        user=digest.username,
        password=digest.password,
    )
    if predicted.outcome in _STATUSES:
        if first == "ringing":  # LiveKit SIP rings before it asks for the rule
            first = await telephone.ask("wait_answered", timeout_s=5)
        assert first in _STATUSES[predicted.outcome]
    elif predicted.outcome is Outcome.ENDLESS_RINGING:
        # LiveKit SIP says once that it rings, then forgets the call without a word.
        assert first in ("ringing", "silence")
        assert await telephone.ask("wait_answered", timeout_s=_NO_ROOM_FOR_S) is False
    elif predicted.outcome is Outcome.ROOM and case.pin is None:
        assert first == "ringing"
        await _assert_in_room(api, predicted)
        return
    else:
        assert await telephone.ask("wait_answered", timeout_s=5) is True
        await _assert_pin_dialogue(api, telephone, case, predicted)
        return
    assert await _room_names(api) == []


async def _assert_pin_dialogue(
    api: LiveKitAPI, telephone: Telephone, case: Case, predicted: Route
) -> None:
    if case.pin is None:
        assert await telephone.ask("wait_hung_up", timeout_s=_NO_ROOM_FOR_S) is False
        assert await _room_names(api) == []
        return
    # Keys that are pressed with the first packet are lost.
    await telephone.ask("wait_for_speech", timeout_s=_PIN_PROMPT_S)
    await telephone.ask("press", keys=f"{case.pin}#")
    if predicted.outcome is Outcome.PIN_WRONG:
        assert await telephone.ask("wait_hung_up", timeout_s=_PIN_PROMPT_S) is True
        assert await _room_names(api) == []
    else:
        await _assert_in_room(api, predicted, within_s=_PIN_PROMPT_S)


async def _assert_in_room(
    api: LiveKitAPI, predicted: Route, within_s: float = _ROOM_WITHIN_S
) -> None:
    """The caller is in the predicted room, brought by the predicted trunk and rule."""
    assert predicted.room is not None
    assert predicted.rule is not None
    name, participant = await _caller_in_a_room(api, within_s)
    pattern = re.escape(predicted.room).replace(re.escape(RANDOM), "[A-Za-z0-9]+")
    assert re.fullmatch(pattern, name), name
    assert participant.identity == predicted.identity
    assert participant.attributes["sip.ruleID"] == predicted.rule.sip_dispatch_rule_id
    trunk_id = predicted.trunk.sip_trunk_id if predicted.trunk is not None else ""
    assert participant.attributes["sip.trunkID"] == trunk_id
    asked = await api.agent_dispatch.list_dispatch(name)
    assert {each.agent_name for each in asked if each.agent_name} == set(predicted.agents)


async def _caller_in_a_room(api: LiveKitAPI, within_s: float) -> tuple[str, ParticipantInfo]:
    async with asyncio.timeout(within_s):
        while True:
            for name in await _room_names(api):
                found = await api.room.list_participants(ListParticipantsRequest(room=name))
                for participant in found.participants:
                    if participant.kind == ParticipantInfo.Kind.SIP:
                        return name, participant
            await asyncio.sleep(_POLL_S)


async def _room_names(api: LiveKitAPI) -> list[str]:
    return [room.name for room in (await api.room.list_rooms(ListRoomsRequest())).rooms]


async def _close_rooms(api: LiveKitAPI) -> None:
    for name in await _room_names(api):
        await api.room.delete_room(DeleteRoomRequest(room=name))
    async with asyncio.timeout(_ROOM_WITHIN_S):
        while True:
            if not await _room_names(api):
                return
            await asyncio.sleep(_POLL_S)
