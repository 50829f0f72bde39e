"""Times as the records keep them: aware, and in UTC."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def keep_utc(value: "DataclassInstance") -> None:
    """Turn every time of a frozen dataclass to UTC, from its `__post_init__`.

    Raises ValueError for a time without a time zone.
    """
    for each in fields(value):
        time = getattr(value, each.name)
        if isinstance(time, datetime):
            if time.tzinfo is None:
                raise ValueError(f"{each.name} has no time zone")
            object.__setattr__(value, each.name, time.astimezone(UTC))
