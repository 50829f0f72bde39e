"""The premises: a dozen of them, each fit to be told by, and each mistake in one named."""

import random
from importlib.resources import files

import pytest

from agents.stories import BadPremise, Premise, choose_premise, load_premises
from agents.stories.premise import MAX_PLAN_WORDS

pytestmark = pytest.mark.unit

GOOD = files("agents.stories").joinpath("lighthouse.toml").read_text("utf-8")
IDS = [premise.id for premise in load_premises()]


def test_there_are_a_dozen() -> None:
    assert len(IDS) >= 12


@pytest.mark.parametrize("premise", load_premises(), ids=lambda premise: premise.id)
def test_each_holds_what_a_story_needs_in_few_words(premise: Premise) -> None:
    assert len(premise.endings) == 2
    assert 6 <= len(premise.beats) <= 8
    assert len(premise.plan.split()) <= MAX_PLAN_WORDS
    assert not {"$", '"', "{"} & set(premise.plan)


def test_no_two_are_about_the_same() -> None:
    premises = load_premises()
    for part in ("title", "want", "planted", "told"):
        assert len({getattr(each, part) for each in premises}) == len(premises)


def test_the_planted_thing_is_named_early_and_in_its_return() -> None:
    for premise in load_premises():
        # "clocks" is a sign of clocks, and of a clock.
        assert any(sign in premise.planted for sign in premise.signs), premise.id
        assert any(sign in premise.returns for sign in premise.signs), premise.id


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("want =", "wants =", "want: must be a sentence, and is missing"),
        ('want = "', 'mood = "sad"\nwant = "', "mood: is not a part of a premise"),
        ("sleeping lighthouse", "<b>lighthouse</b>", "title: holds something"),
        ('signs = ["lantern"]', "signs = []", "signs: must be a list of words"),
        ('signs = ["lantern"]', 'signs = ["Blue lantern"]', "'Blue lantern' is not one word"),
        ("endings = [", 'endings = ["One more.",', "endings: must be 2 sentences"),
        ("[[beats]]", "[[steps]]", "beats: must be 6 to 8 tables"),
        ('told = "you', 'told = "he', 'told: does not begin with "you"'),
        ("to bring a", "to " + "very " * 25, "want: has more than 25 words"),
        ('title = "', "title = ", "lighthouse.toml: not TOML"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_key(old: str, new: str, told: str) -> None:
    with pytest.raises(BadPremise) as raised:
        Premise.parse("lighthouse", GOOD.replace(old, new))
    assert told in str(raised.value)
    assert str(raised.value).startswith("lighthouse.toml")


def test_a_beat_without_signs_is_named_by_its_number() -> None:
    last = GOOD.rindex("signs")
    with pytest.raises(BadPremise, match=r"beats\[7\]: must be a table with tell and signs"):
        Premise.parse("lighthouse", GOOD[:last])


def test_a_plan_that_is_too_long_to_keep_in_mind_is_refused() -> None:
    long = " ".join(["word"] * 24)
    text = GOOD
    for beat in load_premises()[IDS.index("lighthouse")].beats:
        text = text.replace(beat.tell, f"{long}.")
    with pytest.raises(BadPremise, match="at most 230 fit"):
        Premise.parse("lighthouse", text)


# --- the shelf ------------------------------------------------------------------------------------


def test_a_returning_caller_gets_one_that_is_new() -> None:
    told: list[str] = []
    for _ in IDS:
        told.append(choose_premise(told).id)
    assert sorted(told) == IDS


def test_whoever_has_heard_all_hears_the_oldest_again() -> None:
    told = [*IDS[1:], IDS[0], IDS[1]]
    assert choose_premise(told).id == IDS[2]


def test_ids_that_do_not_exist_any_more_do_no_harm() -> None:
    assert choose_premise(["gone", *IDS[:-1]]).id == IDS[-1]


def test_a_story_under_way_is_found_again_by_its_id() -> None:
    assert choose_premise(IDS, premise_id=IDS[3]).id == IDS[3]
    assert choose_premise(IDS[1:], premise_id="gone").id == IDS[0]


def test_strangers_do_not_all_hear_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "choice", random.Random(7).choice)
    assert len({choose_premise().id for _ in range(50)}) > len(IDS) / 2
