"""The doctor is shown each broken link in turn, on real servers, and names it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from aiohttp import web
from livekit.api import ListRoomsRequest, LiveKitAPI
from livekit.protocol.sip import (
    SIPDispatchRule,
    SIPDispatchRuleDirect,
    SIPDispatchRuleInfo,
    SIPInboundTrunkInfo,
)

from local.stack.stack import Stack
from sip.access import Access
from sip.doctor.connection import look_at_server
from sip.doctor.finding import Finding, Result, failed
from sip.doctor.walk import walk
from sip.objects.kinds import Kind, object_id
from sip.objects.server import create, delete, read_snapshot, replace
from sip.plan.apply import apply
from sip.plan.plan import make_plan
from tests.sip.manifests import SIMPLE, parse
from tests.sip.sip_servers import livekit_without_sip

pytestmark = [pytest.mark.stack, pytest.mark.timeout(60)]

MANIFEST = parse(SIMPLE)


async def nobody(api: LiveKitAPI, name: str) -> Finding:
    """No worker runs in these tests."""
    return failed("agent", f"nobody serves {name}", "")


@pytest.fixture
async def healthy(api: LiveKitAPI) -> LiveKitAPI:
    """A server on which everything is as declared; only the worker is missing."""
    await apply(api.sip, partial(make_plan, MANIFEST))
    return api


async def broken_links(environment: Mapping[str, str]) -> dict[str, Finding]:
    """What fails, except for the worker that is not there."""
    found = await walk(MANIFEST, environment, nobody)
    return {
        finding.check: finding
        for finding in found
        if finding.result is Result.FAIL and finding.check != "agent"
    }


async def assert_named(stack: Stack, check: str, words: str) -> None:
    broken = await broken_links(stack.env())
    assert set(broken) == {check}
    assert words in broken[check].words
    assert broken[check].remedy


async def test_a_whole_chain_has_only_the_worker_missing(
    healthy: LiveKitAPI, sip_stack: Stack
) -> None:
    found = await walk(MANIFEST, sip_stack.env(), nobody)
    results = {finding.check: finding.result for finding in found}
    assert results.pop("agent") is Result.FAIL
    assert set(results.values()) == {Result.PASS}
    assert set(results) >= {
        "server reachable",
        "clock",
        "keys",
        "version",
        "SIP API",
        "SIP service",
        "objects",
        "rules",
        "numbers",
        "rooms",
        "strangers",
    }
    assert not (await healthy.room.list_rooms(ListRoomsRequest())).rooms


async def test_a_server_that_is_not_there(sip_stack: Stack) -> None:
    environment = sip_stack.env() | {"LIVEKIT_URL": "ws://127.0.0.1:1"}
    assert set(await broken_links(environment)) == {"server reachable"}


async def test_keys_of_another_project(sip_stack: Stack) -> None:
    environment = sip_stack.env() | {"LIVEKIT_API_SECRET": "x" * 40}
    assert set(await broken_links(environment)) == {"keys"}


async def test_no_keys_at_all(sip_stack: Stack) -> None:
    broken = await broken_links({"LIVEKIT_URL": sip_stack.livekit_url})
    assert set(broken) == {"keys"}
    assert "LIVEKIT_API_KEY" in broken["keys"].words


async def test_an_object_that_is_missing(healthy: LiveKitAPI, sip_stack: Stack) -> None:
    (trunk,) = (await read_snapshot(healthy.sip)).outbound_trunks
    await delete(healthy.sip, Kind.OUTBOUND_TRUNK, object_id(trunk))
    await assert_named(sip_stack, "objects", "outbound trunk out is not on the server")


async def test_an_object_that_drifted_is_a_warning(healthy: LiveKitAPI, sip_stack: Stack) -> None:
    (trunk,) = (await read_snapshot(healthy.sip)).inbound_trunks
    trunk.auth_username = "somebody"
    await replace(healthy.sip, trunk)
    found = await walk(MANIFEST, sip_stack.env(), nobody)
    (drift,) = [each for each in found if each.result is Result.WARN]
    assert "inbound trunk main is not as declared: auth_username" in drift.words


async def test_a_twin(healthy: LiveKitAPI, sip_stack: Stack) -> None:
    await create(healthy.sip, SIPInboundTrunkInfo(name="main", numbers=["+12025550177"]))
    broken = await broken_links(sip_stack.env())
    assert "there twice" in broken["objects"].words


async def test_a_rule_that_points_at_a_missing_trunk(healthy: LiveKitAPI, sip_stack: Stack) -> None:
    (rule,) = (await read_snapshot(healthy.sip)).dispatch_rules
    rule.trunk_ids[:] = ["ST_gone"]
    await replace(healthy.sip, rule)
    broken = await broken_links(sip_stack.env())
    assert set(broken) == {"rules", "numbers"}
    assert "points at a trunk that does not exist: ST_gone" in broken["rules"].words
    assert "no rule" in broken["numbers"].words


async def test_a_number_that_was_taken_off_its_trunk(healthy: LiveKitAPI, sip_stack: Stack) -> None:
    (trunk,) = (await read_snapshot(healthy.sip)).inbound_trunks
    trunk.numbers[:] = ["+12025550101"]
    await replace(healthy.sip, trunk)
    await assert_named(sip_stack, "numbers", ": no trunk lets")


async def test_a_rule_that_asks_for_no_agent(healthy: LiveKitAPI, sip_stack: Stack) -> None:
    (rule,) = (await read_snapshot(healthy.sip)).dispatch_rules
    rule.ClearField("room_config")
    await replace(healthy.sip, rule)
    await assert_named(sip_stack, "rooms", "rule story asks for no agent")


async def test_a_strangers_rule_that_steals_the_number(
    healthy: LiveKitAPI, sip_stack: Stack
) -> None:
    (trunk,) = (await read_snapshot(healthy.sip)).inbound_trunks
    direct = SIPDispatchRuleDirect(room_name="theirs", pin="42")
    await create(
        healthy.sip,
        SIPDispatchRuleInfo(
            name="theirs",
            trunk_ids=[trunk.sip_trunk_id],
            rule=SIPDispatchRule(dispatch_rule_direct=direct),
        ),
    )
    await assert_named(sip_stack, "numbers", "stolen by the stranger rule theirs")


async def test_a_strangers_trunk_that_steals_the_number(
    healthy: LiveKitAPI, sip_stack: Stack
) -> None:
    (trunk,) = (await read_snapshot(healthy.sip)).inbound_trunks
    other = await create(healthy.sip, SIPInboundTrunkInfo(name="x", numbers=["+12025550177"]))
    stolen = SIPInboundTrunkInfo(
        sip_trunk_id=object_id(other), name="theirs", numbers=list(trunk.numbers)
    )
    await replace(healthy.sip, stolen)
    await assert_named(sip_stack, "numbers", "both match")


async def test_a_strangers_rule_without_trunks_is_a_warning(
    healthy: LiveKitAPI, sip_stack: Stack
) -> None:
    rule = SIPDispatchRule(dispatch_rule_direct=SIPDispatchRuleDirect(room_name="open"))
    await create(healthy.sip, SIPDispatchRuleInfo(name="open", rule=rule))
    found = await walk(MANIFEST, sip_stack.env(), nobody)
    (warning,) = [each for each in found if each.result is Result.WARN]
    assert warning.check == "strangers"
    assert "rule open names no trunk" in warning.words


@asynccontextmanager
async def livekit_with_date(date: str) -> AsyncIterator[str]:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(text="OK", headers={"Date": date})

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"ws://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_a_clock_that_is_wrong() -> None:
    async with livekit_with_date("Mon, 01 Jan 2024 00:00:00 GMT") as url:
        found = await look_at_server({"LIVEKIT_URL": url})
    clock = found[-1]
    assert (clock.check, clock.result) == ("clock", Result.FAIL)
    assert "ahead" in clock.words


async def test_a_sip_service_that_is_down(tmp_path: Path) -> None:
    async with (
        livekit_without_sip(tmp_path, with_redis=True) as environment,
        Access.of(environment).connect() as api,
    ):
        await apply(api.sip, partial(make_plan, MANIFEST))
        broken = await broken_links(environment)
    assert set(broken) == {"SIP service"}
    assert "no SIP service answers" in broken["SIP service"].words


async def test_a_server_without_redis(tmp_path: Path) -> None:
    async with livekit_without_sip(tmp_path, with_redis=False) as environment:
        broken = await broken_links(environment)
    assert set(broken) == {"SIP API"}
    assert "no Redis" in broken["SIP API"].words
