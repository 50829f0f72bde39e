"""The three kinds of object that LiveKit SIP keeps, and what each is called where."""

from enum import StrEnum
from typing import TypeAlias

from livekit.protocol.sip import SIPDispatchRuleInfo, SIPInboundTrunkInfo, SIPOutboundTrunkInfo

Info: TypeAlias = SIPInboundTrunkInfo | SIPOutboundTrunkInfo | SIPDispatchRuleInfo


class Kind(StrEnum):
    """A kind of object. The value is also its word on the command line."""

    INBOUND_TRUNK = "inbound_trunk"
    OUTBOUND_TRUNK = "outbound_trunk"
    DISPATCH_RULE = "dispatch_rule"

    @property
    def section(self) -> str:
        """The section of trunks.yaml that declares objects of this kind."""
        return f"{self.value}s"

    @property
    def label(self) -> str:
        """The kind in words for people."""
        return self.value.replace("_", " ")

    def new_info(self) -> Info:
        """An empty message of this kind."""
        return _MESSAGES[self]()


_MESSAGES: dict[Kind, type[Info]] = {
    Kind.INBOUND_TRUNK: SIPInboundTrunkInfo,
    Kind.OUTBOUND_TRUNK: SIPOutboundTrunkInfo,
    Kind.DISPATCH_RULE: SIPDispatchRuleInfo,
}


def object_id(info: Info) -> str:
    """LiveKit's id of the object; empty before it was created."""
    if isinstance(info, SIPDispatchRuleInfo):
        return info.sip_dispatch_rule_id
    return info.sip_trunk_id


def label_of(info: Info) -> str:
    """What to call the object before people: its name, or its id when it has none."""
    return info.name or object_id(info)
