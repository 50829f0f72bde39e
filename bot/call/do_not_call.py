"""Entering a number in the do-not-call list, in the middle of a call with it."""

import logging

from bot.records import BlockedBy, Ledger, RecordsError, utc_now
from sip.calls.number import to_e164
from sip.errors import InvalidNumber

logger = logging.getLogger("storyline.do_not_call")


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
