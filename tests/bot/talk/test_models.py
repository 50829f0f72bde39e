"""The models of one call are those that were set, and no request of theirs lasts for ever."""

import pytest
from livekit.agents.types import APIConnectOptions

from bot.livekit_gaps import NEVER_CLOSES, RealtimeModel
from bot.settings import Settings
from bot.talk.clients import make_clients
from bot.talk.models import Models, build_models, connect_options
from tests.bot.settings.made import made

pytestmark = pytest.mark.unit


def build(settings: Settings) -> Models:
    return build_models(settings, make_clients(settings.providers), call_id="one")


async def test_each_model_is_the_one_that_was_set() -> None:
    models = build(
        made(
            STORYLINE_STT_MODEL="ears-1",
            STORYLINE_LLM_MODEL="mind-1",
            STORYLINE_TTS_MODEL="voice-1",
            STORYLINE_REALTIME_MODEL="all-1",
        )
    )
    assert models.realtime is not None
    assert (models.stt.model, models.llm.model, models.tts.model, models.realtime.model) == (
        "ears-1",
        "mind-1",
        "voice-1",
        "all-1",
    )


async def test_no_answer_is_written_or_spoken_without_end() -> None:
    models = build(made())
    assert models.llm._opts.max_completion_tokens == 2000
    assert models.realtime is not None
    assert models.realtime._opts.max_response_output_tokens == 2048


async def test_in_pipeline_mode_there_is_no_realtime_model() -> None:
    assert build(made(STORYLINE_STORY_MODE="pipeline")).realtime is None


async def test_the_realtime_model_is_one_that_can_be_taken_over_from() -> None:
    assert isinstance(build(made()).realtime, RealtimeModel)


def spent_s(options: APIConnectOptions) -> float:
    """How long a request may take with everything that is tried again."""
    tries = options.max_retry + 1
    return tries * options.timeout + options.max_retry * options.retry_interval


def test_a_request_that_fails_at_once_is_tried_once_more() -> None:
    options = connect_options()
    for each in (options.llm_conn_options, options.tts_conn_options):
        assert (each.max_retry, each.timeout) == (1, 8.0)
        assert each.retry_interval < 1


def test_no_request_outlasts_the_patience_of_a_caller_by_much() -> None:
    options = connect_options()
    assert spent_s(options.llm_conn_options) < 17
    assert spent_s(options.tts_conn_options) < 17


def test_a_transcription_may_come_back_while_the_caller_talks_on() -> None:
    options = connect_options().stt_conn_options
    assert (options.max_retry, options.retry_interval, options.timeout) == (8, 0.5, 5.0)


def test_a_session_never_closes_by_itself() -> None:
    assert connect_options().max_unrecoverable_errors == NEVER_CLOSES
