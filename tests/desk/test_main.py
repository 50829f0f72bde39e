"""`python -m desk` says why it does not start, and opens only where it may."""

import pytest
import typer
from typer.testing import CliRunner

from bot.records import Records
from desk.__main__ import main
from tests.desk.desks import PASSWORD, SECRET, ADesk

pytestmark = pytest.mark.unit

app = typer.Typer()
app.command()(main)

KEYS = {
    "LIVEKIT_URL": "ws://127.0.0.1:9",
    "LIVEKIT_API_KEY": "key",
    "LIVEKIT_API_SECRET": SECRET,
    "OPENAI_API_KEY": "k",
    "DEEPGRAM_API_KEY": "k",
}


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "desk.example.com", "::"])
def test_on_any_other_address_a_password_is_needed(host: str) -> None:
    result = CliRunner().invoke(app, ["--host", host], env=KEYS)
    assert result.exit_code == 2
    assert f"on {host} it needs STORYLINE_DESK_PASSWORD" in result.output


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_a_database_without_tables_is_said_in_words(
    host: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('none')}/calls.db"
    result = CliRunner().invoke(app, ["--host", host], env={**KEYS, "DATABASE_URL": url})
    assert result.exit_code == 1
    assert "no tables yet" in result.output


def test_settings_that_cannot_be_used_are_said() -> None:
    result = CliRunner().invoke(app, [], env={**KEYS, "STORYLINE_DESK_PORT": "0"})
    assert result.exit_code == 2
    assert "STORYLINE_DESK_PORT" in result.output


async def test_behind_tls_the_cookie_goes_over_tls_alone(records: Records) -> None:
    async with ADesk(records, password=PASSWORD, is_https=True) as desk:
        assert "secure" in (await desk.get("/login")).headers["set-cookie"].lower()
    async with ADesk(records, password=PASSWORD) as desk:
        assert "secure" not in (await desk.get("/login")).headers["set-cookie"].lower()
