"""Mind and voice are asked where it was set, with the key of that server, once."""

import pytest

from bot.talk.clients import Clients, make_clients
from tests.bot.settings.made import made

pytestmark = pytest.mark.unit


def clients(**variables: str) -> Clients:
    return make_clients(made(**variables).providers)


async def test_the_client_goes_where_it_was_told_with_the_key() -> None:
    made_for = clients(OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    client = made_for.mind
    assert client is made_for.voice
    assert str(client.base_url) == "http://127.0.0.1:9/v1/"
    assert client.api_key == "openai-secret"


async def test_the_client_repeats_nothing_by_itself() -> None:
    # Each layer that tries again multiplies the silence that a caller hears.
    made_for = clients(STORYLINE_TTS_API_KEY="other")
    assert (made_for.mind.max_retries, made_for.voice.max_retries) == (0, 0)


async def test_mind_and_voice_go_to_servers_of_their_own_where_they_have_them() -> None:
    made_for = clients(
        STORYLINE_LLM_BASE_URL="http://127.0.0.1:9/v1", STORYLINE_TTS_API_KEY="other"
    )
    assert str(made_for.mind.base_url) == "http://127.0.0.1:9/v1/"
    assert made_for.mind.api_key == "none"
    assert made_for.voice.api_key == "other"
