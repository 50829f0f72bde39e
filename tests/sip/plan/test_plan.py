"""The plan as a value and in words."""

import asyncio
from functools import partial

import pytest
from livekit.protocol.sip import SIPDispatchRuleInfo, SIPInboundTrunkInfo

from sip.objects.server import Snapshot, read_snapshot
from sip.plan.apply import apply
from sip.plan.plan import STARS, Action, Plan, make_destroy_plan, make_plan
from sip.plan.plan_text import plan_lines
from tests.sip.in_memory_sip import InMemorySip
from tests.sip.manifests import SIMPLE, parse

pytestmark = pytest.mark.unit


def applied() -> Snapshot:
    """A server on which SIMPLE was applied."""
    service = InMemorySip()

    async def run() -> Snapshot:
        await apply(service, partial(make_plan, parse(SIMPLE)))
        return await read_snapshot(service)

    return asyncio.run(run())


def plan_of(text: str, snapshot: Snapshot | None = None) -> Plan:
    return make_plan(parse(text), snapshot or Snapshot())


def test_from_nothing_everything_is_created() -> None:
    plan = plan_of(SIMPLE)
    assert [(change.action, change.name) for change in plan.changes] == [
        (Action.CREATE, "main"),
        (Action.CREATE, "out"),
        (Action.CREATE, "story"),
    ]
    assert plan.guards == ()


def test_secrets_are_stars_on_both_sides() -> None:
    (change,) = plan_of(SIMPLE, with_password("another-password")).changes
    (field,) = change.fields
    assert (field.path, field.before, field.after) == ("auth_password", STARS, STARS)
    assert any("auth_password: changed" in line for line in plan_lines(Plan((change,))))


def with_password(password: str) -> Snapshot:
    snapshot = applied()
    snapshot.inbound_trunks[0].auth_password = password
    return snapshot


def test_secret_headers_are_stars_by_their_name_or_by_where_they_come_from() -> None:
    headers = "{X-Token: plain, X-Team: env/SIP_PASSWORD, X-Campaign: spring}"
    text = SIMPLE.replace("sip.example.com", f"sip.example.com\n    headers: {headers}")
    (_, out, _) = plan_of(text).changes
    shown = next(field.after for field in out.fields if field.path == "headers")
    assert shown == {"X-Token": STARS, "X-Team": STARS, "X-Campaign": "spring"}


def test_a_secret_header_that_changes_is_told_without_its_value() -> None:
    snapshot = applied()
    snapshot.outbound_trunks[0].headers["X-Token"] = "other"
    text = SIMPLE.replace("sip.example.com", "sip.example.com\n    headers: {X-Token: plain}")
    lines = plan_lines(plan_of(text, snapshot))
    assert "    headers: changed" in lines
    assert not any("other" in line or "plain" in line for line in lines)


def test_changes_are_told_field_by_field() -> None:
    changed = SIMPLE.replace("20s", "30s").replace("storyteller", "echo")
    lines = plan_lines(plan_of(changed, applied()))
    assert "    ringing_timeout: 20s -> 30s" in lines
    assert (
        '    room_config.agents: [{"agent_name": "storyteller"}] -> [{"agent_name": "echo"}]'
        in lines
    )
    assert lines[-1].endswith("2 to update.")


def test_nothing_to_do_says_so() -> None:
    plan = plan_of(SIMPLE, applied())
    assert plan.changes == ()
    assert plan_lines(plan) == ["Nothing to do: the server is as the file says."]


def test_trunks_of_a_rule_are_told_by_name_and_strangers_by_id() -> None:
    snapshot = applied()
    snapshot.dispatch_rules[0].trunk_ids[:] = ["ST_gone"]
    (change,) = plan_of(SIMPLE, snapshot).changes
    (field,) = change.fields
    assert (field.path, field.before, field.after) == ("trunks", ["ST_gone"], ["main"])


def test_strangers_are_in_no_plan() -> None:
    strangers = Snapshot(
        inbound_trunks=(SIPInboundTrunkInfo(sip_trunk_id="ST_x", name="strange"),),
        dispatch_rules=(SIPDispatchRuleInfo(sip_dispatch_rule_id="SDR_x"),),
    )
    names = {change.name for change in plan_of(SIMPLE, strangers).changes}
    assert names == {"main", "out", "story"}
    assert make_destroy_plan(parse(SIMPLE), strangers).changes == ()


def test_the_hash_changes_with_the_plan() -> None:
    snapshot = applied()
    hashes = {
        plan_of(SIMPLE).hash,
        plan_of(SIMPLE, snapshot).hash,
        plan_of(SIMPLE.replace("20s", "30s"), snapshot).hash,
        plan_of(SIMPLE.replace("20s", "31s"), snapshot).hash,
    }
    assert len(hashes) == 4


def test_a_lost_number_is_guarded() -> None:
    moved = SIMPLE.replace(
        'numbers: ["+12025550100"]\n    auth', 'numbers: ["+12025550101"]\n    auth'
    )
    plan = plan_of(moved, applied())
    assert any("takes a number away" in guard for guard in plan.guards)
    assert any(line.startswith("! ") for line in plan_lines(plan))


def test_of_two_with_one_name_the_first_is_changed_and_the_other_deleted() -> None:
    snapshot = applied()
    kept = snapshot.inbound_trunks[0]
    twin = SIPInboundTrunkInfo(sip_trunk_id="ST_zzz", name="main", numbers=["+12025550177"])
    doubled = Snapshot((kept, twin), snapshot.outbound_trunks, snapshot.dispatch_rules)
    (change,) = plan_of(SIMPLE, doubled).changes
    assert (change.action, change.object_id) == (Action.DELETE, "ST_zzz")
    assert change.twin_of == kept.sip_trunk_id
