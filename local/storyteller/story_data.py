"""Stories as data: scenes, the choices between them, and the answers woven in."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

# Names a folder with other stories.
STORIES_SETTING = "STORYLINE_LOCAL_STORIES"
YES_WORD, NO_WORD = "@yes", "@no"
"""In a choice's words: any way of saying yes, or no."""


@dataclass(frozen=True)
class Choice:
    """Leads to another scene when the caller says one of the words."""

    to: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Scene:
    """One turn. It has choices, or asks for a free `answer`, or is the end."""

    id: str
    text: str
    again: str = ""
    choices: tuple[Choice, ...] = ()
    otherwise: str = ""
    answer: str = ""
    to: str = ""
    end: bool = False


@dataclass(frozen=True)
class AnswerKind:
    """What a free answer may be: a thing (known words are picked out of it) or a name."""

    otherwise: str
    known: tuple[str, ...] = ()
    kind: Literal["thing", "name"] = "thing"


@dataclass(frozen=True)
class Story:
    id: str
    title: str
    asked_by: tuple[str, ...]
    start: str
    scenes: Mapping[str, Scene]
    answers: Mapping[str, AnswerKind]


@cache
def load_stories() -> tuple[Story, ...]:
    """All stories beside this module, in the order of their file names.

    STORYLINE_LOCAL_STORIES names another folder with stories.
    """
    other = os.environ.get(STORIES_SETTING)
    folder = Path(other) if other else files(__package__).joinpath("stories")
    found = sorted((entry for entry in folder.iterdir()), key=lambda entry: entry.name)
    return tuple(
        _read_story(entry.name.removesuffix(".toml"), tomllib.loads(entry.read_text("utf-8")))
        for entry in found
        if entry.name.endswith(".toml")
    )


def _read_story(story_id: str, data: Mapping[str, Any]) -> Story:
    return Story(
        id=story_id,
        title=data["title"],
        asked_by=tuple(data["asked_by"]),
        start=data["start"],
        scenes={key: _read_scene(key, scene) for key, scene in data["scenes"].items()},
        answers={
            key: AnswerKind(**{**answer, "known": tuple(answer["known"])})
            for key, answer in data["answers"].items()
        },
    )


def _read_scene(scene_id: str, data: Mapping[str, Any]) -> Scene:
    choices = tuple(Choice(each["to"], tuple(each["words"])) for each in data.get("choices", ()))
    return Scene(**{**data, "id": scene_id, "choices": choices})
