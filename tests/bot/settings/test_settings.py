"""Settings are read once and wholly checked; a mistake says what to do; secrets stay hidden."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.settings import Settings, SettingsError
from tests.bot.settings.made import KEYS
from tests.bot.settings.made import made as load

pytestmark = pytest.mark.unit


def problems(environ: dict[str, str]) -> dict[str, str]:
    with pytest.raises(SettingsError) as caught:
        Settings.load(environ, env_file=None)
    return {each.variable: str(each) for each in caught.value.problems}


def test_keys_alone_are_enough() -> None:
    settings = load()
    assert settings.call.max_call_s == 900
    assert settings.story.mode == "realtime"
    assert settings.database_url == "sqlite+aiosqlite:///storyline.db"


def test_every_missing_key_is_named_and_the_way_without_keys() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.load({}, env_file=None)
    assert {each.variable for each in caught.value.problems} == set(KEYS)
    assert "`make demo`" in str(caught.value)


def test_an_empty_value_counts_as_missing() -> None:
    assert "is not set" in problems({**KEYS, "OPENAI_API_KEY": "  "})["OPENAI_API_KEY"]
    assert load(OPENAI_BASE_URL="").providers.openai_base_url == "https://api.openai.com/v1"


def test_all_problems_are_told_at_once() -> None:
    found = problems(
        {
            **KEYS,
            "PORT": "eighty",
            "LOG_LEVEL": "loud",
            "LIVEKIT_URL": "example.com",
            "OPENAI_BASE_URL": "ftp://x",
            "DATABASE_URL": "mysql://root:hunter2@db/x",
            "STORYLINE_SILENCE_S": "-1",
            "STORYLINE_CLIPS_DIR": "/no/such/folder",
        }
    )
    assert set(found) == {
        "PORT",
        "LOG_LEVEL",
        "LIVEKIT_URL",
        "OPENAI_BASE_URL",
        "DATABASE_URL",
        "STORYLINE_SILENCE_S",
        "STORYLINE_CLIPS_DIR",
    }
    assert "hunter2" not in "".join(found.values())


def test_a_value_that_is_refused_is_never_repeated_when_it_may_be_a_secret() -> None:
    error = problems({**KEYS, "DATABASE_URL": "postgresql+psycopg2://u:hunter2@h/x"})
    assert "must begin with postgresql://" in error["DATABASE_URL"]
    assert "hunter2" not in error["DATABASE_URL"]


@pytest.mark.parametrize(
    ("typo", "meant"),
    [("STORYLINE_SILENCE", "STORYLINE_SILENCE_S"), ("STORYLINE_VOISE", "STORYLINE_VOICE")],
)
def test_a_typing_mistake_is_told_with_the_name_that_was_meant(typo: str, meant: str) -> None:
    assert f"Did you mean {meant}?" in problems({**KEYS, typo: "8"})[typo]


def test_what_belongs_to_the_local_stack_is_no_mistake() -> None:
    assert load(STORYLINE_LOCAL_ANYTHING="1", STORYLINE_CACHE="/tmp/x", OTHER="1") == load()


def test_the_wind_down_must_fit_into_the_call() -> None:
    found = problems({**KEYS, "STORYLINE_MAX_CALL_S": "30", "STORYLINE_WIND_DOWN_S": "30"})
    assert "less than 30 seconds" in found["STORYLINE_WIND_DOWN_S"]


def test_the_apology_comes_after_the_filler() -> None:
    assert "STORYLINE_APOLOGY_AFTER_S" in problems({**KEYS, "STORYLINE_APOLOGY_AFTER_S": "3"})


@pytest.mark.parametrize(
    ("written", "used"),
    [
        ("postgres://u:p@h:5432/x", "postgresql+asyncpg://u:p@h:5432/x"),
        ("postgresql://h/x?sslmode=require", "postgresql+asyncpg://h/x?ssl=require"),
        ("postgresql+asyncpg://h/x", "postgresql+asyncpg://h/x"),
        ("sqlite:///calls.db", "sqlite+aiosqlite:///calls.db"),
        ("sqlite:////var/lib/calls.db", "sqlite+aiosqlite:////var/lib/calls.db"),
    ],
)
def test_a_database_is_reached_through_its_asynchronous_driver(written: str, used: str) -> None:
    assert load(DATABASE_URL=written).database_url == used


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite://calls.db", "x"])
def test_a_database_the_processes_cannot_share_is_refused(url: str) -> None:
    assert "DATABASE_URL" in problems({**KEYS, "DATABASE_URL": url})


@pytest.mark.parametrize(
    ("written", "used"),
    [
        ("https://x.livekit.cloud/", "wss://x.livekit.cloud"),
        ("http://10.0.0.1:7880", "ws://10.0.0.1:7880"),
    ],
)
def test_a_web_address_of_livekit_is_understood(written: str, used: str) -> None:
    assert load(LIVEKIT_URL=written).livekit.url == used


@pytest.mark.parametrize(
    ("url", "setting", "used"),
    [
        ("wss://x.livekit.cloud", "auto", "krisp"),
        ("wss://livekit.cloud.example.com", "auto", "off"),
        ("ws://127.0.0.1:7880", "auto", "off"),
        ("ws://127.0.0.1:7880", "webrtc", "webrtc"),
        ("wss://x.livekit.cloud", "off", "off"),
    ],
)
def test_noise_cancellation_by_itself_is_what_the_server_can_do(
    url: str, setting: str, used: str
) -> None:
    settings = load(LIVEKIT_URL=url, STORYLINE_NOISE_CANCELLATION=setting)
    assert settings.noise_cancellation == used


def test_secrets_are_stars_wherever_settings_are_printed() -> None:
    settings = load(DATABASE_URL="postgresql://u:hunter2@h/x")
    shown = f"{settings} {settings!r} {settings.model_dump()} {settings.model_dump_json()}"
    for secret in (*KEYS.values(), "hunter2"):
        if secret != KEYS["LIVEKIT_URL"]:
            assert secret not in shown
    assert set(KEYS.values()) - {KEYS["LIVEKIT_URL"]} < set(settings.secrets)


def test_settings_cannot_be_changed() -> None:
    settings = load()
    with pytest.raises(ValidationError):
        settings.call.max_call_s = 1


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text('STORYLINE_VOICE="ash"\nPORT=9000 # why\nOPENAI_API_KEY=from-file\n')
    settings = Settings.load({**KEYS, "PORT": "9001"}, env_file)
    assert settings.story.voice == "ash"
    assert settings.worker.port == 9001
    assert settings.providers.openai_api_key.get_secret_value() == KEYS["OPENAI_API_KEY"]


def test_a_mistake_in_the_file_is_told_like_any_other(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("STORYLINE_VOISE=ash\n")
    with pytest.raises(SettingsError, match="STORYLINE_VOICE"):
        Settings.load(KEYS, env_file)


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_bytes(b"A=\xff\xfe")
    with pytest.raises(SettingsError, match="UTF-8"):
        Settings.load(KEYS, env_file)


def test_the_process_environment_is_read_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**KEYS, "LOG_LEVEL": "debug"}.items():
        monkeypatch.setenv(name, value)
    assert Settings.load(env_file=None).worker.log_level == "DEBUG"


# --- what is kept, the desk, other systems --------------------------------------------------------

SIGNED = {"CRM_WEBHOOK_SECRET": "whsec_c2VjcmV0LW9mLXRoZS10ZXN0cw=="}


def test_a_webhook_needs_a_secret() -> None:
    found = problems({**KEYS, "CRM_WEBHOOK_URL": "https://crm.example.com/hook"})
    assert "is not set, but CRM_WEBHOOK_URL is" in found["CRM_WEBHOOK_SECRET"]
    assert load(CRM_WEBHOOK_URL="https://crm.example.com/hook", **SIGNED).webhooks.is_on
    assert not load().webhooks.is_on


@pytest.mark.parametrize("url", ["ftp://crm.example.com", "crm.example.com", "http://"])
def test_a_webhook_needs_an_address(url: str) -> None:
    assert (
        "must be an address"
        in problems({**KEYS, **SIGNED, "CRM_WEBHOOK_URL": url})["CRM_WEBHOOK_URL"]
    )


def test_a_private_webhook_is_allowed_only_on_purpose() -> None:
    url = {"CRM_WEBHOOK_URL": "http://127.0.0.1:9000/hook", **SIGNED}
    assert "is a private address" in problems({**KEYS, **url})["CRM_WEBHOOK_URL"]
    assert load(**url, STORYLINE_WEBHOOK_PRIVATE="yes").webhooks.is_on


def test_a_secret_that_is_none_is_said_without_the_secret() -> None:
    said = problems({**KEYS, "CRM_WEBHOOK_SECRET": "whsec_$$$"})["CRM_WEBHOOK_SECRET"]
    assert "Standard Webhooks" in said and "$$$" not in said


def test_a_short_password_of_the_desk_is_refused() -> None:
    said = problems({**KEYS, "STORYLINE_DESK_PASSWORD": "sesame"})["STORYLINE_DESK_PASSWORD"]
    assert "at least 8 characters" in said and "sesame" not in said


def test_a_price_table_that_cannot_be_used_is_found_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "prices.yaml").write_text("model: x", encoding="utf-8")
    said = problems({**KEYS, "STORYLINE_PRICES": str(tmp_path / "prices.yaml")})
    assert "must be a list of rows" in said["STORYLINE_PRICES"]


def test_every_password_is_kept_out_of_the_logs() -> None:
    secrets = load(STORYLINE_DESK_PASSWORD="open sesame", **SIGNED).secrets
    assert {"open sesame", SIGNED["CRM_WEBHOOK_SECRET"]} <= set(secrets)


def test_mind_and_voice_are_where_openai_is_unless_they_have_a_server_of_their_own() -> None:
    providers = load().providers
    assert providers.mind == providers.voice
    assert providers.mind.base_url == "https://api.openai.com/v1"
    assert providers.mind.api_key.get_secret_value() == KEYS["OPENAI_API_KEY"]
    providers = load(
        STORYLINE_LLM_BASE_URL="http://127.0.0.1:11434/v1/",
        STORYLINE_TTS_BASE_URL="http://127.0.0.1:8000/v1",
        STORYLINE_TTS_API_KEY="voice-secret",
    ).providers
    assert providers.mind.base_url == "http://127.0.0.1:11434/v1"
    assert providers.voice.base_url == "http://127.0.0.1:8000/v1"
    assert providers.voice.api_key.get_secret_value() == "voice-secret"


def test_a_server_of_one_s_own_never_learns_the_key_of_openai() -> None:
    server = load(STORYLINE_LLM_BASE_URL="http://127.0.0.1:11434/v1").providers.mind
    assert server.api_key.get_secret_value() == "none"


def test_a_key_alone_is_for_the_server_that_is_there_already() -> None:
    server = load(STORYLINE_TTS_API_KEY="other").providers.voice
    assert server.base_url == "https://api.openai.com/v1"
    assert server.api_key.get_secret_value() == "other"


def test_traces_go_nowhere_unless_a_collector_is_named() -> None:
    assert load().telemetry.endpoint is None
    named = load(OTEL_EXPORTER_OTLP_ENDPOINT="http://user:secret@collector:4318")
    assert "user:secret" not in repr(named)


def test_a_collector_is_an_address() -> None:
    with pytest.raises(SettingsError, match="OTEL_EXPORTER_OTLP_ENDPOINT"):
        load(OTEL_EXPORTER_OTLP_ENDPOINT="collector:4318")


@pytest.mark.parametrize("words", ["...", "this is $name", "I am <b>Echo</b>", "word " * 26])
def test_a_greeting_that_cannot_be_spoken_is_refused(words: str) -> None:
    with pytest.raises(SettingsError, match="STORYLINE_GREETING"):
        load(STORYLINE_GREETING=words)


def test_a_greeting_is_put_into_a_sentence() -> None:
    story = load(STORYLINE_GREETING="this is  Mr. Tell, a talking machine. ").story
    assert story.greeting == "this is Mr. Tell, a talking machine"
