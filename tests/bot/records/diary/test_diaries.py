"""What was written of a call is read again as it was, on both databases."""

from dataclasses import replace

from bot.records import Records
from bot.records.diary import CallDiary, Usage
from tests.bot.records.diary.entries import a_turn, an_event, some_usage
from tests.bot.records.records import EVERY_DATABASE, a_call

pytestmark = EVERY_DATABASE


async def test_a_diary_is_read_as_it_was_written(records: Records) -> None:
    turn, event, used = a_turn(words="Once upon a time"), an_event(), some_usage()
    await records.diaries.write("c1", [(1, event), (2, turn)], [used])
    assert await records.diaries.of("c1") == CallDiary((turn,), (event,), (used,))


async def test_of_a_call_without_a_diary_nothing_is_known(records: Records) -> None:
    assert await records.diaries.of("c1") == CallDiary()


async def test_writing_again_changes_no_entry(records: Records) -> None:
    await records.diaries.write("c1", [(1, a_turn())])
    await records.diaries.write("c1", [(1, a_turn(99)), (2, a_turn(20))])
    assert (await records.diaries.of("c1")).turns == (a_turn(), a_turn(20))


async def test_of_usage_the_newest_amount_counts(records: Records) -> None:
    await records.diaries.write("c1", [], [some_usage(10, 0.1)])
    await records.diaries.write("c1", [], [some_usage(30, 0.3)])
    assert (await records.diaries.of("c1")).usage == (some_usage(30, 0.3),)


async def test_costs_are_told_of_several_calls_at_once(records: Records) -> None:
    other = replace(some_usage(5, 0.5), unit="output_text")
    await records.diaries.write("c1", [], [some_usage(10, 0.25), other])
    await records.diaries.write("c2", [], [some_usage(10, None)])
    assert await records.diaries.costs_of(["c1", "c2", "c3"]) == {"c1": 0.75}
    assert await records.diaries.costs_of([]) == {}


async def test_a_diary_may_come_before_its_record(records: Records) -> None:
    call = a_call()
    await records.diaries.write(call.call_id, [(1, an_event())])
    assert await records.calls.save(call)


async def test_long_names_of_models_are_cut(records: Records) -> None:
    await records.diaries.write("c1", [], [replace(some_usage(), model="m" * 500)])
    assert [each.model for each in (await records.diaries.of("c1")).usage] == ["m" * 100]


async def test_a_model_without_any_price_is_named(records: Records) -> None:
    unknown = Usage(provider="p", model="brand-new", unit="input_text", amount=7)
    partly = replace(some_usage(), unit="seconds", cost_usd=None)
    diary = CallDiary(usage=(some_usage(), partly, unknown))
    assert diary.unpriced == ("brand-new",)
    assert diary.cost_usd == 0.002
