"""The settings of telling other systems: that a call has ended, and how it went."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr
from standardwebhooks import Webhook

from bot.settings.group import Group


def _address(value: SecretStr) -> SecretStr:
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError("must be an address that begins with https:// or http://")
    return value


def _secret(value: SecretStr) -> SecretStr:
    try:
        Webhook(value.get_secret_value())
    except Exception as error:  # whatever base64 and the library say of a bad secret
        raise ValueError("must be `whsec_` and base64, as Standard Webhooks writes it") from error
    return value


class TelemetrySettings(Group):
    """Where traces of calls are sent, by the names that OpenTelemetry gives them."""

    endpoint: Annotated[SecretStr, AfterValidator(_address)] | None = Field(
        None,
        alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        description="Address of a collector that takes OTLP over HTTP; /v1/traces is added.",
    )
    headers: SecretStr | None = Field(
        None,
        alias="OTEL_EXPORTER_OTLP_HEADERS",
        description="What the collector wants to see with every message: name=value,name=value.",
    )


class WebhookSettings(Group):
    """Where another system is told of calls that have ended."""

    url: Annotated[SecretStr, AfterValidator(_address)] | None = Field(
        None,
        alias="CRM_WEBHOOK_URL",
        description="Address that is told of every call that has ended. Needs the secret.",
    )
    secret: Annotated[SecretStr, AfterValidator(_secret)] | None = Field(
        None,
        alias="CRM_WEBHOOK_SECRET",
        description="What the messages are signed with: whsec_ and base64 (Standard Webhooks).",
    )
    reaches_private: Literal["yes", "no"] = Field(
        "no",
        alias="STORYLINE_WEBHOOK_PRIVATE",
        description="yes: the address may lead into a private network, or to this machine.",
    )

    @property
    def is_on(self) -> bool:
        return self.url is not None and self.secret is not None
