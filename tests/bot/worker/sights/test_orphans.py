"""Since when a telephone has been alone, by our own watching and no clock of anybody else."""

import pytest

from bot.worker.sights.orphans import Orphans, Sight

pytestmark = pytest.mark.unit

GAP_S = 9.0


def room(sid: str = "RM_1", *, telephone: bool = True, agent: bool = False) -> Sight:
    return Sight("call-1", sid, has_telephone=telephone, is_answered=False, has_agent=agent)


def alone_s(orphans: Orphans, at_s: float, *rooms: Sight) -> dict[str, float]:
    return {each.room.sid: each.alone_s for each in orphans.judge(rooms, monotonic_s=at_s)}


@pytest.fixture
def orphans() -> Orphans:
    return Orphans(gap_s=GAP_S)


def test_the_first_look_begins_the_count(orphans: Orphans) -> None:
    assert alone_s(orphans, 100, room()) == {"RM_1": 0}
    assert alone_s(orphans, 103.5, room()) == {"RM_1": 3.5}


@pytest.mark.parametrize("other", [room(agent=True), room(telephone=False)])
def test_whoever_has_company_or_is_no_telephone_is_not_alone(
    orphans: Orphans, other: Sight
) -> None:
    assert alone_s(orphans, 100, other) == {}


def test_an_agent_who_comes_ends_the_count(orphans: Orphans) -> None:
    alone_s(orphans, 100, room())
    alone_s(orphans, 102, room(agent=True))
    assert alone_s(orphans, 104, room()) == {"RM_1": 0}


def test_each_room_has_its_own_count(orphans: Orphans) -> None:
    alone_s(orphans, 100, room("RM_1"))
    assert alone_s(orphans, 102, room("RM_1"), room("RM_2")) == {"RM_1": 2, "RM_2": 0}


def test_a_room_of_the_same_name_is_another_room(orphans: Orphans) -> None:
    alone_s(orphans, 100, room("RM_1"))
    assert alone_s(orphans, 102, room("RM_2")) == {"RM_2": 0}


def test_a_room_that_was_away_begins_anew(orphans: Orphans) -> None:
    alone_s(orphans, 100, room())
    alone_s(orphans, 102)
    assert alone_s(orphans, 104, room()) == {"RM_1": 0}


def test_after_a_pause_of_our_own_nothing_is_held_against_anybody(orphans: Orphans) -> None:
    alone_s(orphans, 100, room())
    assert alone_s(orphans, 100 + GAP_S, room()) == {"RM_1": GAP_S}
    assert alone_s(orphans, 100 + 2 * GAP_S + 0.001, room()) == {"RM_1": 0}
