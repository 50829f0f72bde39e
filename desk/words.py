"""Why a call is over and what happened in it, in words, with what proves it."""

from datetime import datetime

from bot.records import CallRecord, EndReason
from bot.records.diary import CallDiary, EventKind
from bot.records.roster import Act

_WHY = {
    EndReason.STORY_FINISHED: "The story was told, or stopped at the caller's wish.",
    EndReason.CALLER_HUNG_UP: "The other end hung up.",
    EndReason.SILENCE: "Nobody said anything; Echo asked twice and said goodbye.",
    EndReason.TIME_LIMIT: "The limit of time or cost was reached.",
    EndReason.PROVIDER_FAILURE: "A model failed, and the apology and the retry did not help.",
    EndReason.WORKER_SHUTDOWN: "The worker was stopped and its drain time was over.",
    EndReason.VOICEMAIL: "An answering machine answered.",
    EndReason.SCREENED: "A call screener answered, and nobody came to the line.",
    EndReason.OPERATOR_HUNG_UP: "An operator ended the call.",
    EndReason.CRASHED: "The call's process died; the watch hung up.",
    EndReason.NEVER_ANSWERED: "Nobody answered, or the caller gave up while it rang.",
    EndReason.LIMIT_REACHED: "A limit of the caller or of the line was reached.",
    EndReason.FAILED: "A fault of our own, or the connection was lost.",
}

_EVENTS = {
    EventKind.RINGING: "ringing",
    EventKind.ANSWERED: "answered",
    EventKind.HANDOVER: "the storyteller took over",
    EventKind.PROMPTS: "the words that Echo is led by",
    EventKind.PREMISE: "the story that is told",
    EventKind.FILLER: "a filler covered a late answer",
    EventKind.APOLOGY: "Echo apologised for an answer that did not come",
    EventKind.BARGE_IN: "the caller interrupted Echo",
    EventKind.KEY: "a key was pressed",
    EventKind.RECEPTION: "who answered was found out",
    EventKind.WIND_DOWN: "the limit is near: Echo winds down",
    EventKind.GOODBYE_HEARD: "the last words were said to their end",
    EventKind.ROOM_GONE: "our connection to the room ended",
    EventKind.LEG_GONE: "the telephone was seen gone",
    EventKind.LISTENED_IN: "somebody at the desk listened in",
    EventKind.WORDS_OPENED: "somebody at the desk opened the words",
    EventKind.RECORDING: "the recording began",
    EventKind.RECORDING_REFUSED: "the caller objected: the recording was deleted",
    EventKind.RECORDING_LOST: "the recording broke off",
    EventKind.SOUND_OPENED: "somebody at the desk opened the recording",
    EventKind.RESUME_OFFERED: "the caller was offered to go on with the story of another call",
    EventKind.RESUMED: "the story of the other call goes on",
    EventKind.TAKEN_OVER: "the process had died: another one went on with the call",
    EventKind.TOOL_REFUSED: "tool calls of the model were refused",
    EventKind.CUT_SHORT: "a turn of Echo's was too long and cut short",
    EventKind.NOTHING_SAID: "the model said nothing: Echo said a sentence of ours",
    EventKind.QUESTION_ADDED: "the model ended on a statement: a question was added",
    EventKind.RULES_TOLD: "the model began to read out its instructions",
    EventKind.INTRO_ENDED: "the model did not hand over: the story began without it",
    EventKind.GOODBYE_ALONE: "the model said goodbye without ending the call",
    EventKind.OTHER_LANGUAGE: "a turn of Echo's was hardly English",
    EventKind.RULES_CHALLENGED: "the caller told the model to leave its rules",
    EventKind.UNASKED: "the model acted on a wish that the caller was not heard to have",
    EventKind.EMERGENCY: "the caller asked for help in an emergency",
    EventKind.END_ASKED: "the call was asked to end",
}

_ACTS = {
    Act.ENDED_DEAD: "hung up a call whose process had died",
    Act.TAKEN_OVER: "had another process go on with a call whose own had died",
    Act.ASKED_AGAIN: "offered a call again that no worker had taken",
    Act.BUSY_TONE: "gave the busy tone to a caller for whom no worker came",
    Act.HUNG_UP: "hung up a telephone that nobody talked to",
}


def act_words(act: Act) -> str:
    return _ACTS[act]


def reason_words(reason: EndReason | None) -> str:
    return "in progress" if reason is None else reason.replace("_", " ")


def event_words(kind: EventKind) -> str:
    return _EVENTS.get(kind, str(kind))


def length_s(call: CallRecord) -> float | None:
    """Of the conversation; None when there was none or it goes on."""
    if call.answered_at is None or call.ended_at is None:
        return None
    return (call.ended_at - call.answered_at).total_seconds()


def why(record: CallRecord) -> str:
    """One sentence."""
    if record.end_reason is None:
        return "The call is in progress."
    return _WHY[record.end_reason]


def proof(record: CallRecord, diary: CallDiary) -> list[str]:
    """What the records hold that bears the sentence out, and what is missing."""
    found = []
    if record.error:
        found.append(f"Noted: {record.error}")
    seen: dict[EventKind, datetime] = {event.kind: event.at for event in diary.events}
    for kind, missing in (
        (EventKind.GOODBYE_HEARD, None),
        (EventKind.LEG_GONE, "Nobody noted that the telephone was seen gone."),
    ):
        if kind in seen:
            found.append(f"{seen[kind]:%H:%M:%S} {event_words(kind)}")
        elif missing and not record.is_open and diary.events:
            found.append(missing)
    return found
