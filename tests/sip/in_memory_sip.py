"""A SIP service in memory that refuses what LiveKit's own refuses, in the same words of code.

Every behaviour here is asserted against the real server too: test_sip_service_contract.py runs
the same tests on both.
"""

import asyncio
import secrets
from collections.abc import Callable, Iterable
from itertools import product
from typing import TypeVar

from livekit.api import ServerError
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

from sip.route.room_rule import pin_of
from sip.route.trunk_match import normalized

_Info = TypeVar("_Info", SIPInboundTrunkInfo, SIPOutboundTrunkInfo, SIPDispatchRuleInfo)


class InMemorySip:
    """The part of livekit.api's SipService that provisioning uses.

    `before` is called with the name of every method before it does anything: a test may raise
    from it, wait in it, or change `trunks` and `rules` behind everybody's back. As on the real
    server, a check and the write that follows it are not one step.
    """

    def __init__(self) -> None:
        self.inbound: dict[str, SIPInboundTrunkInfo] = {}
        self.outbound: dict[str, SIPOutboundTrunkInfo] = {}
        self.rules: dict[str, SIPDispatchRuleInfo] = {}
        self.calls: list[str] = []
        self.before: Callable[[str], None] = lambda _: None

    async def _enter(self, method: str) -> None:
        self.calls.append(method)
        self.before(method)
        await asyncio.sleep(0)

    def _trunks_read_for(self, info: SIPInboundTrunkInfo) -> list[SIPInboundTrunkInfo]:
        """The stored trunks that the server compares with `info`.

        It selects them by the number that they have now: an update into another trunk's number
        does not see itself, and goes through.
        """
        wanted = {normalized(number) for number in info.numbers}
        return [
            trunk
            for trunk in self.inbound.values()
            if not (wanted and trunk.numbers)
            or wanted & {normalized(number) for number in trunk.numbers}
        ]

    async def create_inbound_trunk(
        self, create: CreateSIPInboundTrunkRequest
    ) -> SIPInboundTrunkInfo:
        await self._enter("create_inbound_trunk")
        info = _copy(create.trunk)
        _refuse_open_trunk(info)
        _refuse_clashing_trunks([*self._trunks_read_for(info), info])
        await asyncio.sleep(0)
        info.sip_trunk_id = _new_id("ST")
        self.inbound[info.sip_trunk_id] = info
        return _copy(info)

    async def create_outbound_trunk(
        self, create: CreateSIPOutboundTrunkRequest
    ) -> SIPOutboundTrunkInfo:
        await self._enter("create_outbound_trunk")
        info = _copy(create.trunk)
        _refuse_bad_outbound(info)
        info.sip_trunk_id = _new_id("ST")
        self.outbound[info.sip_trunk_id] = info
        return _copy(info)

    async def create_dispatch_rule(
        self, create: CreateSIPDispatchRuleRequest
    ) -> SIPDispatchRuleInfo:
        await self._enter("create_dispatch_rule")
        info = _copy(create.dispatch_rule)
        info.media.SetInParent()  # the server fills in an empty one
        _refuse_rule_without_room(info)
        _refuse_clashing_rules([*self.rules.values(), info])
        await asyncio.sleep(0)
        info.sip_dispatch_rule_id = _new_id("SDR")
        self.rules[info.sip_dispatch_rule_id] = info
        return _copy(info)

    async def update_inbound_trunk(
        self, trunk_id: str, trunk: SIPInboundTrunkInfo
    ) -> SIPInboundTrunkInfo:
        await self._enter("update_inbound_trunk")
        _refuse_unknown(self.inbound, trunk_id)
        info = _copy(trunk)
        info.sip_trunk_id = trunk_id
        _refuse_open_trunk(info)
        _refuse_clashing_trunks(
            info if each.sip_trunk_id == trunk_id else each for each in self._trunks_read_for(info)
        )
        self.inbound[trunk_id] = info
        return _copy(info)

    async def update_outbound_trunk(
        self, trunk_id: str, trunk: SIPOutboundTrunkInfo
    ) -> SIPOutboundTrunkInfo:
        await self._enter("update_outbound_trunk")
        _refuse_unknown(self.outbound, trunk_id)
        info = _copy(trunk)
        info.sip_trunk_id = trunk_id
        _refuse_bad_outbound(info)
        self.outbound[trunk_id] = info
        return _copy(info)

    async def update_dispatch_rule(
        self, rule_id: str, rule: SIPDispatchRuleInfo
    ) -> SIPDispatchRuleInfo:
        await self._enter("update_dispatch_rule")
        _refuse_unknown(self.rules, rule_id)
        info = _copy(rule)
        info.sip_dispatch_rule_id = rule_id
        _refuse_rule_without_room(info)
        _refuse_clashing_rules(
            info if each.sip_dispatch_rule_id == rule_id else each
            for each in self.rules.values()
            if not (each.trunk_ids and info.trunk_ids) or set(each.trunk_ids) & set(info.trunk_ids)
        )
        self.rules[rule_id] = info
        return _copy(info)

    async def delete_trunk(self, delete: DeleteSIPTrunkRequest) -> SIPTrunkInfo:
        await self._enter("delete_trunk")
        self.inbound.pop(delete.sip_trunk_id, None)
        self.outbound.pop(delete.sip_trunk_id, None)
        return SIPTrunkInfo(sip_trunk_id=delete.sip_trunk_id)

    async def delete_dispatch_rule(
        self, delete: DeleteSIPDispatchRuleRequest
    ) -> SIPDispatchRuleInfo:
        await self._enter("delete_dispatch_rule")
        _refuse_unknown(self.rules, delete.sip_dispatch_rule_id)
        return self.rules.pop(delete.sip_dispatch_rule_id)

    async def list_inbound_trunk(
        self, list: ListSIPInboundTrunkRequest
    ) -> ListSIPInboundTrunkResponse:
        await self._enter("list_inbound_trunk")
        return ListSIPInboundTrunkResponse(items=self.inbound.values())

    async def list_outbound_trunk(
        self, list: ListSIPOutboundTrunkRequest
    ) -> ListSIPOutboundTrunkResponse:
        await self._enter("list_outbound_trunk")
        return ListSIPOutboundTrunkResponse(items=self.outbound.values())

    async def list_dispatch_rule(
        self, list: ListSIPDispatchRuleRequest
    ) -> ListSIPDispatchRuleResponse:
        await self._enter("list_dispatch_rule")
        return ListSIPDispatchRuleResponse(items=self.rules.values())


