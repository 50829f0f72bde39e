"""Apply against a service in memory: order, guards, stops in the middle, two operators at once."""

import asyncio
import itertools
import random
from functools import partial

import pytest
from livekit.api import ServerError
from livekit.protocol.sip import SIPInboundTrunkInfo

from sip.errors import ApplyFailed, PlanChanged, PlanRefused
from sip.manifest.declared import Manifest
from sip.objects.kinds import Kind
from sip.objects.server import create, read_snapshot
from sip.plan.apply import apply
from sip.plan.plan import Planner, make_destroy_plan, make_plan
from tests.sip.in_memory_sip import InMemorySip
from tests.sip.manifests import SIMPLE, parse

pytestmark = pytest.mark.unit

TWO_TRUNKS = """
inbound_trunks:
  one: {numbers: ["+12025550101"]}
  two: {numbers: ["+12025550102"]}
dispatch_rules:
  first: {trunks: [one], rule: {dispatch_rule_individual: {room_prefix: a}}}
  second: {trunks: [two], rule: {dispatch_rule_individual: {room_prefix: b}}}
"""


def planner(manifest: Manifest) -> Planner:
    return partial(make_plan, manifest)


def writes(service: InMemorySip) -> list[str]:
    return [call for call in service.calls if not call.startswith("list_")]


async def applied(text: str) -> InMemorySip:
    service = InMemorySip()
    await apply(service, planner(parse(text)))
    return service


async def test_trunks_are_made_before_the_rules_that_name_them() -> None:
    service = await applied(SIMPLE)
    assert writes(service) == [
        "create_inbound_trunk",
        "create_outbound_trunk",
        "create_dispatch_rule",
    ]
    (trunk,), (rule,) = service.inbound.values(), service.rules.values()
    assert list(rule.trunk_ids) == [trunk.sip_trunk_id]


async def test_rules_are_deleted_before_their_trunks() -> None:
    service = await applied(SIMPLE)
    service.calls.clear()
    await apply(service, partial(make_destroy_plan, parse(SIMPLE)), may_delete=True)
    assert writes(service)[0] == "delete_dispatch_rule"
    assert not service.inbound
    assert not service.outbound


async def test_nothing_is_deleted_without_permission() -> None:
    service = await applied(SIMPLE)
    service.calls.clear()
    with pytest.raises(PlanRefused, match="--allow-delete"):
        await apply(service, partial(make_destroy_plan, parse(SIMPLE)))
    assert writes(service) == []


async def test_taking_a_number_away_needs_permission_and_adding_one_does_not() -> None:
    service = await applied(SIMPLE)
    more = SIMPLE.replace(
        '["+12025550100"]\n    auth', '["+12025550100", "+12025550101"]\n    auth'
    )
    assert len(await apply(service, planner(parse(more)))) == 1
    with pytest.raises(PlanRefused, match="takes a number away"):
        await apply(service, planner(parse(SIMPLE)))
    assert len(await apply(service, planner(parse(SIMPLE)), may_delete=True)) == 1


async def test_only_the_reviewed_plan_is_applied() -> None:
    service = InMemorySip()
    with pytest.raises(PlanChanged, match="not the reviewed"):
        await apply(service, planner(parse(SIMPLE)), reviewed="000000000000")
    assert writes(service) == []
    reviewed = make_plan(parse(SIMPLE), await read_snapshot(service)).hash
    assert len(await apply(service, planner(parse(SIMPLE)), reviewed=reviewed)) == 3


async def test_a_number_can_move_from_a_removed_trunk_to_a_new_one() -> None:
    service = await applied('inbound_trunks: {old: {numbers: ["+12025550100"]}}')
    moved = """
inbound_trunks: {new: {numbers: ["+12025550100"]}}
removed: {inbound_trunks: [old]}
"""
    await apply(service, planner(parse(moved)), may_delete=True)
    assert [trunk.name for trunk in service.inbound.values()] == ["new"]


async def test_a_rule_that_waits_for_another_to_change_is_tried_again() -> None:
    service = await applied(TWO_TRUNKS)
    waiting = TWO_TRUNKS.replace("trunks: [one]", "trunks: [two]").replace(
        "second: {trunks: [two], rule: {dispatch_rule_individual: {room_prefix: b}}}",
        "second: {trunks: [two], rule: {dispatch_rule_individual: {room_prefix: b, pin: '12'}}}",
    )
    await apply(service, planner(parse(waiting)))
    assert make_plan(parse(waiting), await read_snapshot(service)).changes == ()


async def test_what_livekit_refuses_is_told_with_what_was_and_was_not_done() -> None:
    service = InMemorySip()

    def refuse(method: str) -> None:
        if method == "create_inbound_trunk":
            raise ServerError("invalid_argument", "as scripted", status=400)

    service.before = refuse
    with pytest.raises(ApplyFailed, match="as scripted") as caught:
        await apply(service, planner(parse(SIMPLE)))
    assert caught.value.failed == "create inbound trunk main"
    assert caught.value.done == ("create outbound trunk out",)
    assert caught.value.not_done == ("create dispatch rule story",)


async def test_a_strangers_number_is_never_taken() -> None:
    service = await applied('inbound_trunks: {main: {numbers: ["+12025550150"]}}')
    await create(service, SIPInboundTrunkInfo(name="strange", numbers=["1 202 555 0100"]))
    before = await read_snapshot(service)
    with pytest.raises(PlanRefused, match="the stranger strange"):
        await apply(service, planner(parse(SIMPLE)), may_delete=True)
    assert await read_snapshot(service) == before


async def test_a_strangers_number_for_other_callers_is_no_conflict() -> None:
    service = InMemorySip()
    other = SIPInboundTrunkInfo(
        name="strange", numbers=["+12025550100"], allowed_numbers=["+33612345678"]
    )
    await create(service, other)
    assert len(await apply(service, planner(parse(SIMPLE)))) == 3


