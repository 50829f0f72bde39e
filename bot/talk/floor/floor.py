"""Who has the word. Everything that Echo says of her own accord goes through here.

    listening --answer due--> owing --voice heard--> speaking --voice done--> listening
      any --somebody else talks--> held --> listening
      any --a reason to end--> ending: the last words are said once, and nothing leads back

The watchers (patience, silence, time, hearing, reception, shutdown) only ask the Floor, and the
observer tells it what happens. So whether Echo may speak is decided in one place.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from agents.last_words import LastWords
from bot.records.record import EndReason
from bot.talk.clips import Clip
from bot.talk.floor.debt import Debt
from bot.talk.floor.ending import Ending
from bot.talk.floor.opening import Opening
from bot.talk.floor.quiet import Quiet
from bot.talk.floor.state import State
from bot.talk.floor.voice import Clips, Voice
from bot.waiting import first_of

logger = logging.getLogger("storyline.floor")

# What is still in Echo's mouth when the end comes: a turn of the story lasts 15 s at most, and
# what plays longer than this is stuck.
_PLAYOUT_LIMIT_S = 30.0


class Floor:
    """Owns the word in one conversation."""

    def __init__(self, voice: Voice, clips: Clips, ending: Ending) -> None:
        self._voice = voice
        self._clips = clips
        self._ending = ending
        self._state = State.LISTENING
        self._debt: Debt | None = None
        self._owed = asyncio.Event()
        self._quiet = Quiet()
        self._caller_speaks = False
        # A caller who answers the filler must not hear it a second time instead of the apology.
        self._has_filled = False
        self.caller_turns = 0
        self.had_the_last_word = False
        self.ends_because: EndReason | None = None
        self._look()

    @property
    def state(self) -> State:
        """Who has the word now."""
        return self._state

    @property
    def may_ask(self) -> bool:
        """Whether a question of ours would not get into the way of an answer or a goodbye."""
        return self._is_quiet and self._voice.is_idle

    # --- what happens -----------------------------------------------------------------------------

    def answer_due(self) -> None:
        """The caller waits for an answer from now on. Does nothing while one is due already."""
        if self._state is State.LISTENING:
            self._owe()

    def guess_failed(self) -> None:
        """What was prepared before the caller's turn was over will not come.

        That is no answer yet: the end of the turn asks anew, as long as nothing is left of it.
        """
        if self._may_speak:
            self._voice.drop_guess()

    def answer_failed(self) -> None:
        """The answer that is due, or was being spoken, will not come."""
        if not self._may_speak:
            return
        if self._debt is None:
            self._owe()
        if self._debt is not None:
            self._debt.fail()

    def voice_heard(self) -> None:
        """Echo's voice is heard."""
        self._has_filled = False
        if self._state in (State.LISTENING, State.OWING):
            self._settle(State.SPEAKING)

    def voice_done(self) -> None:
        """Echo has stopped speaking."""
        if self._state is State.SPEAKING:
            self._settle(State.LISTENING)

    def caller_begins(self) -> None:
        """The caller speaks: a new answer will be due."""
        self._caller_speaks = True
        self.caller_turns += 1
        if self._state is State.OWING:
            self._settle(State.LISTENING)
        self._look()

    def caller_stops(self) -> None:
        """The caller has stopped speaking."""
        self._caller_speaks = False
        self._look()

    # --- what is wanted ---------------------------------------------------------------------------

    async def open(self, opening: Opening | None, text: str, *, interruptible: bool) -> bool:
        """Say the first words of the call; False when the conversation does not go on from there.

        Only a caller may interrupt words that are `interruptible`; others are cut off by the end
        of the call, or because a machine has answered.
        """
        if not self._may_speak:
            return False
        whole = await self._voice.open(opening, text, interruptible=interruptible)
        return self._may_speak and (whole or interruptible)

    def say(self, text: str) -> None:
        """Say `text` next, unless somebody else has the word."""
        if self._may_speak:
            self._voice.utter(text)

    async def ask(self, text: str) -> bool:
        """Ask something into the silence; False, and nothing said, when it is not the time."""
        if not self.may_ask:
            return False
        await self._voice.say(text)
        return True

    def reply(self, instructions: str = "") -> None:
        """Let the model speak next, unless somebody else has the word."""
        if self._may_speak:
            self._voice.reply(instructions)

    async def give_way(self) -> bool:
        """The caller takes the word without a voice: Echo stops, where she may be interrupted.

        False when it is not the caller's to take: an answer is under way, somebody else has the
        word, or the call is ending.
        """
        if self._state not in (State.LISTENING, State.SPEAKING):
            return False
        self.caller_turns += 1
        if self._state is State.SPEAKING:
            await self._voice.give_way()
        return self._state in (State.LISTENING, State.SPEAKING)

    def answer(self, words: str) -> None:
        """Let the model answer `words` as the caller's."""
        if self._may_speak:
            self._voice.answer(words)

    def hold(self) -> None:
        """Somebody else has the word: no questions, no apologies, until `release`."""
        if self._state is not State.ENDING:
            self._settle(State.HELD)

    async def tell(self, text: str) -> bool:
        """Say `text` to whoever has the word; False when nothing was heard of it."""
        return self._state is State.HELD and await self._voice.insist(text)

    def release(self) -> None:
        """The conversation goes on."""
        if self._state is State.HELD:
            self._settle(State.LISTENING)

    async def last_words(
        self,
        reason: EndReason,
        words: LastWords | None = None,
        *,
        after: Callable[[], Awaitable[None]] | None = None,
        error: str | None = None,
    ) -> None:
        """Say the last words of the call, and end it. The first who comes here is heard.

        `after` waits for what Echo is just saying; without it she is silenced. Every way out of
        here ends the call, and every wait in here has a limit.
        """
        if self._state is State.ENDING or self._ending.reason is not None:
            return
        self._settle(State.ENDING)
        self.ends_because = reason
        try:
            await self._clips.stop()
            await self._finish_speaking(after)
            await self._say_last(words or LastWords())
        finally:
            self._ending.set(reason, error)

    # --- an answer that is due --------------------------------------------------------------------

    async def debt(self) -> Debt:
        """Wait until an answer is due."""
        while True:
            await self._owed.wait()
            if self._debt is not None:
                return self._debt

    async def fill(self, debt: Debt, limit_s: float) -> bool:
        """Wait on behind a phrase that stops as soon as the answer is heard; once per answer.

        True when nothing is due any more.
        """
        if self._has_filled or debt.has_failed:
            return not debt.is_open
        self._has_filled = True
        async with self._playing(Clip.FILLER):
            return await debt.settled_within(limit_s)

    async def apologise(self, debt: Debt) -> bool:
        """Say sorry for an answer that did not come, in its place; whether it is due still.

        Whoever speaks meanwhile stops it.
        """
        logger.warning("no answer for the caller; apologising", extra={"failed": debt.has_failed})
        await self._voice.hush()
        if debt.is_open:
            async with self._playing(Clip.APOLOGY) as apology:
                await first_of(asyncio.wait({apology}), debt.settled())
        return debt.is_open

    def answer_again(self, debt: Debt) -> None:
        """Ask for the answer once more."""
        if debt.is_open:
            debt.begin_again()
            self._voice.reply_again()

    # --- silence ----------------------------------------------------------------------------------

    async def quiet_for(self, limit_s: float) -> None:
        """Return when nobody has spoken, and nothing has been due, for so long."""
        await self._quiet.lasting(limit_s)

    # ----------------------------------------------------------------------------------------------

    @property
    def _may_speak(self) -> bool:
        return self._state not in (State.HELD, State.ENDING)

    @property
    def _caller_is_there(self) -> bool:
        return self._ending.reason is None

    @property
    def _is_quiet(self) -> bool:
        return self._state is State.LISTENING and not self._caller_speaks

    def _owe(self) -> None:
        self._debt = Debt()
        self._state = State.OWING
        self._owed.set()
        self._look()

    def _settle(self, state: State) -> None:
        if self._debt is not None:
            self._debt.settle()
            self._debt = None
            self._owed.clear()
        self._state = state
        self._look()

    def _look(self) -> None:
        self._quiet.see(is_quiet=self._is_quiet)

    @asynccontextmanager
    async def _playing(self, clip: Clip) -> AsyncIterator[asyncio.Task[None]]:
        """`clip` is heard inside, to its end at most."""
        playing = asyncio.create_task(self._clips.play(clip), name=clip.value)
        try:
            yield playing
        finally:
            if self._state is not State.ENDING:  # then the clip that plays is the goodbye
                await self._clips.stop()
            await playing

    async def _finish_speaking(self, after: Callable[[], Awaitable[None]] | None) -> None:
        if after is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_PLAYOUT_LIMIT_S):
                    await after()
                return
            logger.warning("what was being said did not come to its end; cutting it off")
        await self._voice.hush()

    async def _say_last(self, words: LastWords) -> None:
        heard = bool(words.instructions) and await self._voice.improvise(words.instructions)
        if words.text and not heard and self._caller_is_there:
            heard = await self._voice.insist(words.text)
        if not heard and self._caller_is_there:
            logger.warning("the voice did not speak the last words; playing the stored ones")
            await self._clips.play(Clip.GOODBYE)
        self.had_the_last_word = self._caller_is_there
