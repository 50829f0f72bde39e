"""Every audio setting of the telephone, with its unit and its reason.

The numbers are starting values: each can be measured and tuned without touching the call.
`docs/telephony.md` explains them for operators.
"""

from livekit import rtc
from livekit.agents import TurnHandlingOptions, inference, vad
from livekit.agents.voice.room_io import (
    AudioInputOptions,
    RoomOptions,
    TextInputOptions,
    TextOutputOptions,
)

from bot.settings import NoiseCancellation
from bot.talk.turns.end_of_turn import LONGEST_S, WHOLE_S
from bot.talk.turns.interruption import PAUSE_AFTER_S, RESUME_AFTER_S
from bot.talk.turns.turn_taking import TurnTaking
from bot.talk.turns.voice import VoiceDetector

# Speech shorter than this is a click; a spoken "no" has 0.15 s of voice or more.
VAD_MIN_SPEECH_S = 0.05
# Silence after which the voice detector says "stopped", and the end of the turn is thought about.
# As long as the wait after a whole answer; most gaps inside words (the silence before a "t" or a
# "k") are shorter, and the others end no turn: the words are not whole.
VAD_MIN_SILENCE_S = 0.1
VAD_PREFIX_PADDING_S = 0.5
VAD_ACTIVATION_THRESHOLD = 0.5

# A decision of ours ends the turn (bot/talk/turns/end_of_turn.py); LiveKit adds nothing to it.
END_OF_TURN_MIN_S = WHOLE_S
END_OF_TURN_MAX_S = LONGEST_S

# 20 ms frames, as they come from the telephone: the default of 50 ms waits for more.
INPUT_FRAME_MS = 20
# What voice detector and transcription work at: any other rate would be resampled for each of them.
# The telephone has half of it.
INPUT_SAMPLE_RATE_HZ = 16_000

# No words for this long after speech was heard: the transcription is stuck; ask again.
TRANSCRIPTION_LIMIT_S = 6.0


def load_vad() -> vad.VAD:
    """Load the voice detector; once a process, before calls come.

    LiveKit's native build of Silero at 16 kHz: it hears as well as the plugin's, for a tenth of the
    processor and without ONNX Runtime in every process. The 8 kHz model misses short answers
    ("yes", "no") that this one hears in the upsampled signal.
    """
    silero = inference.VAD(
        min_speech_duration=VAD_MIN_SPEECH_S,
        min_silence_duration=VAD_MIN_SILENCE_S,
        prefix_padding_duration=VAD_PREFIX_PADDING_S,
        activation_threshold=VAD_ACTIVATION_THRESHOLD,
    )
    return VoiceDetector(silero, threshold=VAD_ACTIVATION_THRESHOLD)


def turn_handling(turns: TurnTaking, *, prepared_answers: int) -> TurnHandlingOptions:
    """Return when the caller's turn ends, what interrupts the agent, and how often in one turn an
    answer may be prepared for words that may not be its last.

    One voice detector decides for both agents. For the realtime model this turns the provider's
    own detection off, so that the goodbye cannot be interrupted and both ways of telling the
    story behave alike.
    """
    return TurnHandlingOptions(
        turn_detection=turns,
        endpointing={
            "mode": "fixed",
            "min_delay": END_OF_TURN_MIN_S,
            "max_delay": END_OF_TURN_MAX_S,
        },
        interruption={
            "enabled": True,
            # The adaptive detector streams the caller's voice to a cloud service.
            "mode": "vad",
            "min_duration": PAUSE_AFTER_S,
            "min_words": 0,
            "discard_audio_if_uninterruptible": True,
            "resume_false_interruption": True,
            "false_interruption_timeout": RESUME_AFTER_S,
        },
        preemptive_generation={
            "enabled": prepared_answers > 0,
            "preemptive_tts": True,
            "max_retries": prepared_answers,
        },
    )


class WebRtcNoiseSuppressor(rtc.FrameProcessor[rtc.AudioFrame]):
    """Noise suppression and a high-pass filter on this machine.

    For self-hosted LiveKit. Holds the state of one caller's audio: make one for each call.
    """

    def __init__(self) -> None:
        self._processor = rtc.AudioProcessingModule(
            noise_suppression=True, high_pass_filter=True, auto_gain_control=False
        )
        self._enabled = True

    @property
    def enabled(self) -> bool:
        return self._enabled

    @enabled.setter
    def enabled(self, value: bool) -> None:
        self._enabled = value

    def _process(self, frame: rtc.AudioFrame) -> rtc.AudioFrame:
        self._processor.process_stream(frame)
        return frame

    def _close(self) -> None:
        """Nothing to free: the processor goes with this object."""


def make_noise_cancellation(
    choice: NoiseCancellation,
) -> rtc.NoiseCancellationOptions | rtc.FrameProcessor[rtc.AudioFrame] | None:
    """Return what cleans the caller's audio: Krisp on LiveKit Cloud, WebRTC elsewhere, or None."""
    match choice:
        case "krisp":
            # Imported only when used: the mere import makes the SDK ask the server for Krisp's
            # licence at every call, and a self-hosted server's refusal goes to standard error.
            from livekit.plugins import noise_cancellation

            return noise_cancellation.BVCTelephony()
        case "webrtc":
            return WebRtcNoiseSuppressor()
        case "off":
            return None


def room_options(
    *, participant_identity: str, on_telephone: bool, cleaning: NoiseCancellation
) -> RoomOptions:
    """Return how the session listens and speaks in the room of one caller.

    On the telephone nobody reads along, so the words are not slowed down to the voice (which
    costs 100 ms stalls), and nobody types.
    """
    return RoomOptions(
        participant_identity=participant_identity,
        audio_input=AudioInputOptions(
            sample_rate=INPUT_SAMPLE_RATE_HZ,
            frame_size_ms=INPUT_FRAME_MS,
            noise_cancellation=make_noise_cancellation(cleaning),
            # It would lift what is behind a voice to where a voice is. A voice 30 dB quieter than
            # others is heard as well without (`python -m bench.recorded.cleaning`).
            auto_gain_control=False,
            pre_connect_audio=False,
        ),
        text_input=False if on_telephone else TextInputOptions(),
        text_output=TextOutputOptions(sync_transcription=not on_telephone),
        close_on_disconnect=True,
        # The call deletes its room itself, after the goodbye has been heard.
        delete_room_on_close=False,
    )
