"""Whose is what: status, adopt and export."""

from functools import partial

import pytest
from livekit.protocol.sip import SIPInboundTrunkInfo

from sip.errors import AdoptRefused
from sip.manifest.export import export_yaml
from sip.objects.kinds import Kind, object_id
from sip.objects.server import create, read_snapshot
from sip.plan.adopt import adopt
from sip.plan.apply import apply
from sip.plan.plan import make_plan
from sip.plan.status import standings
from tests.sip.in_memory_sip import InMemorySip
from tests.sip.manifests import SIMPLE, parse

pytestmark = pytest.mark.unit


async def applied() -> InMemorySip:
    service = InMemorySip()
    await apply(service, partial(make_plan, parse(SIMPLE)))
    return service


async def states(service: InMemorySip, text: str) -> dict[str, str]:
    snapshot = await read_snapshot(service)
    return {f"{item.kind} {item.name}": item.state for item in standings(parse(text), snapshot)}


async def test_status_tells_ours_drifted_missing_removed_and_strangers_apart() -> None:
    service = await applied()
    await create(service, SIPInboundTrunkInfo(name="strange", numbers=["+12025550199"]))
    text = SIMPLE.replace("20s", "30s").replace("story:", "saga:")
    text += "  \nremoved: {dispatch_rules: [story]}"
    assert await states(service, text) == {
        "inbound_trunk main": "drifted",
        "inbound_trunk strange": "stranger",
        "outbound_trunk out": "ours",
        "dispatch_rule saga": "missing",
        "dispatch_rule story": "to be removed",
    }


async def test_status_names_the_fields_that_drifted() -> None:
    service = await applied()
    (drifted,) = [
        item
        for item in standings(parse(SIMPLE.replace("20s", "30s")), await read_snapshot(service))
        if item.drifted_fields
    ]
    assert drifted.drifted_fields == ("ringing_timeout",)
    assert drifted.as_json()["state"] == "drifted"


async def test_adopting_changes_only_the_name() -> None:
    service = InMemorySip()
    old = SIPInboundTrunkInfo(name="by hand", numbers=["+12025550100"], metadata="m")
    stranger = await create(service, old)
    manifest = parse(SIMPLE)
    found = await adopt(service, manifest, Kind.INBOUND_TRUNK, "main", object_id(stranger))
    assert found == "by hand"
    (trunk,) = service.inbound.values()
    assert (trunk.name, trunk.metadata) == ("main", "m")
    assert object_id(trunk) == object_id(stranger)


@pytest.mark.parametrize(
    ("name", "identifier", "reason"),
    [
        ("nowhere", "ST_x", "declares no inbound trunk"),
        ("main", "ST_nowhere", "already called"),
    ],
)
async def test_what_cannot_be_adopted_is_refused(name: str, identifier: str, reason: str) -> None:
    service = await applied()
    with pytest.raises(AdoptRefused, match=reason):
        await adopt(service, parse(SIMPLE), Kind.INBOUND_TRUNK, name, identifier)


async def test_an_id_that_is_not_there_is_refused() -> None:
    with pytest.raises(AdoptRefused, match="there is no inbound trunk ST_nowhere"):
        await adopt(InMemorySip(), parse(SIMPLE), Kind.INBOUND_TRUNK, "main", "ST_nowhere")


async def test_an_export_has_placeholders_for_secrets_and_reads_back() -> None:
    text = export_yaml(await read_snapshot(await applied()))
    assert "auth_password: env/SIP_MAIN_PASSWORD" in text
    assert "correct-horse" not in text
    manifest = parse(text, environment={"SIP_MAIN_PASSWORD": "correct-horse-battery"})
    snapshot = await read_snapshot(await applied())
    assert make_plan(manifest, snapshot).changes == ()


async def test_what_cannot_be_declared_is_left_out_and_said() -> None:
    service = await applied()
    nameless = await create(service, SIPInboundTrunkInfo(numbers=["+12025550101"]))
    for number in ("+12025550102", "+12025550103"):
        await create(service, SIPInboundTrunkInfo(name="twin", numbers=[number]))
    (rule,) = service.rules.values()
    rule.trunk_ids.append("ST_gone")
    text = export_yaml(await read_snapshot(service))
    assert f"# Left out: inbound trunk {object_id(nameless)}, it has no name" in text
    assert text.count('it shares the name "twin"') == 2
    assert "# Left out: rule story points at trunk ST_gone" in text
    secrets = {"SIP_MAIN_PASSWORD": "correct-horse-battery"}
    assert {each.name for each in parse(text, environment=secrets).declared} == {
        "main",
        "out",
        "story",
    }


async def test_a_name_on_the_server_cannot_write_lines_into_the_file() -> None:
    service = InMemorySip()
    name = "x\ninbound_trunks:\u2028  evil: {}\x1b[2J"
    for number in ("+12025550102", "+12025550103"):
        await create(service, SIPInboundTrunkInfo(name=name, numbers=[number]))
    text = export_yaml(await read_snapshot(service))
    assert all(line.startswith("#") or line == "{}" for line in text.splitlines())
    assert parse(text).declared == ()


async def test_headers_that_let_a_call_in_are_not_exported() -> None:
    service = InMemorySip()
    headers = {"X-Api-Key": "hush-hush", "X-Campaign": "spring"}
    trunk = SIPInboundTrunkInfo(name="main", numbers=["+12025550102"], headers=headers)
    await create(service, trunk)
    text = export_yaml(await read_snapshot(service))
    assert "hush-hush" not in text
    assert "X-Api-Key: env/SIP_MAIN_X_API_KEY" in text
    assert "X-Campaign: spring" in text


async def test_an_export_of_nothing_is_a_file_that_declares_nothing() -> None:
    service = InMemorySip()
    assert parse(export_yaml(await read_snapshot(service))).declared == ()
