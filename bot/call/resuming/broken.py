"""A story that broke off, as the agents know it, from what was kept of it."""

from livekit.agents.llm import ChatContext

from agents.resumed import BrokenStory
from agents.stories import choose_premise
from agents.story import StoryData
from bot.call.resuming.last_question import open_question
from bot.records.thread import Thread


def words_of(thread: Thread) -> ChatContext:
    """What was said, as a model knows it."""
    words = ChatContext.empty()
    for each in thread.said:
        words.add_message(role="assistant" if each.by_echo else "user", content=each.text)
    return words


def broken_story(thread: Thread) -> BrokenStory:
    """The story of this thread, to go on with at its last question."""
    return BrokenStory(
        StoryData.from_caller(thread.name or "", thread.location or ""),
        choose_premise(thread.told, premise_id=thread.premise),
        words_of(thread),
        has_begun=any(each.in_story and each.by_echo for each in thread.said),
        question=open_question(thread),
        told=thread.told,
    )
