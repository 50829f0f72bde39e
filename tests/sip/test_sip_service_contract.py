"""What provisioning relies on: the same for the service in memory and for the real one."""

import pytest
from livekit.protocol.sip import (
    SIPDispatchRule,
    SIPDispatchRuleDirect,
    SIPDispatchRuleIndividual,
    SIPDispatchRuleInfo,
    SIPInboundTrunkInfo,
    SIPOutboundTrunkInfo,
)

from sip.errors import ServerRefused
from sip.objects.kinds import Info, Kind, object_id
from sip.objects.server import SipService, create, delete, read_snapshot, replace
from tests.sip.in_memory_sip import InMemorySip


@pytest.fixture(
    params=[
        pytest.param("memory", marks=pytest.mark.unit),
        pytest.param("real", marks=pytest.mark.stack),
    ]
)
def service(request: pytest.FixtureRequest) -> SipService:
    if request.param == "memory":
        return InMemorySip()
    found: SipService = request.getfixturevalue("api").sip
    return found


def trunk(number: str = "+12025550100", **fields: object) -> SIPInboundTrunkInfo:
    return SIPInboundTrunkInfo(name="main", numbers=[number], **fields)  # type: ignore[arg-type]


def rule(*trunk_ids: str, room: str = "lobby", pin: str = "") -> SIPDispatchRuleInfo:
    direct = SIPDispatchRuleDirect(room_name=room, pin=pin)
    return SIPDispatchRuleInfo(
        name="story", trunk_ids=trunk_ids, rule=SIPDispatchRule(dispatch_rule_direct=direct)
    )


async def refusal_of(service: SipService, info: Info) -> str:
    with pytest.raises(ServerRefused) as caught:
        await create(service, info)
    return caught.value.code


async def test_what_was_created_is_listed_with_its_id_and_password(service: SipService) -> None:
    made = await create(service, trunk(auth_username="u", auth_password="secret-password"))
    (listed,) = (await read_snapshot(service)).inbound_trunks
    assert object_id(made) == listed.sip_trunk_id != ""
    assert listed.auth_password == "secret-password"
    assert list(listed.numbers) == ["+12025550100"]


async def test_an_open_trunk_is_refused(service: SipService) -> None:
    assert await refusal_of(service, SIPInboundTrunkInfo(name="open")) == "invalid_argument"


async def test_one_number_on_two_trunks_is_refused_however_it_is_written(
    service: SipService,
) -> None:
    await create(service, trunk())
    assert await refusal_of(service, trunk("1 (202) 555-0100")) == "invalid_argument"


async def test_one_number_for_other_callers_is_accepted(service: SipService) -> None:
    await create(service, trunk())
    await create(service, trunk(allowed_numbers=["+33612345678"]))
    assert len((await read_snapshot(service)).inbound_trunks) == 2


async def test_an_outbound_trunk_needs_address_and_numbers(service: SipService) -> None:
    no_numbers = SIPOutboundTrunkInfo(name="out", address="sip.example.com")
    no_address = SIPOutboundTrunkInfo(name="out", numbers=["+12025550100"])
    assert await refusal_of(service, no_numbers) == "invalid_argument"
    assert await refusal_of(service, no_address) == "invalid_argument"


async def test_rules_for_the_same_calls_are_refused(service: SipService) -> None:
    await create(service, rule("ST_1"))
    assert await refusal_of(service, rule("ST_1", room="other")) == "invalid_argument"


async def test_a_pin_or_another_trunk_sets_rules_apart(service: SipService) -> None:
    await create(service, rule("ST_1"))
    await create(service, rule("ST_1", pin="42"))
    await create(service, rule("ST_2"))
    await create(service, rule())
    assert len((await read_snapshot(service)).dispatch_rules) == 4


async def test_a_rule_needs_a_room(service: SipService) -> None:
    assert await refusal_of(service, SIPDispatchRuleInfo(name="story")) == "invalid_argument"


async def test_a_rule_may_point_at_a_trunk_that_does_not_exist(service: SipService) -> None:
    await create(service, rule("ST_nowhere"))
    (listed,) = (await read_snapshot(service)).dispatch_rules
    assert list(listed.trunk_ids) == ["ST_nowhere"]


async def test_replacing_clears_what_is_not_in_the_new_object(service: SipService) -> None:
    made = await create(service, trunk(allowed_addresses=["10.0.0.1"], metadata="m"))
    await replace(service, trunk(sip_trunk_id=object_id(made)))
    (listed,) = (await read_snapshot(service)).inbound_trunks
    assert list(listed.allowed_addresses) == []
    assert listed.metadata == ""
    assert listed.sip_trunk_id == object_id(made)


async def test_the_kind_of_room_can_be_replaced(service: SipService) -> None:
    made = await create(service, rule("ST_1"))
    individual = SIPDispatchRule(
        dispatch_rule_individual=SIPDispatchRuleIndividual(room_prefix="story")
    )
    changed = SIPDispatchRuleInfo(
        sip_dispatch_rule_id=object_id(made), name="story", rule=individual
    )
    await replace(service, changed)
    (listed,) = (await read_snapshot(service)).dispatch_rules
    assert listed.rule.dispatch_rule_individual.room_prefix == "story"
    assert list(listed.trunk_ids) == []


async def test_replacing_a_trunk_into_anothers_number_goes_through(service: SipService) -> None:
    """LiveKit looks only at the trunk's old number here; our own check has to refuse it."""
    await create(service, trunk())
    other = await create(service, trunk("+12025550101"))
    await replace(service, trunk(sip_trunk_id=object_id(other)))
    numbers = [list(each.numbers) for each in (await read_snapshot(service)).inbound_trunks]
    assert numbers == [["+12025550100"], ["+12025550100"]]


async def test_changing_a_twin_without_moving_it_is_refused(service: SipService) -> None:
    await create(service, trunk())
    other = await create(service, trunk("+12025550101"))
    twin = trunk(sip_trunk_id=object_id(other))
    await replace(service, twin)
    twin.metadata = "changed"
    with pytest.raises(ServerRefused) as caught:
        await replace(service, twin)
    assert caught.value.code == "invalid_argument"


@pytest.mark.parametrize("kind", list(Kind))
async def test_replacing_what_is_gone_is_not_found(service: SipService, kind: Kind) -> None:
    gone: dict[Kind, Info] = {
        Kind.INBOUND_TRUNK: trunk(sip_trunk_id="ST_gone"),
        Kind.OUTBOUND_TRUNK: SIPOutboundTrunkInfo(
            sip_trunk_id="ST_gone", address="sip.example.com", numbers=["+12025550100"]
        ),
        Kind.DISPATCH_RULE: SIPDispatchRuleInfo(sip_dispatch_rule_id="SDR_gone", rule=rule().rule),
    }
    with pytest.raises(ServerRefused) as caught:
        await replace(service, gone[kind])
    assert caught.value.code == "not_found"


@pytest.mark.parametrize("kind", list(Kind))
async def test_deleting_twice_is_harmless(service: SipService, kind: Kind) -> None:
    objects: dict[Kind, Info] = {
        Kind.INBOUND_TRUNK: trunk(),
        Kind.OUTBOUND_TRUNK: SIPOutboundTrunkInfo(
            name="out", address="sip.example.com", numbers=["+12025550100"]
        ),
        Kind.DISPATCH_RULE: rule(),
    }
    made = await create(service, objects[kind])
    await delete(service, kind, object_id(made))
    await delete(service, kind, object_id(made))
    assert (await read_snapshot(service)).of(kind) == ()
