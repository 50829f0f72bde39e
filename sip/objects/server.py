"""The SIP side of a LiveKit server: read it whole, change it one object at a time.

Every function raises ServerRefused for LiveKit's own errors and for a server out of reach.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from livekit.protocol.sip import (
    CreateSIPDispatchRuleRequest,
    CreateSIPInboundTrunkRequest,
    CreateSIPOutboundTrunkRequest,
    DeleteSIPDispatchRuleRequest,
    DeleteSIPTrunkRequest,
    ListSIPDispatchRuleRequest,
    ListSIPDispatchRuleResponse,
    ListSIPInboundTrunkRequest,
    ListSIPInboundTrunkResponse,
    ListSIPOutboundTrunkRequest,
    ListSIPOutboundTrunkResponse,
    SIPDispatchRuleInfo,
    SIPInboundTrunkInfo,
    SIPOutboundTrunkInfo,
    SIPTrunkInfo,
)

from sip.access import translated_errors
from sip.errors import ServerRefused
from sip.objects.kinds import Info, Kind, object_id

_Info = TypeVar("_Info", SIPInboundTrunkInfo, SIPOutboundTrunkInfo, SIPDispatchRuleInfo)


class SipService(Protocol):
    """The part of livekit.api's SipService that provisioning needs."""

    async def create_inbound_trunk(
        self, create: CreateSIPInboundTrunkRequest
    ) -> SIPInboundTrunkInfo: ...
    async def create_outbound_trunk(
        self, create: CreateSIPOutboundTrunkRequest
    ) -> SIPOutboundTrunkInfo: ...
    async def create_dispatch_rule(
        self, create: CreateSIPDispatchRuleRequest
    ) -> SIPDispatchRuleInfo: ...
    async def update_inbound_trunk(
        self, trunk_id: str, trunk: SIPInboundTrunkInfo
    ) -> SIPInboundTrunkInfo: ...
    async def update_outbound_trunk(
        self, trunk_id: str, trunk: SIPOutboundTrunkInfo
    ) -> SIPOutboundTrunkInfo: ...
    async def update_dispatch_rule(
        self, rule_id: str, rule: SIPDispatchRuleInfo
    ) -> SIPDispatchRuleInfo: ...
    async def delete_trunk(self, delete: DeleteSIPTrunkRequest) -> SIPTrunkInfo: ...
    async def delete_dispatch_rule(
        self, delete: DeleteSIPDispatchRuleRequest
    ) -> SIPDispatchRuleInfo: ...
    async def list_inbound_trunk(
        self, list: ListSIPInboundTrunkRequest
    ) -> ListSIPInboundTrunkResponse: ...
    async def list_outbound_trunk(
        self, list: ListSIPOutboundTrunkRequest
    ) -> ListSIPOutboundTrunkResponse: ...
    async def list_dispatch_rule(
        self, list: ListSIPDispatchRuleRequest
    ) -> ListSIPDispatchRuleResponse: ...


@dataclass(frozen=True)
class Snapshot:
    """Everything of SIP that was on the server at one moment, in the order of the ids."""

    inbound_trunks: tuple[SIPInboundTrunkInfo, ...] = ()
    outbound_trunks: tuple[SIPOutboundTrunkInfo, ...] = ()
    dispatch_rules: tuple[SIPDispatchRuleInfo, ...] = ()

    def of(self, kind: Kind) -> tuple[Info, ...]:
        """The objects of one kind."""
        found: dict[Kind, tuple[Info, ...]] = {
            Kind.INBOUND_TRUNK: self.inbound_trunks,
            Kind.OUTBOUND_TRUNK: self.outbound_trunks,
            Kind.DISPATCH_RULE: self.dispatch_rules,
        }
        return found[kind]

    def named(self, kind: Kind, name: str) -> tuple[Info, ...]:
        """The objects of that kind and name: the first is the one that counts."""
        return tuple(info for info in self.of(kind) if info.name == name)

    def ids(self) -> frozenset[str]:
        """The ids of everything."""
        return frozenset(object_id(info) for kind in Kind for info in self.of(kind))


async def read_snapshot(service: SipService) -> Snapshot:
    """Read every trunk and rule."""
    async with translated_errors():
        inbound = await service.list_inbound_trunk(ListSIPInboundTrunkRequest())
        outbound = await service.list_outbound_trunk(ListSIPOutboundTrunkRequest())
        rules = await service.list_dispatch_rule(ListSIPDispatchRuleRequest())
    return Snapshot(_by_id(inbound.items), _by_id(outbound.items), _by_id(rules.items))


def _by_id(items: Iterable[_Info]) -> tuple[_Info, ...]:
    return tuple(sorted(items, key=object_id))


async def create(service: SipService, info: Info) -> Info:
    """Create an object and return it with its id."""
    async with translated_errors():
        if isinstance(info, SIPInboundTrunkInfo):
            return await service.create_inbound_trunk(CreateSIPInboundTrunkRequest(trunk=info))
        if isinstance(info, SIPOutboundTrunkInfo):
            return await service.create_outbound_trunk(CreateSIPOutboundTrunkRequest(trunk=info))
        return await service.create_dispatch_rule(CreateSIPDispatchRuleRequest(dispatch_rule=info))


async def replace(service: SipService, info: Info) -> None:
    """Replace the object that has the id of `info` by it, whole."""
    async with translated_errors():
        if isinstance(info, SIPInboundTrunkInfo):
            await service.update_inbound_trunk(info.sip_trunk_id, info)
        elif isinstance(info, SIPOutboundTrunkInfo):
            await service.update_outbound_trunk(info.sip_trunk_id, info)
        else:
            await service.update_dispatch_rule(info.sip_dispatch_rule_id, info)


async def delete(service: SipService, kind: Kind, identifier: str) -> None:
    """Delete an object. Harmless when it is gone already."""
    try:
        async with translated_errors():
            if kind is Kind.DISPATCH_RULE:
                await service.delete_dispatch_rule(
                    DeleteSIPDispatchRuleRequest(sip_dispatch_rule_id=identifier)
                )
            else:
                await service.delete_trunk(DeleteSIPTrunkRequest(sip_trunk_id=identifier))
    except ServerRefused as refusal:
        if refusal.code != "not_found":
            raise
