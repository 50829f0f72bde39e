"""Stories out of the database, where the words of calls are kept (STORYLINE_KEEP_WORDS_DAYS)."""

from agents.stories import Premise, load_premises
from bench.story.telling import Said, Telling, joined
from bot.records import CallRecord, Records
from bot.records.diary import CallDiary, EventKind, Who


async def read_kept(url: str, limit: int) -> list[Telling]:
    """The stories of the newest calls, as far as their words are kept. Raises RecordsError."""
    async with Records.open(url) as records:
        calls = await records.calls.recent(limit)
        found = [telling_of(call, await records.diaries.of(call.call_id)) for call in calls]
    return [each for each in found if each is not None]


def telling_of(call: CallRecord, diary: CallDiary) -> Telling | None:
    """The story's part of one call; None when there is none, or its words are not kept."""
    handover = next((e.at for e in diary.events if e.kind is EventKind.HANDOVER), None)
    if handover is None:
        return None
    said = joined(
        [
            Said("caller" if turn.who is Who.CALLER else "echo", turn.words)
            for turn in diary.turns
            if turn.words and turn.began_at >= handover
        ]
    )
    while said and said[0].who == "caller":  # the words that led to the handover
        said = said[1:]
    if said and said[-1].who == "echo" and call.ended_at is not None:
        said = said[:-1]  # the goodbye
    if not said:
        return None
    return Telling(said, call.from_number or call.call_id, premise=_premise(diary))


def _premise(diary: CallDiary) -> Premise | None:
    told = [e.detail for e in diary.events if e.kind is EventKind.PREMISE]
    return next((each for each in load_premises() if each.id in told), None)