def _copy(info: _Info) -> _Info:
    copied = type(info)()
    copied.CopyFrom(info)
    return copied


def _new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(6)}"


def _refused(code: str, message: str) -> ServerError:
    return ServerError(code, message, status=404 if code == "not_found" else 400)


def _refuse_unknown(known: dict[str, _Info], identifier: str) -> None:
    if identifier not in known:
        raise _refused("not_found", "requested object does not exist")


def _refuse_open_trunk(trunk: SIPInboundTrunkInfo) -> None:
    has_digest = trunk.auth_username or trunk.auth_password
    if not (has_digest or trunk.allowed_addresses or trunk.numbers):
        raise _refused("invalid_argument", "for security, one of the fields must be set")


def _refuse_bad_outbound(trunk: SIPOutboundTrunkInfo) -> None:
    if not trunk.numbers:
        raise _refused("invalid_argument", "no trunk numbers specified")
    if not trunk.address:
        raise _refused("invalid_argument", "no outbound address specified")


def _refuse_rule_without_room(rule: SIPDispatchRuleInfo) -> None:
    if not rule.HasField("rule"):
        raise _refused("invalid_argument", "missing rule")


def _refuse_clashing_trunks(trunks: Iterable[SIPInboundTrunkInfo]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for trunk in trunks:
        numbers = {normalized(number) for number in trunk.numbers} or {""}
        callers = {normalized(number) for number in trunk.allowed_numbers} or {""}
        for key in product(numbers, callers):
            if seen.setdefault(key, trunk.sip_trunk_id) != trunk.sip_trunk_id:
                raise _refused("invalid_argument", "Conflicting inbound SIP Trunks")


def _refuse_clashing_rules(rules: Iterable[SIPDispatchRuleInfo]) -> None:
    seen: set[tuple[str, ...]] = set()
    for rule in rules:
        keys = set(
            product(
                rule.trunk_ids or [""],
                [pin_of(rule)],
                [normalized(number) for number in rule.inbound_numbers] or [""],
                [normalized(number) for number in rule.numbers] or [""],
            )
        )
        if keys & seen:
            raise _refused("invalid_argument", "Dispatch rule for the same ... already exists")
        seen |= keys
