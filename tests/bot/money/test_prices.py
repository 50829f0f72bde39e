"""What a call costs: by the price of its day, and never free because nobody knows the price."""

from datetime import date
from pathlib import Path

import pytest
from livekit.agents.metrics import (
    EOTModelUsage,
    LLMModelUsage,
    ModelUsage,
    STTModelUsage,
    TTSModelUsage,
)

from bot.money.prices import Price, PriceError, PriceTable
from bot.money.usage import amounts
from bot.records.diary import Usage
from bot.settings import StorySettings

pytestmark = pytest.mark.unit

TODAY = date(2026, 11, 24)


def used(model: str, unit: str, amount: float) -> Usage:
    return Usage(provider="p", model=model, unit=unit, amount=amount)


def counted(usage: ModelUsage) -> dict[str, float]:
    return {each.unit: each.amount for each in amounts([usage])}


# --- the table ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["realtime_model", "llm_model", "tts_model", "stt_model"])
def test_every_model_that_is_used_by_default_has_a_price(name: str) -> None:
    model = StorySettings.model_fields[name].default
    assert PriceTable.load().find(model, TODAY) is not None


def test_a_minute_of_transcription_costs_what_the_documents_say() -> None:
    cost = PriceTable.load().priced(used("nova-3", "seconds", 60), TODAY).cost_usd
    assert cost == pytest.approx(0.0077)


def test_a_million_tokens_cost_what_the_row_says() -> None:
    cost = PriceTable.load().priced(used("gpt-realtime", "output_audio", 1e6), TODAY).cost_usd
    assert cost == pytest.approx(64)


def test_the_row_of_the_day_counts() -> None:
    old = Price("m", date(2026, 1, 1), "s", {"seconds": 1})
    new = Price("m", date(2026, 6, 1), "s", {"seconds": 2})
    table = PriceTable([new, old])
    assert table.find("m", date(2025, 12, 31)) is None
    assert table.find("m", date(2026, 5, 31)) is old
    assert table.find("m", date(2026, 6, 1)) is new


def test_a_model_without_a_row_has_no_cost() -> None:
    assert PriceTable.load().priced(used("brand-new", "seconds", 60), TODAY).cost_usd is None


def test_cached_input_is_never_cheaper_than_the_table_says() -> None:
    price = Price("m", TODAY, "s", {"input_text": 2.0})
    assert PriceTable([price]).priced(used("m", "cached_text", 3), TODAY).cost_usd == 6


# --- prices of one's own --------------------------------------------------------------------------


def own(tmp_path: Path, text: str) -> PriceTable:
    path = tmp_path / "prices.yaml"
    path.write_text(text, encoding="utf-8")
    return PriceTable.load(path)


ROW = "- {model: nova-3, since: 2025-02-12, seen: 2026-11-01, source: contract, minute: 0.0010}"


def test_own_rows_come_first(tmp_path: Path) -> None:
    table = own(tmp_path, ROW)
    cost = table.priced(used("nova-3", "seconds", 60), TODAY).cost_usd
    assert cost == pytest.approx(0.001)
    assert table.find("gpt-realtime", TODAY) is not None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("model: x", "must be a list of rows"),
        ("- {model: [", "is not YAML"),
        (ROW.replace("source: contract, ", ""), "row 1: source"),
        (ROW.replace("minute: 0.0010", "minute: -1"), "row 1: minute"),
        (ROW.replace(", minute: 0.0010", ""), "what does it cost"),
        (ROW.replace("minute: 0.0010", "millions: {words: 1}"), "the units are input_text"),
    ],
)
def test_a_table_that_cannot_be_used_says_why(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(PriceError, match=says):
        own(tmp_path, text)


def test_a_file_that_is_no_text_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "prices.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PriceError, match="cannot be read"):
        PriceTable.load(tmp_path / "prices.yaml")


# --- what is counted ------------------------------------------------------------------------------


def test_a_chat_model_counts_text_and_its_cached_part() -> None:
    usage = LLMModelUsage(
        provider="p", model="m", input_tokens=100, input_cached_tokens=40, output_tokens=7
    )
    assert counted(usage) == {"input_text": 60, "cached_text": 40, "output_text": 7}


def test_a_realtime_model_counts_text_and_sound() -> None:
    usage = LLMModelUsage(
        provider="p",
        model="m",
        input_tokens=300,
        input_text_tokens=100,
        input_cached_text_tokens=30,
        input_audio_tokens=200,
        input_cached_audio_tokens=150,
        output_tokens=90,
        output_text_tokens=10,
        output_audio_tokens=80,
    )
    assert counted(usage) == {
        "input_text": 70,
        "cached_text": 30,
        "input_audio": 50,
        "cached_audio": 150,
        "output_text": 10,
        "output_audio": 80,
    }


def test_a_voice_counts_tokens_or_else_characters() -> None:
    tokens = TTSModelUsage(
        provider="p", model="m", input_tokens=5, output_tokens=50, characters_count=20
    )
    assert counted(tokens) == {"input_text": 5, "output_audio": 50}
    assert counted(TTSModelUsage(provider="p", model="m", characters_count=20)) == {
        "characters": 20
    }


def test_ears_count_seconds_or_else_tokens() -> None:
    assert counted(STTModelUsage(provider="p", model="m", audio_duration=4)) == {"seconds": 4}
    tokens = STTModelUsage(provider="p", model="m", input_tokens=9, output_tokens=2)
    assert counted(tokens) == {"input_audio": 9, "output_text": 2}


def test_what_runs_inside_the_worker_costs_nobody_anything() -> None:
    assert counted(EOTModelUsage(provider="livekit", model="m", total_requests=9)) == {}
