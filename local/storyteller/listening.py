"""Follow the history: what was told, what the caller made of it, what comes next."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from local.storyteller import smalltalk
from local.storyteller.answers import chosen, free_answer, is_known_answer
from local.storyteller.messages import Message
from local.storyteller.phrases import (
    is_another,
    is_go_on,
    is_no,
    is_noise,
    is_repeat,
    is_stop,
    is_undecided,
    is_wait,
    is_yes,
    plain,
)
from local.storyteller.recall import Standing, recognize
from local.storyteller.sayings import GO_ON_OR_END, LAST_STORY, ONE_MORE
from local.storyteller.story_data import Scene, load_stories

FINISHED = "story_finished"
_STORY_WISH = re.compile(r"\b(story|tale|about|the one)\b")
# In what Echo says when the time of the call is used up.
_WOUND_DOWN = "nearly over"


class Step(Enum):
    """What the storyteller does next."""

    BEGIN = auto()
    TELL = auto()
    GO_ON = auto()
    REPEAT = auto()
    SMALLTALK = auto()
    ASK_AGAIN = auto()
    ASK_TO_GO_ON = auto()
    FINISH = auto()


class Asked(Enum):
    """The question that the caller's next words answer."""

    SCENE = auto()
    SCENE_AGAIN = auto()
    GO_ON_OR_END = auto()
    ONE_MORE = auto()
    LAST_WORD = auto()


@dataclass(frozen=True)
class Turn:
    """The standing, and what follows from what the caller said since Echo last spoke."""

    standing: Standing
    asked: Asked = Asked.SCENE
    step: Step = Step.ASK_AGAIN
    scene: Scene | None = None
    """The scene to tell when the step is TELL."""
    answered: bool = False
    """Whether anything said since Echo last spoke led to the step."""
    words: str = ""
    wish: str = ""
    """Id of a story that the caller asked for."""
    finished: bool = False
    """Whether story_finished has been called."""


def follow(standing: Standing, messages: Sequence[Message]) -> Turn:
    """The turn that the history leads to."""
    turn = Turn(standing)
    for message in messages:
        if message.role == "assistant":
            if any(call.name == FINISHED for call in message.tool_calls):
                turn = replace(turn, finished=True)
            if message.text.strip():
                turn = _after_saying(turn, message.text)
        elif message.role == "user":
            turn = _after_hearing(turn, message.text)
    return turn


def _after_saying(turn: Turn, said: str) -> Turn:
    words = plain(said)
    awaited = turn.scene.id if turn.scene else None
    standing, asked = turn.standing, turn.asked
    again = plain(standing.question())
    if again and words.endswith(again) and len(words) < len(plain(standing.scene_text())) * 0.8:
        asked = Asked.SCENE_AGAIN
    elif words.endswith(plain(ONE_MORE)):
        standing = recognize(standing, said, awaited) or standing
        asked = Asked.ONE_MORE
    elif _has_begun(words, GO_ON_OR_END):
        asked = Asked.GO_ON_OR_END
    elif _WOUND_DOWN in words or words.endswith(plain(LAST_STORY)):
        asked = Asked.LAST_WORD
    elif recognized := recognize(standing, said, awaited):
        standing, asked = recognized, Asked.SCENE
    else:
        return turn  # a filler, a question whether the caller is there, the introduction
    step = Step.ASK_AGAIN if standing.heard_all() else Step.GO_ON
    return Turn(standing, asked, step, wish=turn.wish, finished=turn.finished)


def _has_begun(words: str, question: str) -> bool:
    """The question, whole or with its end cut off, behind anything else."""
    return " ".join(plain(question).split()[:4]) in words


def _after_hearing(turn: Turn, text: str) -> Turn:
    words = plain(text)
    turn = replace(turn, wish=_wish(words) or turn.wish, words=words)
    if turn.standing.scene is None or (is_noise(words) and turn.asked is not Asked.ONE_MORE):
        return turn
    if is_stop(words):
        return _decided(turn, Step.FINISH)
    if smalltalk.asks_about_echo(words):
        return replace(turn, step=Step.SMALLTALK)
    if is_repeat(words):
        return turn if turn.answered else replace(turn, step=Step.REPEAT)
    match turn.asked:
        case Asked.LAST_WORD:
            return _decided(turn, Step.FINISH)
        case Asked.ONE_MORE:
            return _hear_one_more(turn, words)
        case Asked.GO_ON_OR_END:
            return _hear_go_on(turn, words, text)
    return _hear_scene(turn, words, text)


