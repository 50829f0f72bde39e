"""What one conversation knows, and the only thing an agent knows of the telephone."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from livekit.agents import Agent
from livekit.agents.llm import RealtimeModel

from agents.last_words import LastWords
from agents.memory.keeping import Forgot, Memory, NoMemory
from agents.memory.known import Known, Past
from agents.prompts import load_prompt
from agents.rights.asking import Permission, Right, Rights
from agents.stories.premise import Premise
from agents.stories.shelf import choose_premise
from agents.story import StoryData, clean_fact
from agents.taming.leash import Leash
from agents.taming.notices import Notice

# How Echo says who she is, unless a setting says otherwise.
WHO = "this is Echo, an automated storyteller"


class NotSpoken(Exception):
    """The first words were not said: the call is over, or somebody else has taken the word."""


async def _with_nobody(told: StoryData) -> Agent | None:
    """No story of another call is known."""
    return None


class PhoneLine(Protocol):
    """The line to the caller, whatever carries it. All that an agent says by itself goes here."""

    async def open(self, text: str, *, interruptible: bool) -> None:
        """Say the first words as soon as the caller can hear; return when they are said.

        They are prepared meanwhile: that the line is ready to speak is known when their first
        sound is there. Raises NotSpoken when the call ends first, or when words that nobody may
        interrupt were cut off because a machine has answered.
        """

    def record(self) -> None:
        """Record from now on: the caller has just been told. Does nothing if that was not heard."""

    async def never_record(self) -> bool:
        """Stop recording, and delete what was recorded. False if it could not be deleted."""

    def say(self, text: str) -> None:
        """Say `text` next, and go on listening."""

    def reply(self, instructions: str) -> None:
        """Let the model speak next."""

    async def say_goodbye(self, words: LastWords, *, after: Callable[[], Awaitable[None]]) -> None:
        """Say the last words and end the call, because the story is finished.

        `after` waits for what is being said. Returns when the call is over; the line makes sure
        that the caller hears the words to their end, once, however often it is called.
        """

    async def never_call_again(self) -> bool:
        """Enter the number at the other end in the do-not-call list. False if that failed."""

    async def wait_quiet(self, limit_s: float, *, unless: asyncio.Event) -> None:
        """Return when nobody has spoken for so long, when `unless` is set, or with the call."""


@runtime_checkable
class HasPast(Protocol):
    """An agent whose instructions hold what is known from before."""

    async def forget_past(self) -> None:
        """Know nothing but this call."""


@dataclass(slots=True)
class Conversation:
    """The `userdata` of a session: the line, and what has been learnt and decided so far.

    `realtime` is the voice-to-voice model that tells the story, or None when the story is told
    by the session's own speech-to-text, language model and text-to-speech. `premise`: what is told,
    from the handover on. `told`: ids of what this caller has heard before, the oldest first.
    `memory`: what keeps callers in mind; `past`: who is remembered under this number; `person`: who
    of them the caller has turned out to be. `has_told_name`: in this call, and without having been
    called by it. `who`: how Echo says who she is.
    `tells_keys`: every caller is told at the beginning that the keys of the telephone work, too.
    `is_recorded`: every caller is told at the beginning that the call is recorded, and may object.
    `leaves_nothing`: the caller objected to something, so the story is not kept for another call.
    `is_offered`: `story` is another call's, and the caller has not chosen yet to go on with it.
    `leash`: what the models may still do in this call. `rights`: what the caller was heard to want
    that no model may decide. `reunite`: who offers somebody that has told their name to go on with
    a story that broke off in another call; None where nobody does.
    """

    line: PhoneLine
    realtime: RealtimeModel | None = None
    story: StoryData | None = None
    premise: Premise | None = None
    told: tuple[str, ...] = ()
    memory: Memory = field(default_factory=NoMemory)
    past: Past = field(default_factory=Past)
    person: Known | None = None
    has_told_name: bool = False
    who: str = WHO
    tells_keys: bool = False
    is_recorded: bool = False
    leaves_nothing: bool = False
    is_offered: bool = False
    leash: Leash = field(default_factory=Leash)
    rights: Rights = field(default_factory=Rights)
    reunite: Callable[[StoryData], Awaitable[Agent | None]] = _with_nobody
    handover: str | None = None  # the id of the speech that handed over to the storyteller

    def meet(self, told: StoryData) -> tuple[StoryData, Premise]:
        """The caller has said who they are, or will not; returns the facts of their story, and what
        it is about.

        Nobody hears a story twice under one number that is certainly theirs.
        """
        self.recognise(told)
        self.has_told_name = told.has_name
        story, person = told, self.person
        if person is not None and self.past.may_be_told and not told.told_location:
            story = StoryData.from_caller(told.name, person.location)
        if person is not None or self.past.may_be_told:
            self.told = (*self.past.told, *self.told)
        self.story, self.premise = story, choose_premise(self.told)
        return story, self.premise

    def recognise(self, story: StoryData) -> None:
        """Find out whether the caller is one of those who are remembered."""
        self.story = story
        self.person = self.past.who_is(story.name) if story.has_name else None

    async def forget(self, name: str = "") -> Forgot:
        """The caller wants to be forgotten: from here on they are a stranger.

        `name`: what they say they are called, if they have not told it before. Without one it may
        be that nothing is forgotten yet, and they have to be asked for it.
        """
        # First of all: the wish must not be lost with what can fail.
        self.leaves_nothing = True
        told = self.story.name if self.story is not None and self.has_told_name else ""
        became = await self.memory.forget(clean_fact(name) or told)
        if became is Forgot.NAME_NEEDED:
            return became
        self.past, self.person, self.told = Past(), None, ()
        return became if await self.line.never_record() else Forgot.FAILED

    async def forget_and_tell(self, agent: object, name: str = "") -> None:
        """`forget` whoever talks with `agent`; say what became of it, or ask for the name."""
        became = await self.forget(name)
        words = load_prompt(became)
        if became is not Forgot.NAME_NEEDED:
            if isinstance(agent, HasPast):
                await agent.forget_past()
            words += " " + load_prompt("ask_both" if self.story is None else "go_on_or_end")
        self.line.say(words)

    async def never_call_again(self, *, after: Callable[[], Awaitable[None]]) -> None:
        """The caller wants no more calls: say what became of it, and end this one.

        `after` waits for what is being said.
        """
        self.leaves_nothing = True
        # Before anything that can fail or be interrupted: the wish must not be lost.
        noted = await self.line.never_call_again()
        words = LastWords(load_prompt("blocked" if noted else "not_blocked"))
        await self.line.say_goodbye(words, after=after)

    async def permission_for(self, right: Right) -> Permission:
        """A model wants to act on `right`: whether it may. Whoever was not heard to want it is
        asked.
        """
        await self.rights.words_known()
        permission = self.rights.weigh(right)
        if permission is not Permission.GRANTED:
            self.leash.notify(Notice.UNASKED, right)
        if permission is Permission.ASK:
            asks_to_forget = right is Right.FORGET
            self.line.say(load_prompt("confirm_forget" if asks_to_forget else "confirm_block"))
        return permission
