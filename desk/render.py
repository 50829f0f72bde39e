"""Pages from templates. Whatever comes from outside is shown as text: every template escapes."""

from datetime import UTC, datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from desk.security.door import token_of
from desk.words import act_words, event_words, reason_words

_PAGES = (
    ("/calls", "Calls"),
    ("/live", "Live"),
    ("/outbound", "Outbound"),
    ("/line", "Line"),
)


def _moment(value: datetime | None) -> str:
    return "–" if value is None else value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f} s"


def _length(value: float | None) -> str:
    if value is None:
        return "–"
    minutes, seconds = divmod(round(value), 60)
    return f"{minutes}:{seconds:02d}"


def _usd(value: float | None) -> str:
    return "–" if value is None else f"${value:.4f}" if value < 1 else f"${value:,.2f}"


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("desk"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        moment=_moment,
        seconds=_seconds,
        length=_length,
        usd=_usd,
        reason=reason_words,
        event=event_words,
        act=act_words,
    )
    environment.globals["pages"] = _PAGES
    return environment


_TEMPLATES = _environment()


def fragment(name: str, **values: Any) -> str:
    """A piece of a page."""
    return _TEMPLATES.get_template(name).render(values)


def page(request: Request, name: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A whole page."""
    shown = {
        "path": request.url.path,
        "token": token_of(request),
        "is_in": request.session.get("is_in") is True,
        **values,
    }
    return HTMLResponse(fragment(name, **shown), status)
