"""The keys of the providers are looked at by name only."""

import pytest

from bot.doctor.providers import look_at_providers
from sip.doctor.finding import Result

pytestmark = pytest.mark.unit


def test_keys_that_are_not_set_are_named_and_only_warned_about() -> None:
    keys = {"OPENAI_API_KEY": "hush", "DEEPGRAM_API_KEY": "hush"}
    assert look_at_providers(keys).result is Result.PASS
    found = look_at_providers({"OPENAI_API_KEY": "hush", "DEEPGRAM_API_KEY": ""})
    assert found.result is Result.WARN
    assert found.words == "DEEPGRAM_API_KEY not set here"
