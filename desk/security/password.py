"""The desk's password, and how often somebody may try it."""

import asyncio
import time
from collections import deque
from collections.abc import Callable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_FOR_S = 300.0
_EACH = 5
_TOGETHER = 50
_ADDRESSES = 10_000


class Password:
    """Checks what somebody typed; `secret` is the password itself or an argon2 hash of it."""

    def __init__(self, secret: str) -> None:
        self._hasher = PasswordHasher()
        self._hash = secret if secret.startswith("$argon2") else self._hasher.hash(secret)

    async def is_right(self, typed: str) -> bool:
        """Takes some ten milliseconds of a core, on purpose, beside the event loop."""
        return await asyncio.to_thread(self._verify, typed)

    def _verify(self, typed: str) -> bool:
        try:
            return self._hasher.verify(self._hash, typed)
        except (VerificationError, InvalidHashError):
            return False


class Attempts:
    """Counts wrong passwords: five from one address, fifty from all, in five minutes."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._failed: deque[tuple[float, str]] = deque()

    def may_try(self, address: str) -> bool:
        self._forget()
        here = sum(1 for _, other in self._failed if other == address)
        return here < _EACH and len(self._failed) < _TOGETHER

    def failed(self, address: str) -> None:
        self._failed.append((self._monotonic(), address))

    def forgive(self, address: str) -> None:
        """The last attempt from there was right after all."""
        for index in range(len(self._failed) - 1, -1, -1):
            if self._failed[index][1] == address:
                del self._failed[index]
                return

    def _forget(self) -> None:
        now_s = self._monotonic()
        while self._failed and now_s - self._failed[0][0] >= _FOR_S:
            self._failed.popleft()
        while len(self._failed) > _ADDRESSES:
            self._failed.popleft()
