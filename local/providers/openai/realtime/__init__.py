"""OpenAI Realtime over a websocket."""

from local.providers.openai.realtime.server import realtime

__all__ = ["realtime"]
