"""A scripted SIP caller: a telephone that tests, the demo and developers hold in the hand."""

from local.caller.errors import (
    CallEnded,
    CallerError,
    CallFailed,
    CallTimeout,
    NothingHeard,
    SpeechUnavailable,
)
from local.caller.phone_call import PhoneCall
from local.caller.sip_caller import RingingCall, SipCaller
from local.caller.timing import Gap, Span, response_gaps
from local.caller.transcript import Heard, Line

__all__ = [
    "CallEnded",
    "CallFailed",
    "CallTimeout",
    "CallerError",
    "Gap",
    "Heard",
    "Line",
    "NothingHeard",
    "PhoneCall",
    "RingingCall",
    "SipCaller",
    "Span",
    "SpeechUnavailable",
    "response_gaps",
]
