"""Every setting of the bot, from the environment or `.env`. `docs/configuration.md` lists them."""

from bot.settings.desk import DeskSettings
from bot.settings.errors import Problem, SettingsError
from bot.settings.groups import (
    CallSettings,
    NoiseCancellation,
    ProviderSettings,
    StorySettings,
    WorkerSettings,
)
from bot.settings.kept import KeptSettings
from bot.settings.limits import LimitSettings
from bot.settings.livekit import LiveKitSettings
from bot.settings.outbound import OutboundSettings
from bot.settings.settings import Settings
from bot.settings.telling import TelemetrySettings, WebhookSettings

__all__ = [
    "CallSettings",
    "DeskSettings",
    "KeptSettings",
    "LimitSettings",
    "LiveKitSettings",
    "NoiseCancellation",
    "OutboundSettings",
    "Problem",
    "ProviderSettings",
    "Settings",
    "SettingsError",
    "StorySettings",
    "TelemetrySettings",
    "WebhookSettings",
    "WorkerSettings",
]
