"""Every setting of the bot: read once, checked as a whole, never changed afterwards."""

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails

from bot.private_address import names_private_address
from bot.settings.desk import DeskSettings
from bot.settings.environment import read_environment
from bot.settings.errors import Problem, SettingsError
from bot.settings.group import Group
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
from bot.settings.telling import TelemetrySettings, WebhookSettings

_OURS = "STORYLINE_"
# Read by `local/` and the Makefile, not by the bot.
_NOT_OURS = ("STORYLINE_LOCAL_", "STORYLINE_CACHE")


class Settings(Group):
    """All settings, by concern. Made by `load`; in tests also by hand, group by group."""

    livekit: LiveKitSettings
    providers: ProviderSettings
    story: StorySettings
    call: CallSettings
    outbound: OutboundSettings
    limits: LimitSettings
    kept: KeptSettings
    desk: DeskSettings
    webhooks: WebhookSettings
    telemetry: TelemetrySettings
    worker: WorkerSettings

    @classmethod
    def load(
        cls, environ: Mapping[str, str] | None = None, env_file: Path | None = Path(".env")
    ) -> Self:
        """Read the environment (by default the process's own) and the file beneath it.

        A variable that is set in the environment wins over the file; an empty one counts as not
        set. Raises SettingsError with every problem found.
        """
        values = read_environment(environ, env_file)
        groups: dict[str, Group] = {}
        problems = list(_typos(values))
        for name, group in _groups():
            try:
                groups[name] = group.model_validate(_part(group, values))
            except ValidationError as error:
                problems += (_explain(details) for details in error.errors())
        problems += _contradictions(groups.get("call"))
        problems += _webhook_problems(groups.get("webhooks"))
        if problems:
            raise SettingsError(problems)
        return cls.model_validate(groups)

    @classmethod
    def variables(cls) -> dict[str, str]:
        """Every variable and why it exists."""
        return {
            str(field.alias): str(field.description)
            for _, group in _groups()
            for field in group.model_fields.values()
        }

    @property
    def noise_cancellation(self) -> NoiseCancellation:
        """What `auto` comes down to on this server."""
        if self.story.noise_cancellation != "auto":
            return self.story.noise_cancellation
        return "krisp" if self.livekit.is_cloud else "off"

    @property
    def database_url(self) -> str:
        """In plain text, for the driver. May hold a password: never log it."""
        return self.worker.database_url.get_secret_value()

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every value that must not appear in a log."""
        found = (
            getattr(getattr(self, name), field)
            for name, group in _groups()
            for field in group.model_fields
        )
        return tuple(value.get_secret_value() for value in found if isinstance(value, SecretStr))


def _groups() -> list[tuple[str, type[Group]]]:
    return [
        (name, field.annotation)
        for name, field in Settings.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, Group)
    ]


def _part(group: type[Group], values: Mapping[str, str]) -> dict[str, str]:
    names = {str(field.alias) for field in group.model_fields.values()}
    return {name: value for name, value in values.items() if name in names}


def _typos(values: Mapping[str, str]) -> Iterable[Problem]:
    known = Settings.variables()
    for name in sorted(values):
        if name in known or not name.startswith(_OURS) or name.startswith(_NOT_OURS):
            continue
        close = difflib.get_close_matches(name, known, n=1, cutoff=0.0)[0]
        yield Problem(name, "is not a setting", f"Did you mean {close}? Otherwise remove it.")


def _contradictions(call: object) -> Iterable[Problem]:
    if not isinstance(call, CallSettings):
        return
    if call.wind_down_s >= call.max_call_s:
        yield Problem(
            "STORYLINE_WIND_DOWN_S",
            "is not shorter than STORYLINE_MAX_CALL_S",
            f"Set it to less than {call.max_call_s:g} seconds.",
        )
    if call.apology_after_s <= call.filler_after_s:
        yield Problem(
            "STORYLINE_APOLOGY_AFTER_S",
            "is not later than STORYLINE_FILLER_AFTER_S",
            f"Set it to more than {call.filler_after_s:g} seconds.",
        )


def _webhook_problems(webhooks: object) -> Iterable[Problem]:
    if not isinstance(webhooks, WebhookSettings) or webhooks.url is None:
        return
    if webhooks.secret is None:
        remedy = "Set it to whsec_ and base64, the same as at the receiver."
        yield Problem("CRM_WEBHOOK_SECRET", "is not set, but CRM_WEBHOOK_URL is", remedy)
    if webhooks.reaches_private == "no" and names_private_address(webhooks.url.get_secret_value()):
        remedy = "Use a public one, or set STORYLINE_WEBHOOK_PRIVATE=yes."
        yield Problem("CRM_WEBHOOK_URL", "is a private address", remedy)


def _explain(details: ErrorDetails) -> Problem:
    variable = str(details["loc"][0])
    about = f"[{Settings.variables()[variable]}]"
    if details["type"] in ("missing", "too_short", "string_too_short"):
        return Problem(variable, "is not set", f"Set it in the environment or in .env. {about}")
    if details["type"] == "value_error":
        return Problem(variable, str(details["ctx"]["error"]), about)
    message = str(details["msg"])
    return Problem(variable, message[:1].lower() + message[1:], about)
