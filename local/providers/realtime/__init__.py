"""OpenAI Realtime over a websocket."""

from local.providers.realtime.server import realtime

__all__ = ["realtime"]