def _hear_one_more(turn: Turn, words: str) -> Turn:
    if not words or is_wait(words):
        return turn
    if is_another(words) or _wish(words):
        return _decided(turn, Step.BEGIN)
    if is_no(words):
        return _decided(turn, Step.FINISH)
    if is_yes(words) or is_go_on(words):
        return _decided(turn, Step.BEGIN)
    if smalltalk.is_question(words):
        return replace(turn, step=Step.SMALLTALK)
    return _decided(turn, Step.FINISH)


def _hear_go_on(turn: Turn, words: str, text: str) -> Turn:
    scene = turn.standing.scene
    if scene is not None and (to := chosen(scene, words, turn.standing.filled())):
        return _towards(turn, to)
    if is_another(words):
        return _decided(turn, Step.BEGIN)
    if is_go_on(words) or is_yes(words):
        return _decided(turn, Step.GO_ON)
    if is_no(words) or re.search(r"\b(end|here)\b", words):
        return _decided(turn, Step.FINISH)
    if turn.standing.heard_all() and not is_wait(words):
        return _hear_scene(turn, words, text)
    return replace(turn, step=Step.ASK_TO_GO_ON if is_wait(words) else Step.GO_ON)


def _hear_scene(turn: Turn, words: str, text: str) -> Turn:
    """An answer to what the scene asks, or an interruption of it."""
    standing, scene = turn.standing, turn.standing.scene
    if scene is None or scene.end:
        return replace(turn, step=Step.GO_ON)
    if to := chosen(scene, words, standing.filled()):
        return _towards(turn, to)
    if is_another(words):
        return _decided(turn, Step.BEGIN)
    if turn.answered:
        return _hear_after_answer(turn, scene, words, text)
    if is_wait(words):
        return replace(turn, step=Step.ASK_TO_GO_ON)
    if not standing.heard_all():
        went_on = is_go_on(words) or is_yes(words)
        return replace(turn, step=Step.GO_ON if went_on else Step.ASK_TO_GO_ON)
    if smalltalk.is_question(words):
        return replace(turn, step=Step.SMALLTALK)
    if scene.answer:
        return _answer(turn, scene, text)
    if turn.asked is Asked.SCENE_AGAIN or is_undecided(words) or is_go_on(words):
        return _towards(turn, scene.otherwise)
    return replace(turn, step=Step.ASK_AGAIN)


def _hear_after_answer(turn: Turn, scene: Scene, words: str, text: str) -> Turn:
    """More words after an answer whose scene was never told: mostly "hello?"."""
    kind = turn.standing.story.answers.get(scene.answer) if turn.standing.story else None
    if kind is not None and is_known_answer(kind, words):
        return _answer(turn, scene, text)
    return turn


def _answer(turn: Turn, scene: Scene, text: str) -> Turn:
    standing = turn.standing
    assert standing.story is not None
    kind = standing.story.answers[scene.answer]
    said = free_answer(kind, text) or kind.otherwise
    answered = replace(standing, answers={**standing.answers, scene.answer: said})
    return _towards(replace(turn, standing=answered), scene.to)


def _towards(turn: Turn, scene_id: str) -> Turn:
    assert turn.standing.story is not None
    return _decided(replace(turn, scene=turn.standing.story.scenes[scene_id]), Step.TELL)


def _decided(turn: Turn, step: Step) -> Turn:
    scene = turn.scene if step == Step.TELL else None
    return replace(turn, step=step, scene=scene, answered=True)


def _wish(words: str) -> str:
    """The id of the story that is asked for by what it is about."""
    if not _STORY_WISH.search(words):
        return ""
    said = set(words.split())
    return next((s.id for s in load_stories() if not said.isdisjoint(s.asked_by)), "")
