"""The price table: what a provider asks for a model, since when, and where that was read."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.money.bill import Usage

_MILLION = 1_000_000
_MINUTE_S = 60
# Where a table does not say what cached input costs, it costs what other input costs.
_OTHERWISE = {"cached_text": "input_text", "cached_audio": "input_audio"}
UNITS = (
    *("input_text", "cached_text", "input_audio", "cached_audio"),
    *("output_text", "output_audio", "characters"),
)


class PriceError(Exception):
    """A price table cannot be used; the text says which file and what to do."""


@dataclass(frozen=True)
class Price:
    """One row. `units` holds USD per token, character or second ("seconds")."""

    model: str
    since: date
    source: str
    units: dict[str, float] = field(default_factory=dict)

    def of(self, unit: str) -> float | None:
        """USD for one `unit`; None where the row does not say."""
        return self.units.get(unit, self.units.get(_OTHERWISE.get(unit, "")))


Usd = Annotated[float, Field(ge=0, lt=10_000)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    model: Annotated[str, Field(min_length=1)]
    since: date
    seen: date
    source: Annotated[str, Field(min_length=1)]
    millions: dict[str, Usd] = {}
    minute: Usd | None = None

    def price(self) -> Price:
        if unknown := self.millions.keys() - set(UNITS):
            raise ValueError(f"{', '.join(sorted(unknown))}: the units are {', '.join(UNITS)}")
        units = {unit: usd / _MILLION for unit, usd in self.millions.items()}
        if self.minute is not None:
            units["seconds"] = self.minute / _MINUTE_S
        if not units:
            raise ValueError("neither `millions` nor `minute`: what does it cost?")
        return Price(self.model, self.since, self.source, units)


class PriceTable:
    """Prices by model and day. Rows that come first win over later ones of the same day."""

    def __init__(self, prices: Iterable[Price]) -> None:
        self._prices = tuple(prices)

    @classmethod
    def load(cls, own: Path | None = None) -> "PriceTable":
        """The rows of `own` first, then ours. Raises PriceError."""
        rows = packaged_rows()
        if own is not None:
            try:
                rows = (*_read(own.read_text(encoding="utf-8"), str(own)), *rows)
            except (OSError, UnicodeDecodeError) as error:
                raise PriceError(f"{own} cannot be read: {error}") from error
        return cls(rows)

    def find(self, model: str, day: date) -> Price | None:
        """What `model` costs on that day; None when nobody has written it down."""
        rows = [price for price in self._prices if price.model == model and price.since <= day]
        return max(rows, key=lambda price: price.since, default=None)

    def priced(self, used: Usage, day: date) -> Usage:
        """`used` with its cost; without one where the table has no price for it."""
        price = self.find(used.model, day)
        each = price.of(used.unit) if price else None
        return used if each is None else replace(used, cost_usd=used.amount * each)


@cache
def packaged_rows() -> tuple[Price, ...]:
    """The prices that we have written down, read once a process and by the fork server."""
    text = files(__package__).joinpath("prices.yaml").read_text(encoding="utf-8")
    return tuple(_read(text, "bot/money/prices.yaml"))


def _read(text: str, name: str) -> list[Price]:
    try:
        rows: Any = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        raise PriceError(f"{name} is not YAML: {error}") from error
    if not isinstance(rows, list):
        raise PriceError(f"{name} must be a list of rows, each with `model`, `since` and `source`")
    prices = []
    for number, row in enumerate(rows, start=1):
        try:
            prices.append(_Row.model_validate(row).price())
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise PriceError(f"{name}, row {number}: {where}: {first['msg']}") from error
        except ValueError as error:
            raise PriceError(f"{name}, row {number}: {error}") from error
    return prices
