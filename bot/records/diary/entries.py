"""The entries of a call's diary. Times are aware; nothing here says what a number is."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.money.bill import Usage
from bot.records.record import Who, keep_utc


class EventKind(StrEnum):
    """What happened at one moment of a call."""

    RINGING = "ringing"
    ANSWERED = "answered"
    HANDOVER = "handover"  # the storyteller took over
    PROMPTS = "prompts"  # the version of the words that Echo is led by
    PREMISE = "premise"  # which story is told (agents/stories)
    FILLER = "filler"  # a phrase covered an answer that was late
    APOLOGY = "apology"  # Echo said sorry for an answer that did not come
    BARGE_IN = "barge_in"  # the caller spoke over Echo, and she stopped
    KEY = "key"  # a key of the telephone; which one is not kept
    RECEPTION = "reception"  # who or what answered a call of ours
    WIND_DOWN = "wind_down"  # the limit is near: Echo was told to bring the story home
    GOODBYE_HEARD = "goodbye_heard"  # the last words were said to their end
    ROOM_GONE = "room_gone"  # our connection to the room ended
    LEG_GONE = "leg_gone"  # the telephone was seen gone
    LISTENED_IN = "listened_in"  # somebody at the desk heard the call
    WORDS_OPENED = "words_opened"  # somebody at the desk read what was said
    RECORDING = "recording"  # the sound is recorded from here on: the caller was told
    RECORDING_REFUSED = "recording_refused"  # the caller objected: stopped and deleted
    RECORDING_LOST = "recording_lost"  # it broke off; the call went on
    SOUND_OPENED = "sound_opened"  # somebody at the desk opened the recording
    RESUME_OFFERED = "resume_offered"  # to go on with the story of the call that is named
    RESUMED = "resumed"  # the caller wanted to: the storyteller goes on with it
    TAKEN_OVER = "taken_over"  # the process had died or was stuck: another one went on
    TOOL_REFUSED = "tool_refused"  # a model's tool calls that made no sense; how many of each kind
    CUT_SHORT = "cut_short"  # a turn of Echo's was longer than a caller can listen
    NOTHING_SAID = "nothing_said"  # the model wrote no word: Echo said a sentence of ours
    QUESTION_ADDED = "question_added"  # the model ended on a statement
    RULES_TOLD = "rules_told"  # the model read out its instructions; by voice nobody cuts it off
    INTRO_ENDED = "intro_ended"  # the model did not hand over: the story began without it
    GOODBYE_ALONE = "goodbye_alone"  # the model said goodbye and did not end the call
    OTHER_LANGUAGE = "other_language"  # a turn of Echo's was hardly English
    RULES_CHALLENGED = "rules_challenged"  # the caller told the model to leave its rules
    UNASKED = "unasked"  # the model acted on a wish that nobody heard: the caller was asked
    EMERGENCY = "emergency"  # the caller asked for help, and heard what is fixed for that
    END_ASKED = "end_asked"  # an operator, or a worker that drains, asked the call to end


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One turn of one side. Waits are seconds as LiveKit measured them; unknown is None.

    `end_of_turn_s`: from the caller's last sound to the decision that they are done.
    `transcription_s`: from that sound to the words. `first_token_s`: of the answering model.
    `first_sound_s`: of the voice, after the first token. `gap_s`: from the caller's last sound to
    Echo's first. `words` only where they are kept.
    """

    who: Who
    began_at: datetime
    ended_at: datetime | None = None
    end_of_turn_s: float | None = None
    transcription_s: float | None = None
    first_token_s: float | None = None
    first_sound_s: float | None = None
    gap_s: float | None = None
    interrupted: bool = False
    filled: bool = False
    apologised: bool = False
    words: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        keep_utc(self)


@dataclass(frozen=True, kw_only=True)
class Event:
    """One moment. `detail` is a word or two of ours, never what was said or dialled."""

    kind: EventKind
    at: datetime
    detail: str | None = None

    def __post_init__(self) -> None:
        keep_utc(self)


Entry = Turn | Event | Usage
