"""Who said yes is found again by number, with the stories in order, until they are forgotten."""

from dataclasses import replace
from datetime import timedelta

from bot.records import Records
from bot.records.memory import Remembered, ToldStory
from tests.bot.records.diary.test_forgetting import NO_SHELF
from tests.bot.records.records import EVERY_DATABASE, NOON

pytestmark = EVERY_DATABASE

NUMBER, OTHER = "+12025550123", "+12025550199"


def told(premise: str, days: int = 0, line: str = "you woke it") -> ToldStory:
    return ToldStory(premise=premise, line=line, told_at=NOON + timedelta(days=days))


def somebody(
    *stories: ToldStory, name: str = "Maria", number: str = NUMBER, days: int = 0
) -> Remembered:
    return Remembered(
        number=number,
        called=name.casefold(),
        name=name,
        location="Lisbon",
        heard_at=NOON + timedelta(days=days),
        told=stories,
    )


async def test_what_is_kept_is_found_by_number_alone(records: Records) -> None:
    await records.memories.keep(somebody(told("lighthouse")))
    assert await records.memories.of(NUMBER) == (somebody(told("lighthouse")),)
    assert await records.memories.of(OTHER) == ()


async def test_stories_are_added_in_the_order_of_telling(records: Records) -> None:
    await records.memories.keep(somebody(told("lighthouse", 2)))
    await records.memories.keep(somebody(told("night_train", 1), days=3))
    (found,) = await records.memories.of(NUMBER)
    assert [each.premise for each in found.told] == ["night_train", "lighthouse"]
    assert found.heard_at == NOON + timedelta(days=3)


async def test_a_story_that_comes_to_its_end_gets_its_line(records: Records) -> None:
    await records.memories.keep(somebody(told("lighthouse", line="")))
    await records.memories.keep(somebody(told("lighthouse", 1)))
    assert await records.memories.of(NUMBER) == (somebody(told("lighthouse", 1)),)


async def test_a_place_stays_until_another_one_is_told(records: Records) -> None:
    await records.memories.keep(somebody())
    await records.memories.keep(replace(somebody(days=1), location=""))
    assert await records.memories.of(NUMBER) == (somebody(days=1),)
    await records.memories.keep(replace(somebody(days=2), location="Porto"))
    assert (await records.memories.of(NUMBER))[0].location == "Porto"


async def test_people_of_one_number_have_their_own_stories(records: Records) -> None:
    pedro = somebody(told("night_train"), name="Pedro", days=1)
    await records.memories.keep(pedro)
    await records.memories.keep(somebody(told("lighthouse")))
    assert await records.memories.of(NUMBER) == (pedro, somebody(told("lighthouse")))


async def test_whoever_has_not_called_for_long_is_forgotten(records: Records) -> None:
    brother = somebody(told("night_train"), name="Pedro", days=9)
    other = somebody(told("lighthouse"), number=OTHER, days=9)
    for each in (somebody(told("lighthouse")), brother, other):
        await records.memories.keep(each)
    assert await records.memories.drop(NOON + timedelta(days=1)) == 1
    assert await records.memories.of(NUMBER) == (brother,)
    assert await records.memories.of(OTHER) == (other,)


async def test_forgetting_a_number_takes_its_memory_and_no_other(records: Records) -> None:
    other = somebody(told("lighthouse"), number=OTHER)
    await records.memories.keep(somebody(told("lighthouse"), told("night_train")))
    await records.memories.keep(other)
    forgotten = await records.forgetting.forget(NUMBER, NO_SHELF)
    assert (forgotten.rows["remembered_callers"], forgotten.rows["told_stories"]) == (1, 2)
    assert await records.memories.of(NUMBER) == ()
    assert await records.memories.of(OTHER) == (other,)


async def test_what_is_personal_stays_out_of_a_log(records: Records) -> None:
    shown = repr(somebody())
    assert not [each for each in ("aria", "Lisbon", NUMBER) if each in shown]
