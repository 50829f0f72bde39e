"""How an outbound call came out, in one word; and which word a SIP answer means."""

from enum import StrEnum


class Outcome(StrEnum):
    """One word for one call."""

    ANSWERED = "answered"
    VOICEMAIL = "voicemail"
    SCREENED = "screened"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    CANCELLED = "cancelled"
    REFUSED = "refused"  # by our own rules, before anything was dialled
    FAILED = "failed"


SENTENCES = {
    Outcome.ANSWERED: "Somebody answered.",
    Outcome.VOICEMAIL: "An answering machine answered.",
    Outcome.SCREENED: "A call screener answered and nobody came to the line.",
    Outcome.BUSY: "The line was busy.",
    Outcome.NO_ANSWER: "It rang and nobody answered.",
    Outcome.DECLINED: "The call was declined.",
    Outcome.UNREACHABLE: "The number could not be reached.",
    Outcome.CANCELLED: "The call was cancelled before anybody answered.",
    Outcome.REFUSED: "The call was not allowed.",
    Outcome.FAILED: "The call could not be made.",
}

# RFC 3261 and 8197. What is not here and below 500 is a fault of the request, so ours.
_BY_STATUS = {
    404: Outcome.UNREACHABLE,
    408: Outcome.NO_ANSWER,
    410: Outcome.UNREACHABLE,
    480: Outcome.UNREACHABLE,
    484: Outcome.UNREACHABLE,
    486: Outcome.BUSY,
    487: Outcome.CANCELLED,
    600: Outcome.BUSY,
    603: Outcome.DECLINED,
    604: Outcome.UNREACHABLE,
    607: Outcome.DECLINED,
    608: Outcome.DECLINED,
}

_MEANINGS = {
    401: "The carrier asks for a password: check the trunk's auth_username and auth_password.",
    402: "The carrier asks for payment: check the account there.",
    403: "The carrier forbids this call: check the number that is called from, and the account.",
    404: "The carrier knows no such number.",
    407: "The carrier asks for a password: check the trunk's auth_username and auth_password.",
    410: "The number is no longer in use.",
    480: "The telephone is switched off or not registered.",
    484: "The carrier finds the number incomplete.",
    488: "The carrier accepts none of our codecs: check the trunk's media settings.",
    500: "The carrier's server failed.",
    502: "The carrier could not reach the next network.",
    503: "The carrier is out of service or has no free line.",
    504: "The next network did not answer the carrier.",
    603: "The call was declined at the telephone.",
    607: "The callee has marked the call as unwanted.",
    608: "An intermediary rejected the call: the calling number may have a bad reputation.",
}


def outcome_of(sip_status: int) -> Outcome:
    """The word for the final SIP answer to an INVITE that was not a success."""
    return _BY_STATUS.get(sip_status, Outcome.FAILED)


def explain(sip_status: int, reason: str = "") -> str:
    """A sentence for a SIP answer; `reason` is the phrase that came with it."""
    known = _MEANINGS.get(sip_status)
    if known is not None:
        return known
    sentence = SENTENCES[outcome_of(sip_status)]
    return f"{sentence[:-1]} ({reason})." if reason else sentence
