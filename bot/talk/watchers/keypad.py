"""A caller who answers with the keys of the telephone, because the street is loud."""

import logging
from asyncio import Queue

from livekit.agents import AgentSession, ConversationItemAddedEvent
from livekit.agents.llm import ChatMessage

from agents.conversation import Conversation
from agents.last_words import LastWords
from agents.prompts import load_prompt
from agents.story import NEUTRAL_NAME
from bot.records.record import EndReason
from bot.talk.floor.floor import Floor
from bot.talk.floor.state import State
from bot.talk.spoken.lead import PromptVoice
from bot.talk.turns.keys import KEYS, Wish, meaning_of

logger = logging.getLogger("storyline.keypad")

# Echo's own questions about the line: what she asked before them is still open.
ABOUT_THE_LINE = ("still_there", "still_there_again", "not_heard", "not_heard_keys")


class Keypad:
    """Acts on keys, one after the other. `run` must be running while the conversation does.

    A key interrupts Echo like a word; one that means nothing lets her talk on where that is known
    beforehand, and otherwise makes her go on where she stopped.
    """

    def __init__(self, session: AgentSession[Conversation], floor: Floor, keys: Queue[str]) -> None:
        self._session = session
        self._floor = floor
        self._keys = keys
        self._said: list[str] = []  # by Echo, since the caller's last words
        self._about_the_line = {load_prompt(name) for name in ABOUT_THE_LINE}
        session.on("conversation_item_added", self._on_item)

    @property
    def last_said(self) -> str:
        """What Echo has said last, if the caller has said nothing since."""
        return self._said[-1] if self._said else ""

    def _on_item(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if not isinstance(item, ChatMessage) or not item.text_content:
            return
        if item.role == "user":
            self._said.clear()
        elif item.role == "assistant" and item.text_content not in self._about_the_line:
            self._said.append(item.text_content)

    async def run(self) -> None:
        """Act on keys until cancelled."""
        while True:
            await self._heed(await self._keys.get())

    async def _heed(self, key: str) -> None:
        state = self._floor.state
        if key == "#" and state is not State.HELD:
            await self._end()
            return
        speaks = state is State.SPEAKING
        if key not in KEYS or not (speaks or self._means_something(key)):
            return
        if not await self._floor.give_way():
            return
        meaning = meaning_of(key, self._said)
        logger.info("a key was pressed", extra={"wish": meaning.wish.name.lower()})
        match meaning.wish:
            case Wish.ANSWER:
                # Not offered a second time, however often the key is pressed.
                self._said.clear()
                if key == "*":
                    self._slow_down()
                self._floor.answer(meaning.words)
            case Wish.AGAIN if meaning.words and not speaks:
                self._floor.say(meaning.words)
            case Wish.AGAIN:
                self._floor.reply(load_prompt("say_again"))
            case Wish.NOTHING if speaks:
                self._floor.reply(load_prompt("no_such_choice"))

    def _slow_down(self) -> None:
        """A text model is asked, too, but cannot: it does not speak."""
        if isinstance(voice := self._session.tts, PromptVoice):
            voice.slow_down()

    def _means_something(self, key: str) -> bool:
        return meaning_of(key, self._said).wish is not Wish.NOTHING

    async def _end(self) -> None:
        story = self._session.userdata.story
        name = story.name if story is not None else NEUTRAL_NAME
        words = LastWords(load_prompt("goodbye_spoken", name=name))
        await self._floor.last_words(EndReason.STORY_FINISHED, words)