async def test_a_strangers_rule_for_the_same_calls_is_a_conflict() -> None:
    service = await applied(SIMPLE)
    (rule,) = service.rules.values()
    rule.name = "strange"
    with pytest.raises(PlanRefused, match="takes the same calls"):
        await apply(service, planner(parse(SIMPLE)))


async def test_a_conflict_stops_only_a_plan_that_touches_it() -> None:
    service = await applied(SIMPLE)
    service.inbound["ST_x"] = SIPInboundTrunkInfo(
        sip_trunk_id="ST_x", name="strange", numbers=["+12025550100"]
    )
    other = SIMPLE.replace("sip.example.com", "sip.example.org")
    assert await apply(service, planner(parse(other))) != []


@pytest.mark.parametrize("stop_at", [0, 1, 2])
async def test_a_run_that_broke_off_is_finished_by_the_next(stop_at: int) -> None:
    service = InMemorySip()
    counter = itertools.count()

    def break_off(method: str) -> None:
        if method.startswith("create_") and next(counter) == stop_at:
            raise ServerError("unavailable", "as scripted", status=503)

    service.before = break_off
    with pytest.raises(ApplyFailed, match="as scripted") as caught:
        await apply(service, planner(parse(SIMPLE)))
    assert len(caught.value.done) == stop_at
    assert len(caught.value.done) + 1 + len(caught.value.not_done) == 3
    service.before = lambda _: None
    assert len(await apply(service, planner(parse(SIMPLE)))) == 3 - stop_at
    assert make_plan(parse(SIMPLE), await read_snapshot(service)).changes == ()


async def test_a_server_lost_after_the_last_change_is_told_as_such() -> None:
    service = InMemorySip()

    def lose(method: str) -> None:
        if method == "list_inbound_trunk" and service.rules:
            raise TimeoutError

    service.before = lose
    with pytest.raises(ApplyFailed, match="looking again") as caught:
        await apply(service, planner(parse(SIMPLE)))
    assert len(caught.value.done) == 3


class _Chance:
    """Gives other tasks their turn a random number of times before each call."""

    def __init__(self, service: InMemorySip, seed: int) -> None:
        self._service = service
        self._random = random.Random(seed)

    def __getattr__(self, name: str) -> object:
        method = getattr(self._service, name)

        async def call(*arguments: object) -> object:
            for _ in range(self._random.randrange(6)):
                await asyncio.sleep(0)
            return await method(*arguments)

        return call


async def run_at_once(service: InMemorySip, manifest: Manifest, seed: int) -> None:
    async with asyncio.TaskGroup() as group:
        for operator in range(2):
            chance = _Chance(service, seed * 2 + operator)
            group.create_task(apply(chance, planner(manifest)))  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(60))
async def test_two_operators_at_once_leave_one_of_each(seed: int) -> None:
    service = InMemorySip()
    manifest = parse(SIMPLE)
    await run_at_once(service, manifest, seed)
    snapshot = await read_snapshot(service)
    for kind in Kind:
        assert len(snapshot.of(kind)) == 1, kind
    assert make_plan(manifest, snapshot).changes == ()


async def test_the_operators_above_really_make_twins_of_each_other() -> None:
    collisions = 0
    for seed in range(60):
        service = InMemorySip()
        await run_at_once(service, parse(SIMPLE), seed)
        collisions += any(call.startswith("delete_") for call in service.calls)
    assert collisions > 10


async def test_twins_that_were_there_before_are_deleted_only_with_permission() -> None:
    service = await applied(SIMPLE)
    twin = SIPInboundTrunkInfo(name="main", numbers=["+12025550177"])
    await create(service, twin)
    with pytest.raises(PlanRefused, match="a twin of"):
        await apply(service, planner(parse(SIMPLE)))
    await apply(service, planner(parse(SIMPLE)), may_delete=True)
    assert len(service.inbound) == 1


async def test_an_object_that_vanishes_meanwhile_is_made_again() -> None:
    service = await applied(SIMPLE)
    changed = SIMPLE.replace("20s", "30s")

    def vanish(method: str) -> None:
        if method == "update_inbound_trunk":
            service.inbound.clear()

    service.before = vanish
    await apply(service, planner(parse(changed)))
    assert make_plan(parse(changed), await read_snapshot(service)).changes == ()


async def test_somebody_who_keeps_undoing_it_is_noticed() -> None:
    service = InMemorySip()

    def undo(method: str) -> None:
        if method == "list_outbound_trunk":
            service.outbound.clear()

    service.before = undo
    with pytest.raises(ApplyFailed, match="keeps changing"):
        await apply(service, planner(parse(SIMPLE)))


async def test_what_the_file_does_not_speak_of_stays() -> None:
    service = await applied(SIMPLE)
    (trunk,) = service.inbound.values()
    trunk.metadata = "by hand"
    trunk.allowed_addresses.append("10.0.0.1")
    await apply(service, planner(parse(SIMPLE.replace("20s", "30s"))))
    (trunk,) = service.inbound.values()
    assert trunk.metadata == "by hand"
    assert list(trunk.allowed_addresses) == ["10.0.0.1"]
    assert trunk.ringing_timeout.seconds == 30


async def test_a_list_written_empty_is_cleared() -> None:
    service = await applied(SIMPLE)
    (trunk,) = service.inbound.values()
    trunk.allowed_addresses.append("10.0.0.1")
    cleared = SIMPLE.replace("ringing_timeout: 20s", "allowed_addresses: []")
    await apply(service, planner(parse(cleared)))
    (trunk,) = service.inbound.values()
    assert list(trunk.allowed_addresses) == []
