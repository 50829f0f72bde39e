"""The stories' data: they branch, they end, and they are fit for the telephone."""

import re

import pytest

from local.storyteller.answers import chosen, free_answer
from local.storyteller.phrases import is_stop, plain
from local.storyteller.sayings import ONE_MORE
from local.storyteller.story_data import (
    STORIES_SETTING,
    AnswerKind,
    Scene,
    Story,
    load_stories,
)
from tests.house import ROOT
from tests.local.storyteller.conversation import called, story

pytestmark = pytest.mark.unit

MAX_WORDS = 45
LEAST_TURNS = 4
FILLED = {"name": "Maria", "place": "San Miguel"}

STORIES = load_stories()
SCENES = [
    pytest.param(each, scene, id=f"{each.id}-{scene.id}")
    for each in STORIES
    for scene in each.scenes.values()
]
CHOOSING = [
    pytest.param(each, scene, id=f"{each.id}-{scene.id}")
    for each in STORIES
    for scene in each.scenes.values()
    if scene.choices
]


def filled(tale: Story, text: str) -> str:
    answers = {key: kind.otherwise for key, kind in tale.answers.items()}
    return text.format_map({**answers, **FILLED})


def paths(tale: Story, scene: Scene) -> list[list[str]]:
    """Every way from the scene to an end, as the words that a caller says."""
    if scene.end:
        return [[]]
    if scene.answer:
        return [["Pepper", *rest] for rest in paths(tale, tale.scenes[scene.to])]
    options = filled(tale, scene.again).split(", or ")
    return [
        [option, *rest]
        for option, choice in zip(options, scene.choices, strict=True)
        for rest in paths(tale, tale.scenes[choice.to])
    ]


def test_there_are_three_stories_that_branch() -> None:
    assert len(STORIES) >= 3
    for tale in STORIES:
        ways = paths(tale, tale.scenes[tale.start])
        assert len(ways) >= 8
        assert min(map(len, ways)) >= LEAST_TURNS
        assert sum(scene.end for scene in tale.scenes.values()) >= 2


@pytest.mark.parametrize(("tale", "scene"), SCENES)
def test_a_turn_is_short_and_without_markup(tale: Story, scene: Scene) -> None:
    text = filled(tale, scene.text)
    assert len(f"{text} {ONE_MORE if scene.end else ''}".split()) <= MAX_WORDS
    assert re.fullmatch(r"[\w\s.,?']+", text)
    assert scene.end or (text.endswith("?") and filled(tale, scene.again).endswith("?"))


@pytest.mark.parametrize(("tale", "scene"), SCENES)
def test_every_scene_leads_somewhere(tale: Story, scene: Scene) -> None:
    targets = [choice.to for choice in scene.choices]
    targets += [target for target in (scene.otherwise, scene.to) if target]
    assert all(target in tale.scenes for target in targets)
    assert scene.end == (not targets)
    assert bool(scene.choices) == bool(scene.otherwise)
    assert bool(scene.answer) == bool(scene.to)
    assert not scene.answer or scene.answer in tale.answers


@pytest.mark.parametrize(("tale", "scene"), CHOOSING)
def test_the_words_of_the_question_choose(tale: Story, scene: Scene) -> None:
    answers = {key: kind.otherwise for key, kind in tale.answers.items()} | FILLED
    for source in (scene.again, re.split(r"(?<=[.?!])\s", scene.text)[-1]):
        options = filled(tale, source).split(", or ")
        for option, choice in zip(options, scene.choices, strict=True):
            assert chosen(scene, plain(option), answers) == choice.to, option
            assert not is_stop(plain(option))
    assert chosen(scene, "the first one", answers) == scene.choices[0].to
    assert chosen(scene, "the second one", answers) == scene.choices[1].to


@pytest.mark.parametrize("tale", STORIES, ids=lambda tale: tale.id)
def test_every_branch_is_told_to_its_end(tale: Story) -> None:
    for way in paths(tale, tale.scenes[tale.start]):
        call = story(place="San Miguel", wish=f"Tell me the story about the {tale.asked_by[0]}.")
        told = [call.history[-1].text]
        for words in way:
            answer = call.say(words)
            assert not answer.tool_calls
            assert answer.text.endswith("?")
            assert answer.text not in told
            told.append(answer.text)
        assert told[-1].endswith(ONE_MORE)
        assert "Maria" in told[-1] and "San Miguel" in told[-1]
        assert any("pepper" in text.lower() for text in told)
        assert called(call.say("No, thank you.")) == ["story_finished"]


ANIMAL = AnswerKind("fox", ("cat", "dog", "mouse"))
NAME_OF_FRIEND = AnswerKind("Ember", kind="name")


@pytest.mark.parametrize(
    ("said", "woven"),
    [
        ("A cat.", "cat"),
        ("a small gray cat", "small gray cat"),
        ("I think it's a big black dog, please.", "big black dog"),
        ("Well, when I was young we always had a dog at home.", "dog"),
        ("A platypus.", "platypus"),
        ("It is a sea horse.", "sea horse"),
        ("I don't know, you choose.", None),
        ("Yes.", None),
        ("Let me think about this for one more second.", None),
    ],
)
def test_free_answers_become_things(said: str, woven: str | None) -> None:
    assert free_answer(ANIMAL, said) == woven


@pytest.mark.parametrize(
    ("said", "woven"),
    [
        ("Sparky.", "Sparky"),
        ("Let's call him Sparky", "Sparky"),
        ("I would call it Mister Green.", "Green"),
        ("His name is Bob.", "Bob"),
        ("Whatever you like.", None),
    ],
)
def test_free_answers_become_names(said: str, woven: str | None) -> None:
    assert free_answer(NAME_OF_FRIEND, said) == woven


def test_another_folder_holds_other_stories(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STORIES_SETTING, str(ROOT / "tests/e2e/stories"))
    (tale,) = load_stories.__wrapped__()
    assert len(paths(tale, tale.scenes[tale.start])) == 6
