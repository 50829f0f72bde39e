import json
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message
from livekit.protocol.agent_dispatch import RoomAgentDispatch
from livekit.protocol.room import RoomConfiguration
from livekit.protocol.sip import (
    SIPCodec,
    SIPDispatchRule,
    SIPDispatchRuleCallee,
    SIPDispatchRuleDirect,
    SIPDispatchRuleIndividual,
    SIPDispatchRuleInfo,
    SIPInboundTrunkInfo,
    SIPMediaConfig,
    SIPOutboundTrunkInfo,
)

from sip.manifest.schema import manifest_schema, schema_text

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[3]


def test_the_published_schema_is_up_to_date() -> None:
    published = (ROOT / "docs" / "trunks.schema.json").read_text(encoding="utf-8")
    assert published == schema_text(), (
        "run: python -m sip.manifest.schema > docs/trunks.schema.json"
    )


def properties(name: str) -> dict[str, Any]:
    found: dict[str, Any] = manifest_schema()["$defs"][name]["properties"]
    return found


MESSAGES: list[tuple[str, type[Message]]] = [
    ("InboundTrunk", SIPInboundTrunkInfo),
    ("OutboundTrunk", SIPOutboundTrunkInfo),
    ("DispatchRule", SIPDispatchRuleInfo),
    ("RoomRule", SIPDispatchRule),
    ("DirectRule", SIPDispatchRuleDirect),
    ("IndividualRule", SIPDispatchRuleIndividual),
    ("CalleeRule", SIPDispatchRuleCallee),
    ("Media", SIPMediaConfig),
    ("Codec", SIPCodec),
    ("RoomConfig", RoomConfiguration),
    ("Agent", RoomAgentDispatch),
]


@pytest.mark.parametrize(("name", "message"), MESSAGES)
def test_every_field_of_the_file_is_a_field_of_livekits_api(
    name: str, message: type[Message]
) -> None:
    assert set(properties(name)) - {"trunks"} <= set(message.DESCRIPTOR.fields_by_name)


def test_unknown_fields_are_marked_and_exactly_one_room_is_asked_for() -> None:
    definitions = manifest_schema()["$defs"]
    assert all(
        definition.get("additionalProperties") is False
        for definition in definitions.values()
        if definition["type"] == "object"
    )
    assert definitions["RoomRule"]["minProperties"] == 1
    assert definitions["RoomRule"]["maxProperties"] == 1
    assert json.loads(schema_text()) == manifest_schema()
