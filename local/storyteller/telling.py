"""The second part: tell a story, scene by scene, as the caller's answers lead it."""

import re
import zlib
from collections.abc import Sequence

from local.storyteller import smalltalk
from local.storyteller.listening import Step, Turn, follow
from local.storyteller.messages import Message, Reply, ToolCall
from local.storyteller.phrases import is_stop, is_wait, plain
from local.storyteller.recall import Standing
from local.storyteller.sayings import GO_ON_OR_END, LAST_STORY, ONE_MORE
from local.storyteller.story_data import Scene, Story, load_stories

FINISHED = "story_finished"
NEUTRAL_NAME, NEUTRAL_PLACE = "friend", "a place of your own"

_NAME_LINE = re.compile(r"^\s*Caller's name:[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_PLACE_LINE = re.compile(r"^\s*Caller's place:[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_PLAN_LINE = re.compile(r"^\s*Story:[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_INTERRUPTED = re.compile(r"\binterrupted\b", re.IGNORECASE)
_RESUME = re.compile(r"\b(go on from where|line was lost|resume the story)\b", re.IGNORECASE)


def is_story(messages: Sequence[Message]) -> bool:
    """Whether the system message is the one of the story."""
    return any(m.role == "system" and _NAME_LINE.search(m.text) for m in messages)


def reply(messages: Sequence[Message], may_call: bool, instructions: str) -> Reply:
    """The next turn of the story; it ends with a question unless it is the end."""
    turn = follow(_first_standing(messages), messages)
    if turn.finished:
        return Reply(text=_goodbye(turn.standing))
    step = _step(turn, messages, instructions)
    if step == Step.FINISH:
        if not may_call:
            return Reply(text=_goodbye(turn.standing))
        return Reply(tool_calls=(ToolCall(FINISHED, {}),))
    return Reply(text=_say(turn, step, _planned(messages)))


def _first_standing(messages: Sequence[Message]) -> Standing:
    system = "\n".join(message.text for message in messages if message.role == "system")
    names, places = _NAME_LINE.findall(system), _PLACE_LINE.findall(system)
    return Standing(
        name=_speakable(names[-1] if names else "") or NEUTRAL_NAME,
        place=_speakable(places[-1] if places else "") or NEUTRAL_PLACE,
    )


def _planned(messages: Sequence[Message]) -> str:
    """The title of the story that the instructions plan; "" where they plan none."""
    titles = [title for m in messages if m.role == "system" for title in _PLAN_LINE.findall(m.text)]
    return titles[-1] if titles else ""


def _speakable(value: str) -> str:
    """Letters, digits and name punctuation on one line."""
    return " ".join("".join(c if c.isalnum() or c in " -'.,’" else " " for c in value).split())


def _step(turn: Turn, messages: Sequence[Message], instructions: str) -> Step:
    """What to do, given what the caller said and what this response is asked to do."""
    if turn.step == Step.FINISH:
        return turn.step
    if turn.standing.scene is None and turn.scene is None:
        last_words = next((plain(m.text) for m in reversed(messages) if m.role == "user"), "")
        return Step.FINISH if is_stop(last_words) else Step.BEGIN
    if _INTERRUPTED.search(f"{instructions}\n{_told_meanwhile(messages)}"):
        return Step.ASK_TO_GO_ON
    if _RESUME.search(instructions) and turn.step in (Step.ASK_AGAIN, Step.ASK_TO_GO_ON):
        return Step.GO_ON
    return turn.step


def _told_meanwhile(messages: Sequence[Message]) -> str:
    """System messages since the assistant last spoke."""
    texts: list[str] = []
    for message in reversed(messages):
        if message.role == "assistant":
            break
        if message.role == "system" and not _NAME_LINE.search(message.text):
            texts.append(message.text)
    return "\n".join(texts)


def _say(turn: Turn, step: Step, planned: str) -> str:
    standing = turn.standing
    match step:
        case Step.TELL if turn.scene is not None:
            return _tell(standing, turn.scene)
        case Step.GO_ON if standing.scene is not None:
            return f"Good, we go on. {standing.unheard()}{_more(standing, standing.scene)}"
        case Step.REPEAT if standing.scene is not None:
            return _tell(standing, standing.scene)
        case Step.SMALLTALK:
            return f"{smalltalk.answer(turn.words)} {_question(standing)}"
        case Step.ASK_AGAIN:
            return _question(standing)
        case Step.ASK_TO_GO_ON:
            return f"{_courtesy(turn.words)} {GO_ON_OR_END}"
    return _begin(turn, planned)


def _courtesy(words: str) -> str:
    if smalltalk.is_question(words):
        return smalltalk.answer(words)
    return "Of course, I wait." if is_wait(words) else "I am listening."


def _tell(standing: Standing, scene: Scene) -> str:
    return standing.scene_text(scene) + _more(standing, scene)


def _more(standing: Standing, scene: Scene) -> str:
    """What is asked behind the end of a story."""
    if not scene.end:
        return ""
    left = len(load_stories()) - len(standing.told)
    return f" {ONE_MORE if left > 0 else LAST_STORY}"


def _question(standing: Standing) -> str:
    scene = standing.scene
    if scene is None:
        return GO_ON_OR_END
    return _more(standing, scene).strip() if scene.end else standing.question()


def _begin(turn: Turn, planned: str) -> str:
    """The opening of the story asked for, of the planned one where it is known here, or of the
    one that belongs to this caller."""
    standing = turn.standing
    fresh = [story for story in load_stories() if story.id not in standing.told]
    if not fresh:
        return f"I have told you all my stories. {GO_ON_OR_END}"
    wished = next((story for story in fresh if story.id == turn.wish), None)
    plan = next((story for story in fresh if story.title == planned), None)
    story = wished or plan or _own_story(standing, fresh)
    opening = Standing(standing.name, standing.place, story=story)
    return _tell(opening, story.scenes[story.start])


def _own_story(standing: Standing, stories: Sequence[Story]) -> Story:
    """The same for the same caller, on every machine."""
    key = f"{standing.name}|{standing.place}".lower().encode()
    return stories[zlib.crc32(key) % len(stories)]


def _goodbye(standing: Standing) -> str:
    return f"Thank you for this story, {standing.name}. Goodbye."
