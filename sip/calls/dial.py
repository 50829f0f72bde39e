"""Dialling: one INVITE, and what became of it."""

import math
from dataclasses import dataclass, field

import aiohttp
from google.protobuf.duration_pb2 import Duration
from livekit.api import LiveKitAPI, ServerError, SipCallError
from livekit.protocol.sip import CreateSIPParticipantRequest

from sip.errors import DialFailed
from sip.one_line import one_line

# LiveKit answers a little after the ringing has ended.
_ANSWER_MARGIN_S = 5.0
# LiveKit's words for "nobody answered in time".
_GAVE_UP = frozenset({"canceled", "deadline_exceeded"})


@dataclass(frozen=True)
class Dialling:
    """One telephone call to be placed into a room. Durations are whole seconds for LiveKit."""

    trunk_id: str
    number: str = field(repr=False)
    from_number: str = field(repr=False)
    room_name: str
    identity: str
    ring_timeout_s: float
    max_call_s: float


async def dial(api: LiveKitAPI, dialling: Dialling) -> str:
    """Ring the number and return LiveKit's id of the call once somebody answers.

    `api` must not repeat its questions (`Access.connect`). The participant is in the room from
    the first moment; to stop the ringing, delete the room. Raises DialFailed when nobody answers;
    whoever cancels this instead must delete the room too.
    """
    request = CreateSIPParticipantRequest(
        sip_trunk_id=dialling.trunk_id,
        sip_call_to=dialling.number,
        sip_number=dialling.from_number,
        room_name=dialling.room_name,
        participant_identity=dialling.identity,
        participant_name="Callee",
        wait_until_answered=True,
        ringing_timeout=Duration(seconds=math.ceil(dialling.ring_timeout_s)),
        # A last resort: the bot ends every call earlier.
        max_call_duration=Duration(seconds=math.ceil(dialling.max_call_s) + 60),
    )
    limit_s = math.ceil(dialling.ring_timeout_s) + _ANSWER_MARGIN_S
    try:
        info = await api.sip.create_sip_participant(request, timeout=limit_s)
    except SipCallError as error:
        status = error.sip_status_code or None
        reason = one_line(error.sip_status or error.message)
        raise DialFailed(reason, status, timed_out=error.code in _GAVE_UP) from error
    except ServerError as error:
        raise DialFailed(
            f"{one_line(error.message)} ({error.code})", timed_out=error.code in _GAVE_UP
        ) from error
    except TimeoutError as error:
        raise DialFailed("LiveKit did not answer in time", timed_out=True) from error
    except aiohttp.ClientError as error:
        reason = f"LiveKit could not be reached ({type(error).__name__})"
        raise DialFailed(reason, timed_out=False) from error
    return info.sip_call_id
