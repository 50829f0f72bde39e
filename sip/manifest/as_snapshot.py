"""A server as the file describes it, so that questions can be answered without a server."""

from livekit.protocol.sip import SIPDispatchRuleInfo, SIPInboundTrunkInfo, SIPOutboundTrunkInfo

from sip.manifest.declared import Manifest
from sip.objects.message_fields import overlaid
from sip.objects.server import Snapshot


def as_snapshot(manifest: Manifest) -> Snapshot:
    """The server that would have exactly the file on it, with names for ids."""
    inbound: list[SIPInboundTrunkInfo] = []
    outbound: list[SIPOutboundTrunkInfo] = []
    rules: list[SIPDispatchRuleInfo] = []
    for declared in manifest.declared:
        info = overlaid(declared.kind.new_info(), declared.fields)
        info.name = declared.name
        if isinstance(info, SIPDispatchRuleInfo):
            info.sip_dispatch_rule_id = declared.name
            info.trunk_ids[:] = declared.trunks or ()
            rules.append(info)
        elif isinstance(info, SIPInboundTrunkInfo):
            info.sip_trunk_id = declared.name
            inbound.append(info)
        else:
            info.sip_trunk_id = declared.name
            outbound.append(info)
    return Snapshot(tuple(inbound), tuple(outbound), tuple(rules))
