"""Walks the whole chain: number, trunk, rule, room settings, agent name, a live worker."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from livekit.api import LiveKitAPI

from sip.access import Access
from sip.doctor.connection import (
    REACHABLE,
    look_at_release,
    look_at_server,
    look_at_sip_api,
    look_at_sip_service,
)
from sip.doctor.finding import AGENT, Finding, Result, skipped
from sip.doctor.objects import look_at_objects
from sip.errors import ServerRefused
from sip.manifest.declared import Manifest
from sip.objects.kinds import Kind

# Asks for an agent by its name and says whether it came; only the bot knows how.
LookAtAgent: TypeAlias = Callable[[LiveKitAPI, str], Awaitable[Finding]]


async def walk(
    manifest: Manifest, environment: Mapping[str, str], look_at_agent: LookAtAgent
) -> list[Finding]:
    """What was found of every link, in the order of the chain.

    The first link that cannot be passed ends the walk; the rest is skipped. Of the server only
    probe rooms are changed, and those are deleted again.
    """
    found = await look_at_server(environment)
    if any(each.check == REACHABLE and each.result is Result.FAIL for each in found):
        return [*found, skipped("the rest", "the server must be reached first")]
    try:
        access = Access.of(environment)
        async with access.connect() as api:
            found += await _look_inside(access, api, manifest, look_at_agent)
    except ServerRefused as refusal:
        found.append(Finding("keys", Result.FAIL, refusal.message, refusal.remedy))
    return found


async def _look_inside(
    access: Access, api: LiveKitAPI, manifest: Manifest, look_at_agent: LookAtAgent
) -> list[Finding]:
    found, snapshot = await look_at_sip_api(api)
    if snapshot is None:
        return [*found, skipped("the rest", "the trunks and rules cannot be read")]
    version, release = await look_at_release(access)
    found += [version, await look_at_sip_service(api)]
    found += look_at_objects(manifest, snapshot, release)
    names = dict.fromkeys(
        agent.agent_name
        for rule in snapshot.dispatch_rules
        if manifest.find(Kind.DISPATCH_RULE, rule.name) is not None
        for agent in rule.room_config.agents
    )
    if not names:
        found.append(skipped(AGENT, "no rule of ours asks for one"))
    return [*found, *[await look_at_agent(api, name) for name in names]]
