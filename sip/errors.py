"""Every error that leaves the sip room, in one tree.

SipError
├── InvalidNumber          a text that is no usable telephone number
├── NumberRefused          a number that must not be called
├── DialFailed             an outbound call was not answered; carries the SIP status
├── HangUpFailed           the room of a call could not be deleted
├── ManifestError          trunks.yaml has problems; carries all of them (sip/problems.py)
└── ProvisioningError      the server side of provisioning
    ├── ServerRefused      LiveKit answered with an error, or did not answer
    ├── PlanRefused        the plan needs a permission that was not given
    ├── PlanChanged        the plan is no longer the one that was reviewed
    ├── ApplyFailed        stopped in the middle; says what was done and what was not
    ├── AdoptRefused       the object cannot be taken over under that name
    └── TrunkNotFound      there is no such way out, or too many
"""

from collections.abc import Sequence


class SipError(Exception):
    """Anything that went wrong on the telephone side."""


class InvalidNumber(SipError):
    """A text is not a telephone number that can be dialled from anywhere.

    The text itself is not part of the message: it may be somebody's number.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NumberRefused(SipError):
    """A number must not be called: emergency, costly, another country, or no number at all."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class DialFailed(SipError):
    """Nobody answered. `sip_status` is the callee's final answer, None when there was none.

    `timed_out` tells that we gave up waiting. The number is not part of the message.
    """

    def __init__(self, reason: str, sip_status: int | None = None, *, timed_out: bool) -> None:
        super().__init__(f"{sip_status} {reason}" if sip_status else reason)
        self.reason = reason
        self.sip_status = sip_status
        self.timed_out = timed_out


class HangUpFailed(SipError):
    """The room could not be deleted, so the caller may still be connected.

    `is_unreachable`: LiveKit did not answer at all.
    """

    def __init__(
        self, room_name: str, attempts: int, reason: str, *, is_unreachable: bool = False
    ) -> None:
        super().__init__(f"could not hang up after {attempts} attempts: {reason}")
        self.room_name = room_name
        self.attempts = attempts
        self.reason = reason
        self.is_unreachable = is_unreachable


class ProvisioningError(SipError):
    """Reading or changing the trunks and rules of a LiveKit server failed."""


class ServerRefused(ProvisioningError):
    """LiveKit answered with an error or could not be reached.

    `code` is LiveKit's own word ("not_found", "unauthenticated", ...) or "unreachable".
    """

    def __init__(self, code: str, message: str, remedy: str = "") -> None:
        super().__init__(f"{message} ({code})" + (f". {remedy}" if remedy else ""))
        self.code = code
        self.message = message
        self.remedy = remedy


class PlanRefused(ProvisioningError):
    """The plan deletes something or changes a number, and that was not allowed."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = tuple(reasons)


class PlanChanged(ProvisioningError):
    """What would be done now is not what was reviewed."""

    def __init__(self, reviewed: str, current: str) -> None:
        super().__init__(
            f"the plan is now {current}, not the reviewed {reviewed}: run `plan` and review again"
        )
        self.reviewed = reviewed
        self.current = current


class ApplyFailed(ProvisioningError):
    """Applying stopped in the middle. The next apply continues from there."""

    def __init__(
        self, done: Sequence[str], failed: str, reason: str, not_done: Sequence[str]
    ) -> None:
        super().__init__(f"{failed}: {reason}")
        self.done = tuple(done)
        self.failed = failed
        self.reason = reason
        self.not_done = tuple(not_done)


class AdoptRefused(ProvisioningError):
    """The object cannot be taken over."""


class TrunkNotFound(ProvisioningError):
    """An outbound call has no trunk to go by, or no number to call from."""
