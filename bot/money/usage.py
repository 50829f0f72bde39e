"""What LiveKit counted of each model, in the units that providers write on their bills."""

from collections.abc import Iterable

from livekit.agents.metrics import LLMModelUsage, ModelUsage, STTModelUsage, TTSModelUsage

from bot.money.bill import Usage


def amounts(used: Iterable[ModelUsage]) -> list[Usage]:
    """The amounts of every model that was used, without prices; what is zero is left away."""
    return [
        Usage(provider=each.provider, model=each.model, unit=unit, amount=amount)
        for each in used
        for unit, amount in _units(each).items()
        if amount > 0
    ]


def _units(used: ModelUsage) -> dict[str, float]:
    match used:
        case LLMModelUsage():
            return _tokens(used)
        case TTSModelUsage() if used.output_tokens:
            return {"input_text": used.input_tokens, "output_audio": used.output_tokens}
        case TTSModelUsage():
            return {"characters": used.characters_count}
        case STTModelUsage() if used.input_tokens:
            audio = used.input_audio_tokens or used.input_tokens
            return {"input_audio": audio, "output_text": used.output_tokens}
        case STTModelUsage():
            return {"seconds": used.audio_duration}
        case _:  # models that run inside the worker ask nobody for money
            return {}


def _tokens(used: LLMModelUsage) -> dict[str, float]:
    """Input that was cached has its own price; a chat model counts text alone."""
    if not (used.input_text_tokens or used.input_audio_tokens or used.output_audio_tokens):
        return {
            "input_text": used.input_tokens - used.input_cached_tokens,
            "cached_text": used.input_cached_tokens,
            "output_text": used.output_tokens,
        }
    return {
        "input_text": used.input_text_tokens - used.input_cached_text_tokens,
        "cached_text": used.input_cached_text_tokens,
        "input_audio": used.input_audio_tokens - used.input_cached_audio_tokens,
        "cached_audio": used.input_cached_audio_tokens,
        "output_text": used.output_text_tokens,
        "output_audio": used.output_audio_tokens,
    }
