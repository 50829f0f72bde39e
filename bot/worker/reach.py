"""Since when LiveKit has been out of reach, as far as the calls that are to be ended show."""

import time
from collections.abc import Callable

import aiohttp

from sip.errors import HangUpFailed

# LiveKit SIP ends a call by itself 61 s after it has lost its server (seen). Twice that, and no
# telephone can be left that only LiveKit could hang up.
GONE_FOR_GOOD_S = 120.0


class Reach:
    """What one watcher knows of LiveKit, by each call that it could not end."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._failed_since_s: dict[str, float] = {}

    def failed(self, call_id: str, error: Exception) -> bool:
        """Note that a call could not be ended; whether LiveKit has been away for too long.

        A LiveKit that answers, even with an error of its own, is there: it begins anew.
        """
        if not _is_unreachable(error):
            self.reached(call_id)
            return False
        since_s = self._failed_since_s.setdefault(call_id, self._monotonic())
        return self._monotonic() - since_s >= GONE_FOR_GOOD_S

    def reached(self, call_id: str) -> None:
        """LiveKit has answered about this call."""
        self._failed_since_s.pop(call_id, None)

    def forget_all_but(self, open_calls: set[str]) -> None:
        """Only these calls have no end yet."""
        for call_id in self._failed_since_s.keys() - open_calls:
            self.reached(call_id)


def _is_unreachable(error: Exception) -> bool:
    if isinstance(error, HangUpFailed):
        return error.is_unreachable
    return isinstance(error, aiohttp.ClientConnectionError | ConnectionError | TimeoutError)
