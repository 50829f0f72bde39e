"""Entering a number in the do-not-call list, in the middle of a call with it."""

import logging
from collections.abc import Callable

from bot.records import BlockedBy, Ledger, RecordsError, utc_now
from sip.calls.call_info import CallInfo
from sip.calls.number import to_e164
from sip.errors import InvalidNumber

logger = logging.getLogger("storyline.do_not_call")


# What an operator finds in the record of the call.
_WISH = "asked never to be called again: if the number is theirs, run make-call block"


async def block_caller(ledger: Ledger, caller: CallInfo, note: Callable[[str], None]) -> bool:
    """The same for somebody who called us, whose number may be forged: never raises.

    Where the carrier does not vouch for it, nobody is blocked: the wish is noted with the call
    (`note`), for an operator to look at, and the caller is told that it did not go through.
    """
    if caller.caller_number and not caller.is_attested:
        logger.warning("a caller wants no more calls, and the carrier does not vouch for them")
        note(_WISH)
        return False
    return await block_number(ledger, caller.caller_number)


async def block_number(ledger: Ledger, number: str | None) -> bool:
    """True if `number` is on the list now; never raises.

    A caller who hides the number, or a browser, has none to enter.
    """
    if not number:
        logger.warning("the number is not known, so it cannot be blocked")
        return False
    try:
        e164 = to_e164(number)
        await ledger.block(e164, BlockedBy.CALLEE, utc_now())
    except (InvalidNumber, RecordsError) as error:
        logger.error("the number could not be blocked", extra={"error": str(error)})
        return False
    logger.info("the number was blocked at the callee's wish")
    return True
