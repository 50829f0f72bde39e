"""The settings of the operator's page."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from bot.settings.group import Group, Word


def _long_enough(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < 8:
        raise ValueError("must have at least 8 characters")
    return value


Password = Annotated[SecretStr, AfterValidator(_long_enough)]


class DeskSettings(Group):
    """The operator's page, `python -m desk`."""

    host: Word = Field(
        "127.0.0.1",
        alias="STORYLINE_DESK_HOST",
        description="Address that the desk listens on. Any but this machine's own needs a "
        "password.",
    )
    port: int = Field(
        8082, ge=1, le=65535, alias="STORYLINE_DESK_PORT", description="TCP port of the desk."
    )
    password: Password | None = Field(
        None,
        alias="STORYLINE_DESK_PASSWORD",
        description="What an operator says to be let in: at least 8 characters, or an argon2 hash "
        "of it.",
    )
    https: Literal["yes", "no"] = Field(
        "no",
        alias="STORYLINE_DESK_HTTPS",
        description="yes: a proxy speaks TLS for the desk, and the session's cookie goes over TLS "
        "alone.",
    )
