"""What can go wrong with the records."""


class RecordsError(Exception):
    """The call records cannot be read or written."""


class DatabaseUnavailable(RecordsError):
    """The database did not answer, or refused. Trying again may help."""


class SchemaError(RecordsError):
    """The tables are not the ones this program knows, for example after a downgrade."""


class OrderRefused(RecordsError):
    """A call must not be made: our own rules forbid it. The number is not part of the message."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotNow(OrderRefused):
    """Another call is in the way; later the same order may be accepted."""


class NotToday(OrderRefused):
    """A limit of the day is reached; on another day the same order may be accepted."""


class TrunkBusy(NotNow):
    """The trunk has as many calls as it may have."""


class NumberBusy(NotNow):
    """The number is being called, by another order."""


class SoundNotRemoved(RecordsError):
    """A file of a recording that must go is still there; the text says which, and why."""
