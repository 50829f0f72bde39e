"""What another process needs to go on with a call; never in a log, gone with the call."""

import json
from dataclasses import asdict, dataclass, field
from typing import Self

# The newest words are enough to go on; a call of an hour must not make every write longer.
_TURNS = 40
_TURN_CHARS = 1500
# So many deaths of a process a call survives; then something is wrong with this very story.
SURVIVED = 2


@dataclass(frozen=True)
class Said:
    """One turn. `in_story`: it was said while the storyteller was there, by either side."""

    by_echo: bool
    text: str = field(repr=False)
    in_story: bool = False


@dataclass(frozen=True, kw_only=True)
class Thread:
    """Where one conversation stands. Words and names stay out of the repr.

    `name` and `location` are None until the storyteller has taken over. `premise`: the id of what
    is told, `told`: of what this caller was told before. `is_over`: nobody may go on with it in
    another call, because the story was told or the caller objected to something. `is_offered`: it
    is another call's story, and the caller has not chosen yet to go on with it. `deaths`: how many
    processes have died over this call, kept by the store alone. Fields added later need a default:
    a thread may have been written by the version before.
    """

    said: tuple[Said, ...] = field(default=(), repr=False)
    name: str | None = field(default=None, repr=False)
    location: str | None = field(default=None, repr=False)
    premise: str | None = None
    told: tuple[str, ...] = ()
    is_recorded: bool = False
    is_ending: bool = False
    is_over: bool = False
    is_offered: bool = False
    deaths: int = 0

    @property
    def in_story(self) -> bool:
        """Whether the storyteller had taken over."""
        return self.name is not None

    @property
    def is_unfinished(self) -> bool:
        """Whether another call may go on with the story, if this one has broken off."""
        return self.in_story and not self.is_over and self.deaths <= SURVIVED

    def to_text(self) -> str:
        """What stands in the database; only the newest turns, cut to a length."""
        values = asdict(self)
        del values["deaths"]
        values["said"] = [
            [each.by_echo, each.text[:_TURN_CHARS], each.in_story] for each in self.said[-_TURNS:]
        ]
        return json.dumps(values)

    @classmethod
    def of_text(cls, text: str, deaths: int) -> Self:
        """Read what `to_text` has written; what a newer version has added is left out."""
        values = json.loads(text)
        values["said"] = tuple(Said(*each[:3]) for each in values.get("said", ()))
        values["told"] = tuple(values.get("told", ()))
        known = cls.__dataclass_fields__.keys() - {"deaths"}
        return cls(deaths=deaths, **{name: values[name] for name in known & values.keys()})
