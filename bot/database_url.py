"""Which database the calls are written to: the address people write, made the one we can use."""

from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

_DRIVERS = {
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
}


def async_url(url: str) -> str:
    """The same database through its asynchronous driver.

    Hosting providers hand out `postgres://...?sslmode=require`; asyncpg calls that option `ssl`.

    Raises ValueError, without the address in its text (it may hold a password), for anything but
    PostgreSQL and an SQLite file.
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError as error:
        raise ValueError("is not an address") from error
    driver = _DRIVERS.get(parts.scheme)
    if driver is None:
        raise ValueError("must begin with postgresql:// or sqlite:///")
    if driver == "sqlite+aiosqlite":
        return _sqlite(driver, parts)
    if not parts.hostname and "host=" not in parts.query:
        raise ValueError("names no host")
    query = [("ssl" if key == "sslmode" else key, value) for key, value in parse_qsl(parts.query)]
    return urlunsplit((driver, parts.netloc, parts.path, urlencode(query), ""))


def _sqlite(driver: str, parts: SplitResult) -> str:
    path = parts.path.removeprefix("/")
    if parts.netloc or not path:
        raise ValueError("needs a file: sqlite:///storyline.db, or absolute sqlite:////var/...")
    if ":memory:" in path or "mode=memory" in parts.query:
        raise ValueError("must be a file: every call runs in a process of its own and shares it")
    query = f"?{parts.query}" if parts.query else ""
    return f"{driver}:///{path}{query}"


def split_pooler(url: str) -> tuple[str, bool]:
    """The address for the driver, and whether a pooler that lends a connection for a transaction
    only (PgBouncer's `pool_mode = transaction`) stands before the database.

    Hosting providers hand out `...?pgbouncer=true` for that.
    """
    parts = urlsplit(url)
    query = parse_qsl(parts.query)
    if not any(key == "pgbouncer" for key, _ in query):
        return url, False
    is_pooled = any(key == "pgbouncer" and value in ("true", "1") for key, value in query)
    rest = [(key, value) for key, value in query if key != "pgbouncer"]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(rest), "")), is_pooled
