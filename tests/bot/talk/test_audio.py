"""What the telephone's audio is set to: the numbers that a caller would notice."""

from typing import Any, cast

import numpy as np
import pytest
from livekit import rtc
from livekit.agents.voice.room_io import AudioInputOptions, RoomOptions, TextOutputOptions

from bot.settings import NoiseCancellation
from bot.talk import audio
from bot.talk.turns.turn_taking import TurnTaking

pytestmark = pytest.mark.unit

TURNS = cast(TurnTaking, object())


def options(*, on_telephone: bool = True, cleaning: NoiseCancellation = "off") -> RoomOptions:
    return audio.room_options(
        participant_identity="caller", on_telephone=on_telephone, cleaning=cleaning
    )


def audio_in(**choice: Any) -> AudioInputOptions:
    found = options(**choice).audio_input
    assert isinstance(found, AudioInputOptions)
    return found


def text_out(**choice: Any) -> TextOutputOptions:
    found = options(**choice).text_output
    assert isinstance(found, TextOutputOptions)
    return found


# --- turns ----------------------------------------------------------------------------------------


def test_our_own_decision_ends_a_turn_and_nothing_is_added_to_it() -> None:
    handling = audio.turn_handling(TURNS, prepared_answers=2)
    assert handling["turn_detection"] is TURNS
    assert handling["endpointing"]["mode"] == "fixed"


def test_a_silence_is_noticed_by_the_time_a_whole_answer_is_answered() -> None:
    assert audio.VAD_MIN_SILENCE_S <= audio.END_OF_TURN_MIN_S < audio.END_OF_TURN_MAX_S


def test_a_spoken_no_is_longer_than_what_counts_as_a_click() -> None:
    assert audio.VAD_MIN_SPEECH_S < 0.15


def test_interruptions_are_judged_on_this_machine() -> None:
    # The other detector streams the caller's voice to a cloud service.
    assert audio.turn_handling(TURNS, prepared_answers=2)["interruption"]["mode"] == "vad"


def test_echo_goes_on_after_an_interruption_that_was_none() -> None:
    interruption = audio.turn_handling(TURNS, prepared_answers=2)["interruption"]
    assert interruption["resume_false_interruption"]
    waits_s = interruption["false_interruption_timeout"]
    assert waits_s is not None and waits_s > interruption["min_duration"]


def test_an_answer_is_prepared_with_its_voice_but_not_without_end() -> None:
    prepared = audio.turn_handling(TURNS, prepared_answers=2)["preemptive_generation"]
    assert (prepared["enabled"], prepared["preemptive_tts"]) == (True, True)
    assert prepared["max_retries"] == 2


def test_whoever_wants_none_gets_no_prepared_answer() -> None:
    handling = audio.turn_handling(TURNS, prepared_answers=0)
    assert handling["preemptive_generation"]["enabled"] is False


# --- the room -------------------------------------------------------------------------------------


def test_the_caller_is_heard_in_frames_as_they_come_from_the_telephone() -> None:
    heard = audio_in()
    assert (heard.frame_size_ms, heard.sample_rate) == (20, 16_000)


def test_what_is_behind_a_voice_is_not_made_as_loud_as_one() -> None:
    assert audio_in().auto_gain_control is False


def test_only_this_caller_is_listened_to() -> None:
    assert options().participant_identity == "caller"


def test_on_the_telephone_nobody_types_and_no_words_are_slowed_down() -> None:
    assert options().text_input is False
    assert text_out().sync_transcription is False


def test_in_a_browser_one_can_type_and_read_along_with_the_voice() -> None:
    assert options(on_telephone=False).text_input is not False
    assert text_out(on_telephone=False).sync_transcription is True


def test_the_room_stays_until_the_goodbye_has_been_heard() -> None:
    room = options()
    assert (room.close_on_disconnect, room.delete_room_on_close) == (True, False)


# --- noise ----------------------------------------------------------------------------------------


def test_noise_is_left_alone_where_nobody_asked() -> None:
    assert audio_in().noise_cancellation is None


def test_every_call_has_a_suppressor_of_its_own() -> None:
    first, second = (audio_in(cleaning="webrtc").noise_cancellation for _ in range(2))
    assert isinstance(first, audio.WebRtcNoiseSuppressor)
    assert first is not second


def frames(sound: "np.ndarray[Any, Any]", rate_hz: int) -> list[rtc.AudioFrame]:
    size = rate_hz // 100
    return [
        rtc.AudioFrame(sound[at : at + size].astype(np.int16).tobytes(), rate_hz, 1, size)
        for at in range(0, len(sound) - size + 1, size)
    ]


def loudness(sound: list[rtc.AudioFrame]) -> float:
    samples = np.concatenate([np.frombuffer(each.data, np.int16) for each in sound])
    return float(np.sqrt(np.mean(samples.astype(float) ** 2)))


@pytest.fixture(scope="module")
def cleaned() -> tuple[list[rtc.AudioFrame], list[rtc.AudioFrame]]:
    """Two seconds of steady noise, before and after."""
    rate_hz = audio.INPUT_SAMPLE_RATE_HZ
    noise = np.random.default_rng(1).normal(0, 600, 2 * rate_hz)
    suppressor = audio.WebRtcNoiseSuppressor()
    return frames(noise, rate_hz), [suppressor._process(frame) for frame in frames(noise, rate_hz)]


Cleaned = tuple[list[rtc.AudioFrame], list[rtc.AudioFrame]]


def test_steady_noise_becomes_softer(cleaned: Cleaned) -> None:
    before, after = (loudness(each[len(each) // 2 :]) for each in cleaned)
    assert after < 0.75 * before


def test_suppression_neither_loses_nor_adds_sound(cleaned: Cleaned) -> None:
    before, after = cleaned
    assert [each.samples_per_channel for each in after] == [
        each.samples_per_channel for each in before
    ]


def test_a_suppressor_can_be_switched_off_and_on() -> None:
    suppressor = audio.WebRtcNoiseSuppressor()
    assert suppressor.enabled
    suppressor.enabled = False
    assert not suppressor.enabled
