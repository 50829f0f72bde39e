"""Settings for tests: the keys that must be there, and what a test wants otherwise."""

from bot.settings import Settings

KEYS = {
    "LIVEKIT_URL": "ws://127.0.0.1:7880",
    "LIVEKIT_API_KEY": "livekit-key",
    "LIVEKIT_API_SECRET": "livekit-secret-of-32-letters-or-more",
    "OPENAI_API_KEY": "openai-secret",
    "DEEPGRAM_API_KEY": "deepgram-secret",
}
CLOUD = "wss://stories.livekit.cloud"


def made(**environ: str) -> Settings:
    return Settings.load({**KEYS, **environ}, env_file=None)
