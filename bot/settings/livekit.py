"""Where the calls arrive, and the key to it."""

from typing import Annotated
from urllib.parse import urlsplit, urlunsplit

from phonenumbers import SUPPORTED_REGIONS
from pydantic import AfterValidator, Field

from bot.settings.group import Group, Key
from sip.access import Access


def _websocket_url(value: str) -> str:
    parts = urlsplit(value)
    scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
    if scheme not in ("ws", "wss") or not parts.hostname:
        raise ValueError("must look like wss://my-project.livekit.cloud or ws://127.0.0.1:7880")
    return urlunsplit((scheme, parts.netloc, parts.path.rstrip("/"), "", ""))


def _region(value: str) -> str:
    if value.upper() not in SUPPORTED_REGIONS:
        raise ValueError("must be the ISO code of a country, for example US")
    return value.upper()


class LiveKitSettings(Group):
    """The LiveKit server."""

    url: Annotated[str, AfterValidator(_websocket_url)] = Field(
        alias="LIVEKIT_URL",
        description="The LiveKit server. http(s) is accepted and means ws(s).",
    )
    api_key: Key = Field(alias="LIVEKIT_API_KEY", description="Key of the LiveKit project.")
    api_secret: Key = Field(
        alias="LIVEKIT_API_SECRET", description="Secret that belongs to the key."
    )
    region: Annotated[str, AfterValidator(_region)] | None = Field(
        None,
        alias="STORYLINE_REGION",
        description="Country (ISO code) of the numbers that a carrier writes without a plus. Not "
        "needed when it writes your own number with one: then it is that number's country.",
    )

    @property
    def access(self) -> Access:
        """The way into the server's API."""
        return Access(self.url, self.api_key.get_secret_value(), self.api_secret.get_secret_value())

    @property
    def is_cloud(self) -> bool:
        """LiveKit Cloud, which alone has the services that self-hosted servers lack."""
        return (urlsplit(self.url).hostname or "").endswith(".livekit.cloud")
