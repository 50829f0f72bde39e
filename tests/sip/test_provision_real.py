"""Provisioning against the real LiveKit: apply, drift, strangers, a killed run, two operators."""

import asyncio
import os
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest
from livekit.api import LiveKitAPI
from livekit.protocol.sip import (
    SIPDispatchRule,
    SIPDispatchRuleDirect,
    SIPDispatchRuleInfo,
    SIPInboundTrunkInfo,
)

from local.stack.stack import Stack
from sip.errors import PlanRefused
from sip.manifest.declared import Manifest
from sip.manifest.export import export_yaml
from sip.objects.kinds import Kind, object_id
from sip.objects.server import create, read_snapshot, replace
from sip.plan.adopt import adopt
from sip.plan.apply import apply
from sip.plan.plan import make_destroy_plan, make_plan
from sip.plan.status import State, standings
from tests.sip.manifests import ENVIRONMENT, SIMPLE, parse

pytestmark = [pytest.mark.stack, pytest.mark.timeout(120)]

# Every field that the file can speak of, at values that are not the server's defaults.
EVERYTHING = """
inbound_trunks:
  main:
    metadata: m
    numbers: ["+12025550100", "+12025550101"]
    allowed_addresses: ["127.0.0.0/8", "54.172.60.0/30"]
    allowed_numbers: ["+12025550123"]
    auth_username: storyline
    auth_password: env/SIP_PASSWORD
    auth_realm: example.com
    headers: {X-One: a}
    headers_to_attributes: {X-Two: two}
    attributes_to_headers: {three: X-Three}
    include_headers: SIP_ALL_HEADERS
    ringing_timeout: 20s
    max_call_duration: 15m
    krisp_enabled: true
    media:
      only_listed_codecs: true
      codecs: [{name: PCMU, rate: 8000}, {name: PCMA}]
      encryption: SIP_MEDIA_ENCRYPT_ALLOW
      media_timeout: 1500ms
outbound_trunks:
  out:
    address: sip.example.com:5061
    numbers: ["*"]
    transport: SIP_TRANSPORT_TLS
    destination_country: US
    from_host: storyline.example.com
    auth_username: storyline
    auth_password: env/SIP_PASSWORD
    media: {encryption: SIP_MEDIA_ENCRYPT_REQUIRE}
dispatch_rules:
  story:
    trunks: [main]
    rule: {dispatch_rule_callee: {room_prefix: hall, pin: "4711", randomize: true}}
    hide_phone_number: true
    inbound_numbers: ["+12025550123"]
    numbers: ["+12025550100"]
    metadata: m
    attributes: {a: b}
    room_preset: p
    krisp_enabled: true
    media: {codecs: [{name: G722}]}
    room_config:
      agents: [{agent_name: storyteller, metadata: "{}", attributes: {c: d}}]
      empty_timeout: 30s
      departure_timeout: 5
      max_participants: 4
      metadata: m
      min_playout_delay: 10
      max_playout_delay: 200
      sync_streams: true
      tags: {e: f}
"""
STRANGERS = (
    SIPInboundTrunkInfo(name="strange", numbers=["+12025550199"], metadata="theirs"),
    SIPDispatchRuleInfo(
        name="strange",
        trunk_ids=["ST_theirs"],
        rule=SIPDispatchRule(dispatch_rule_direct=SIPDispatchRuleDirect(room_name="theirs")),
    ),
)


async def run(api: LiveKitAPI, manifest: Manifest, *, may_delete: bool = False) -> list[str]:
    return await apply(api.sip, partial(make_plan, manifest), may_delete=may_delete)


async def plan_is_empty(api: LiveKitAPI, manifest: Manifest) -> bool:
    return not make_plan(manifest, await read_snapshot(api.sip)).changes


@pytest.mark.parametrize("text", [SIMPLE, EVERYTHING], ids=["simple", "everything"])
async def test_applied_from_nothing_the_plan_is_empty_and_a_second_apply_changes_nothing(
    api: LiveKitAPI, text: str
) -> None:
    manifest = parse(text)
    assert len(await run(api, manifest)) == 3
    before = await read_snapshot(api.sip)
    assert await plan_is_empty(api, manifest)
    assert await run(api, manifest) == []
    assert await read_snapshot(api.sip) == before


async def test_one_file_turns_into_another_and_back(api: LiveKitAPI) -> None:
    await run(api, parse(SIMPLE))
    await run(api, parse(EVERYTHING), may_delete=True)
    assert await plan_is_empty(api, parse(EVERYTHING))
    await run(api, parse(SIMPLE), may_delete=True)
    assert await plan_is_empty(api, parse(SIMPLE))


async def test_drift_made_by_hand_is_found_and_mended(api: LiveKitAPI) -> None:
    manifest = parse(SIMPLE)
    await run(api, manifest)
    (trunk,) = (await read_snapshot(api.sip)).inbound_trunks
    (rule,) = (await read_snapshot(api.sip)).dispatch_rules
    trunk.auth_password = "changed-by-hand-changed"
    trunk.metadata = "not spoken of"
    rule.room_config.agents[0].agent_name = "somebody-else"
    await replace(api.sip, trunk)
    await replace(api.sip, rule)
    drifted = {
        item.name: item.drifted_fields
        for item in standings(manifest, await read_snapshot(api.sip))
        if item.state is State.DRIFTED
    }
    assert drifted == {"main": ("auth_password",), "story": ("room_config.agents",)}
    await run(api, manifest)
    (trunk,) = (await read_snapshot(api.sip)).inbound_trunks
    assert trunk.auth_password == ENVIRONMENT["SIP_PASSWORD"]
    assert trunk.metadata == "not spoken of"
    assert await plan_is_empty(api, manifest)


