"""For any valid file: plan, apply and plan again."""

import asyncio
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from livekit.protocol.sip import (
    SIPDispatchRule,
    SIPDispatchRuleDirect,
    SIPDispatchRuleInfo,
    SIPInboundTrunkInfo,
)

from sip.manifest.as_snapshot import as_snapshot
from sip.manifest.declared import Manifest
from sip.manifest.export import export_yaml
from sip.objects.kinds import Info, Kind
from sip.objects.message_fields import overlaid, upgraded
from sip.objects.server import Snapshot, create, read_snapshot
from sip.plan.apply import apply
from sip.plan.plan import make_destroy_plan, make_plan
from tests.sip.in_memory_sip import InMemorySip
from tests.sip.manifest_strategies import as_text, documents, secrets_environment
from tests.sip.manifests import parse

pytestmark = pytest.mark.unit

PROPERTY = settings(deadline=None, max_examples=12)

SETS = {"numbers", "allowed_addresses", "allowed_numbers", "inbound_numbers"}
STRANGERS = (
    SIPInboundTrunkInfo(name="strange", numbers=["+12025550199"]),
    SIPDispatchRuleInfo(
        name="strange",
        trunk_ids=["ST_x"],
        rule=SIPDispatchRule(dispatch_rule_direct=SIPDispatchRuleDirect(room_name="x")),
    ),
)


def manifest_of(document: dict[str, Any]) -> Manifest:
    return parse(as_text(document), environment=secrets_environment(), allow_open=True)


async def server_with(*manifests: Manifest) -> InMemorySip:
    """A server with strangers, to which the manifests were applied one after another."""
    service = InMemorySip()
    for stranger in STRANGERS:
        await create(service, stranger)
    for manifest in manifests:
        await apply(service, partial(make_plan, manifest), may_delete=True)
    return service


def in_order(info: Info) -> Info:
    """The same, with its sets sorted: where only their order differs, nothing is applied."""
    for name in SETS.intersection(info.DESCRIPTOR.fields_by_name):
        getattr(info, name).sort()
    return info


def stranger_count(snapshot: Snapshot) -> int:
    return sum(len(snapshot.named(kind, "strange")) for kind in Kind)


@PROPERTY
@given(documents())
def test_the_plan_of_what_was_applied_is_empty(document: dict[str, Any]) -> None:
    async def scenario() -> None:
        manifest = manifest_of(document)
        snapshot = await read_snapshot(await server_with(manifest))
        assert make_plan(manifest, snapshot).changes == ()
        assert stranger_count(snapshot) == 2

    asyncio.run(scenario())


@PROPERTY
@given(documents(), documents())
def test_applying_reaches_the_declared_state_from_any_other(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    async def scenario() -> None:
        manifest = manifest_of(second)
        snapshot = await read_snapshot(await server_with(manifest_of(first), manifest))
        for declared in manifest.declared:
            (info,) = snapshot.named(declared.kind, declared.name)
            # Laying the declared fields over it changes nothing: it has every one of them.
            assert in_order(overlaid(info, declared.fields)) == in_order(upgraded(info))
        assert stranger_count(snapshot) == 2

    asyncio.run(scenario())


@PROPERTY
@given(documents())
def test_a_second_apply_writes_nothing(document: dict[str, Any]) -> None:
    async def scenario() -> None:
        manifest = manifest_of(document)
        service = await server_with(manifest)
        service.calls.clear()
        assert await apply(service, partial(make_plan, manifest)) == []
        assert all(call.startswith("list_") for call in service.calls)

    asyncio.run(scenario())


@PROPERTY
@given(documents())
def test_destroy_leaves_only_strangers(document: dict[str, Any]) -> None:
    async def scenario() -> None:
        manifest = manifest_of(document)
        service = await server_with(manifest)
        await apply(service, partial(make_destroy_plan, manifest), may_delete=True)
        snapshot = await read_snapshot(service)
        assert len(snapshot.ids()) == stranger_count(snapshot) == 2

    asyncio.run(scenario())


@PROPERTY
@given(documents())
def test_the_hash_names_the_plan_and_no_secret_is_in_it(document: dict[str, Any]) -> None:
    manifest = manifest_of(document)
    plan = make_plan(manifest, Snapshot())
    assert plan.hash == make_plan(manifest, Snapshot()).hash
    other = {name: value + "-other" for name, value in secrets_environment().items()}
    digits = {"PIN_A": "1", "PIN_B": "2"}
    again = parse(as_text(document), environment=other | digits, allow_open=True)
    assert make_plan(again, Snapshot()).hash == plan.hash
    shown = str(plan.as_json()) + repr(plan) + repr(manifest)
    assert not any(secret in shown for secret in secrets_environment().values() if len(secret) > 4)


@PROPERTY
@given(documents())
def test_what_is_exported_describes_the_same_server(document: dict[str, Any]) -> None:
    manifest = manifest_of(document)
    imagined = as_snapshot(manifest)
    text = export_yaml(imagined)
    for secret in secrets_environment().values():
        if len(secret) > 4:
            assert secret not in text
    names = {f"SIP_T{index}_PASSWORD" for index in range(9)}
    names |= {f"SIP_O{index}_PASSWORD" for index in range(9)}
    pins = {f"SIP_R{index}_PIN": "1" for index in range(9)}
    exported = parse(text, environment=dict.fromkeys(names, "x" * 12) | pins, allow_open=True)
    changed = make_plan(exported, imagined).changes
    assert {field.path.rpartition(".")[2] for change in changed for field in change.fields} <= {
        "auth_password",
        "pin",
    }
