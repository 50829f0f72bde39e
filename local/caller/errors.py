"""What can go wrong on a call that a script makes.

CallerError
 +- CallFailed          the far end (or the way to it) said no before the call was answered
 +- CallTimeout         nothing ever answered
 +- CallEnded           the call is over, and it was needed
 +- NothingHeard        the far end did not speak (or did not stop) in time
 +- SpeechUnavailable   the speech service could not say or understand something
"""


class CallerError(Exception):
    """Base of everything the scripted caller raises."""


class CallFailed(CallerError):
    """The call was refused or could not be placed.

    `status_code` is the SIP status, for instance 401, 404, 486, 487 (cancelled) or 503;
    None when no SIP answer arrived at all (name not found, no way to the address).
    """

    def __init__(self, status_code: int | None, reason: str) -> None:
        super().__init__(f"{status_code} {reason}" if status_code else reason)
        self.status_code = status_code
        self.reason = reason


class CallTimeout(CallerError):
    """The far end rang, or was silent, for longer than the caller would wait.

    LiveKit SIP rings for ever when no dispatch rule matches the call.
    """

    def __init__(self, timeout_s: float) -> None:
        super().__init__(
            f"no answer within {timeout_s:g} s"
            " (is there a trunk for this number, a rule for this trunk, and an agent?)"
        )
        self.timeout_s = timeout_s


class CallEnded(CallerError):
    """Something was asked of a call that is already over."""


class NothingHeard(CallerError):
    """What was listened for did not come in time."""


class SpeechUnavailable(CallerError):
    """The service that speaks and understands for the caller failed."""
