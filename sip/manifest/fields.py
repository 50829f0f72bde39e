"""The kinds of value that trunks.yaml may hold: how each is written, checked and stored.

Every check raises PydanticCustomError with the reason as its message and the remedy in its
context, so that the manifest can show both beside the line.
"""

import ipaddress
import re
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainValidator, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from sip.calls.number import to_e164
from sip.errors import InvalidNumber

ENV_PREFIX = "env/"

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h)?")
_UNIT_S = {"ms": Decimal("0.001"), "s": Decimal(1), "m": Decimal(60), "h": Decimal(3600)}
_LONGEST_S = Decimal(24 * 3600)  # LiveKit SIP ends every call after a day
_HOST_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9-]+)+", re.I)
_HEADER = re.compile(r"[A-Za-z0-9.!%*_+`'~-]+")
_PIN = re.compile(r"\d{1,16}")  # LiveKit SIP hangs up at the seventeenth key


def refuse(reason: str, remedy: str) -> PydanticCustomError:
    """The error of a value that cannot be used."""
    return PydanticCustomError("unusable", "{reason}", {"reason": reason, "remedy": remedy})


def _number(value: Any, info: ValidationInfo) -> str:
    if not isinstance(value, str):
        raise refuse("it is not a telephone number", 'Write it as text: "+12025550100"')
    try:
        return to_e164(value, (info.context or {}).get("default_region"))
    except InvalidNumber as error:
        raise refuse(
            f'"{value}" is not usable: {error.reason}', 'Write it like "+12025550100"'
        ) from None


def _outbound_number(value: Any, info: ValidationInfo) -> str:
    return "*" if value == "*" else _number(value, info)


def duration_s(value: Any) -> Decimal:
    """The seconds in "20s", "1.5s", "500ms", "2m", "1h" or a plain number of seconds."""
    match = _DURATION.fullmatch(str(value).strip())
    if match is None:
        raise refuse(f'"{value}" is no duration', 'Write it like "20s", "500ms" or "15m"')
    try:
        seconds = Decimal(match[1]) * _UNIT_S[match[2] or "s"]
    except InvalidOperation:
        raise refuse(f'"{value}" is no duration', 'Write it like "20s"') from None
    if seconds > _LONGEST_S:
        raise refuse(f'"{value}" is more than a day', "Use 24h or less, LiveKit's own limit")
    return seconds


def _duration(value: Any) -> str:
    """The form of protobuf's JSON: seconds with as few decimals as needed, and an s."""
    seconds = f"{duration_s(value):f}"
    return f"{seconds.rstrip('0').rstrip('.') if '.' in seconds else seconds}s"


def _whole_seconds(value: Any) -> int:
    seconds = duration_s(value)
    if seconds != int(seconds):
        raise refuse(f'"{value}" is not a whole number of seconds', "LiveKit counts seconds here")
    return int(seconds)


def _address(value: Any) -> str:
    text = str(value).strip()
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        if _HOST_NAME.fullmatch(text):
            return text
        # LiveKit leaves out what it cannot read; a list of such entries alone admits everybody.
        raise refuse(
            f'"{text}" is no address', 'Write an IP address, a network "54.172.60.0/30" or a host'
        ) from None
    return text if "/" not in text else str(network)


def _sip_host(value: Any) -> str:
    text = str(value).strip()
    if text.lower().startswith(("sip:", "sips:")) or any(sign in text for sign in "@;/ "):
        raise refuse(f'"{text}" is not a host', 'Write only host and port: "sip.example.com:5060"')
    return text


def _header(value: Any) -> str:
    text = str(value)
    if not _HEADER.fullmatch(text):
        raise refuse(f'"{text}" is no SIP header name', 'Write it like "X-Campaign"')
    return text


def _codec_name(value: Any) -> str:
    text = str(value)
    if "/" in text or not text.strip() or len(text.split()) != 1:
        raise refuse(
            f'"{text}" is no codec name', "Write name and rate apart: name: PCMU, rate: 8000"
        )
    return text


def _country(value: Any) -> str:
    text = str(value)
    if not re.fullmatch(r"[A-Z]{2}", text):
        raise refuse(f'"{text}" is no country', 'Write two capital letters: "US"')
    return text


def _pin(value: Any) -> str:
    text = str(value)
    if text and not text.startswith(ENV_PREFIX) and not is_pin(text):
        raise refuse("the pin is not 1 to 16 digits", "Callers type it on a telephone")
    return text


def member(kind: type[StrEnum], value: Any) -> Any:
    """The member of `kind` that people mean by "udp", "UDP" or LiveKit's own SIP_TRANSPORT_UDP."""
    word = str(value).strip().upper()
    for each in kind:
        if word in (each.name, each.value):
            return each
    words = ", ".join(each.name.lower() for each in kind)
    raise refuse(f'"{value}" is none of {words}', "Write one of them")


def member_schema(kind: type[StrEnum]) -> dict[str, Any]:
    """What editors offer for it: the short words first, and LiveKit's own."""
    words = [*(each.name.lower() for each in kind), *(each.value for each in kind)]
    return {"enum": words, "type": "string", "description": kind.__doc__}


def is_pin(text: str) -> bool:
    """Whether a caller can type `text` as a pin."""
    return _PIN.fullmatch(text) is not None


_NUMBER_SCHEMA = {
    "type": "string",
    "description": 'A telephone number in any readable form, best as "+12025550100".',
}
_DURATION_SCHEMA = {
    "type": ["string", "number"],
    "pattern": r"^\d+(\.\d+)?\s*(ms|s|m|h)?$",
    "description": 'A duration: "20s", "500ms", "15m", or a number of seconds.',
}

Number = Annotated[str, PlainValidator(_number), WithJsonSchema(_NUMBER_SCHEMA)]
OutboundNumber = Annotated[str, PlainValidator(_outbound_number), WithJsonSchema(_NUMBER_SCHEMA)]
Duration = Annotated[str, PlainValidator(_duration), WithJsonSchema(_DURATION_SCHEMA)]
WholeSeconds = Annotated[int, PlainValidator(_whole_seconds), WithJsonSchema(_DURATION_SCHEMA)]
Address = Annotated[
    str,
    PlainValidator(_address),
    WithJsonSchema({"type": "string", "description": "IP address, network or From host."}),
]
SipHost = Annotated[str, BeforeValidator(_sip_host)]
HeaderName = Annotated[str, BeforeValidator(_header)]
CodecName = Annotated[str, BeforeValidator(_codec_name)]
Country = Annotated[str, BeforeValidator(_country)]
Pin = Annotated[str, BeforeValidator(_pin)]
