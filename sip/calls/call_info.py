"""What a call tells about itself: the facts that LiveKit SIP hangs on a caller's participant.

The attributes are those of LiveKit SIP (`sip.*`). Any of them may be missing: with
`hide_phone_number` in the dispatch rule there are no numbers, and a web visitor has none at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from livekit.protocol.models import ParticipantInfo

from sip.calls.number import mask_number, understood
from sip.calls.number_rules import home_region
from sip.one_line import one_line

# What LiveKit calls its attributes (protocol/livekit/attrs.go).
STATUS = "sip.callStatus"
_CALL_ID = "sip.callID"
_TRUNK_ID = "sip.trunkID"
_RULE_ID = "sip.ruleID"
_OTHER_PARTY = "sip.phoneNumber"
_OUR_NUMBER = "sip.trunkPhoneNumber"
# Ours: trunks.yaml maps the header to it in which a carrier tells how sure it is of the caller.
_ATTESTATION = "storyline.attestation"
_FULL_ATTESTATION = frozenset({"A", "TN-VALIDATION-PASSED-A"})
# What stands in place of a number that its caller does not show (RFC 3323, and carriers' habits).
_WITHHELD = frozenset({"anonymous", "restricted", "private", "unavailable", "unknown", "withheld"})


class Direction(StrEnum):
    """Who began the call. WEB is a participant that did not come over SIP."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    WEB = "web"


class CallStatus(StrEnum):
    """The values of `sip.callStatus`. Only ACTIVE means that the caller hears us."""

    DIALING = "dialing"
    RINGING = "ringing"
    AUTOMATION = "automation"  # digits are being sent after the answer
    ACTIVE = "active"
    HANGUP = "hangup"


_STATUSES = {str(status): status for status in CallStatus}


@dataclass(frozen=True, repr=False)
class CallInfo:
    """The facts of one call. What is not known is None, never an empty string.

    The numbers are E.164, None where it is not clear which number is meant; the texts are what
    the carrier wrote, also when that is a name. `is_attested` is true when the carrier vouches for
    the caller's number (STIR/SHAKEN, full attestation); otherwise anybody may have written it.
    `is_doubted`: the carrier says how sure it is, and it is not.
    """

    direction: Direction
    caller_number: str | None = None
    called_number: str | None = None
    caller_text: str | None = None
    called_text: str | None = None
    is_attested: bool = False
    is_doubted: bool = False
    sip_call_id: str | None = None
    trunk_id: str | None = None
    rule_id: str | None = None
    status: CallStatus | None = None

    @property
    def is_withheld(self) -> bool:
        """Whether the caller shows no number: nothing, or a word of the carrier's for that."""
        return self.caller_text is None or self.caller_text.lower() in _WITHHELD

    @property
    def is_sip(self) -> bool:
        """Whether a telephone is at the other end."""
        return self.direction is not Direction.WEB

    @classmethod
    def of(cls, kind: int, attributes: Mapping[str, str], region: str = "") -> Self:
        """Read the facts of a participant from its `kind` and `attributes`.

        National numbers are those of the country of our own number, where that is written with a
        plus, otherwise of `region` ("US").

        A rule id is set only on calls that a dispatch rule brought in; a SIP participant
        without one is a call that we placed.
        """
        if kind != ParticipantInfo.Kind.SIP:
            return cls(direction=Direction.WEB)
        rule_id = _text(attributes, _RULE_ID)
        other, ours = _text(attributes, _OTHER_PARTY), _text(attributes, _OUR_NUMBER)
        inbound = rule_id is not None
        national = home_region(ours) or region
        number = {text: understood(text, national) for text in (other, ours) if text}
        attestation = _attestation(attributes)
        caller, called = (other, ours) if inbound else (ours, other)
        return cls(
            direction=Direction.INBOUND if inbound else Direction.OUTBOUND,
            caller_number=number.get(caller or ""),
            called_number=number.get(called or ""),
            caller_text=caller,
            called_text=called,
            is_attested=inbound and attestation in _FULL_ATTESTATION,
            is_doubted=inbound and bool(attestation) and attestation not in _FULL_ATTESTATION,
            sip_call_id=_text(attributes, _CALL_ID),
            trunk_id=_text(attributes, _TRUNK_ID),
            rule_id=rule_id,
            status=call_status(attributes),
        )

    def __str__(self) -> str:
        """A form fit for logs: numbers are masked."""
        caller = mask_number(self.caller_number or self.caller_text) or "hidden"
        called = mask_number(self.called_number or self.called_text) or "hidden"
        return f"{self.direction} call {self.sip_call_id or '-'} from {caller} to {called}"

    def __repr__(self) -> str:
        return f"<CallInfo {self}>"


def call_status(attributes: Mapping[str, str]) -> CallStatus | None:
    """The state of the SIP leg; None when there is none, or one we do not know."""
    value = _text(attributes, STATUS)
    return _STATUSES.get(value) if value else None


def is_answered(attributes: Mapping[str, str]) -> bool:
    """Whether the other end hears us: words spoken earlier are lost."""
    return call_status(attributes) is CallStatus.ACTIVE


def _attestation(attributes: Mapping[str, str]) -> str:
    return (_text(attributes, _ATTESTATION) or "").strip().upper()


def _text(attributes: Mapping[str, str], name: str) -> str | None:
    # A console session has a stand-in for its participant whose attributes are not strings.
    value: object = attributes.get(name)
    return (one_line(value) or None) if isinstance(value, str) else None