async def test_lists_and_room_settings_can_be_cleared(api: LiveKitAPI) -> None:
    await run(api, parse(EVERYTHING))
    cleared = """
inbound_trunks:
  main: {allowed_addresses: [], allowed_numbers: [], headers: {}, ringing_timeout: 0s}
dispatch_rules:
  story:
    trunks: [main]
    rule: {dispatch_rule_callee: {pin: ""}}
    inbound_numbers: []
    room_config: {agents: [], empty_timeout: 0}
"""
    manifest = parse(cleared, allow_open=True)
    await run(api, manifest)
    snapshot = await read_snapshot(api.sip)
    (trunk,), (rule,) = snapshot.inbound_trunks, snapshot.dispatch_rules
    assert not trunk.allowed_addresses
    assert not trunk.headers
    assert not trunk.HasField("ringing_timeout")
    assert not rule.room_config.agents
    assert rule.rule.dispatch_rule_callee.pin == ""
    # What the second file does not speak of is still there.
    assert list(trunk.numbers) == ["+12025550100", "+12025550101"]
    assert trunk.auth_password == ENVIRONMENT["SIP_PASSWORD"]
    assert rule.rule.dispatch_rule_callee.room_prefix == "hall"
    assert rule.room_config.max_participants == 4
    assert await plan_is_empty(api, manifest)


async def test_strangers_survive_everything_including_destroy(api: LiveKitAPI) -> None:
    strangers = [await create(api.sip, stranger) for stranger in STRANGERS]
    manifest = parse(SIMPLE + "removed: {dispatch_rules: [old]}")
    await run(api, manifest)
    await run(api, parse(SIMPLE.replace("20s", "30s")))
    await apply(api.sip, partial(make_destroy_plan, manifest), may_delete=True)
    snapshot = await read_snapshot(api.sip)
    assert snapshot.ids() == {object_id(stranger) for stranger in strangers}
    assert snapshot.inbound_trunks == (strangers[0],)
    assert snapshot.dispatch_rules == (strangers[1],)


async def test_what_is_removed_in_the_file_is_deleted(api: LiveKitAPI) -> None:
    await run(api, parse(SIMPLE))
    removed = """
removed:
  inbound_trunks: [main]
  outbound_trunks: [out]
  dispatch_rules: [story]
"""
    assert len(await run(api, parse(removed), may_delete=True)) == 3
    assert (await read_snapshot(api.sip)).ids() == frozenset()


async def test_two_applies_at_once_leave_one_of_each(api: LiveKitAPI) -> None:
    manifest = parse(SIMPLE)
    for _ in range(5):
        async with asyncio.TaskGroup() as group:
            for _ in range(3):
                group.create_task(run(api, manifest))
        snapshot = await read_snapshot(api.sip)
        for kind in Kind:
            assert len(snapshot.of(kind)) == 1, kind
        assert await plan_is_empty(api, manifest)
        await apply(api.sip, partial(make_destroy_plan, manifest), may_delete=True)


async def test_a_killed_apply_is_finished_by_the_next(
    api: LiveKitAPI, sip_stack: Stack, tmp_path: Path
) -> None:
    numbers = [f"+1202555{number:04d}" for number in range(100, 200)]
    trunks = "".join(f'  t{number}: {{numbers: ["{number}"]}}\n' for number in numbers)
    rules = "".join(
        f"  r{number}: {{trunks: [t{number}], rule: {{dispatch_rule_individual: {{}}}}}}\n"
        for number in numbers
    )
    text = f"inbound_trunks:\n{trunks}dispatch_rules:\n{rules}"
    file = tmp_path / "trunks.yaml"
    file.write_text(text, encoding="utf-8")
    process = await _start_command("apply", "--file", str(file), "--yes", stack=sip_stack)
    await _first_trunk(api)
    process.kill()
    await process.wait()
    made = len((await read_snapshot(api.sip)).ids())
    assert 0 < made < 200
    assert len(await run(api, parse(text))) == 200 - made
    assert await plan_is_empty(api, parse(text))


async def _first_trunk(api: LiveKitAPI) -> None:
    async with asyncio.timeout(60):
        while True:
            if (await read_snapshot(api.sip)).inbound_trunks:
                return
            await asyncio.sleep(0.002)


async def _start_command(*arguments: str, stack: Stack) -> asyncio.subprocess.Process:
    command = Path(sys.executable).with_name("provision-trunk")
    environment: Mapping[str, str] = {**os.environ, **stack.env()}
    return await asyncio.create_subprocess_exec(
        str(command), *arguments, env=environment, stdout=asyncio.subprocess.DEVNULL
    )


async def test_an_existing_object_is_adopted_and_exported_unchanged(api: LiveKitAPI) -> None:
    stranger = await create(api.sip, SIPInboundTrunkInfo(numbers=["+12025550100"], metadata="x"))
    manifest = parse('inbound_trunks: {main: {numbers: ["+12025550100"]}}')
    with pytest.raises(PlanRefused, match="Adopt or delete"):
        await run(api, manifest)
    await adopt(api.sip, manifest, Kind.INBOUND_TRUNK, "main", object_id(stranger))
    assert await plan_is_empty(api, manifest)
    (trunk,) = (await read_snapshot(api.sip)).inbound_trunks
    assert trunk.metadata == "x"
    exported = parse(export_yaml(await read_snapshot(api.sip)))
    assert await plan_is_empty(api, exported)
    assert exported.of(Kind.INBOUND_TRUNK)[0].fields["metadata"] == "x"
