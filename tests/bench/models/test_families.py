"""The misbehaviours are what they say, and every one ends."""

import pytest

from agents.taming.notices import Notice
from bench.models.callers import CALLERS
from bench.models.families import FAMILIES, MODELS
from bench.models.family import Family
from bot.records import EndReason

pytestmark = pytest.mark.unit


def test_each_has_a_name_of_its_own() -> None:
    assert len({family.name for family in FAMILIES}) == len(FAMILIES)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_what_is_promised_can_be_found(family: Family) -> None:
    assert family.noticed <= {notice.value for notice in Notice}
    assert family.reasons <= {reason.value for reason in EndReason}
    assert family.heard == family.heard.lower()


@pytest.mark.parametrize("family", MODELS, ids=lambda family: family.name)
def test_a_model_misbehaves_in_its_mode(family: Family) -> None:
    assert bool(family.script.realtime) is (family.mode == "realtime")
    assert family.script.chat


def test_callers_who_misbehave_talk_to_a_model_that_does_not() -> None:
    assert all(not family.script.chat and not family.script.realtime for family in CALLERS)
