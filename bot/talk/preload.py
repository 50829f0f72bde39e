"""What every process of a call inherits from the fork server, which imports this module.

Reading it costs 0.1 s of processor. Each process would do so, and a burst of calls starts them just
when the machine has the least to spare.
"""

from contextlib import suppress

from bot.livekit_gaps import certificates
from bot.money.prices import packaged_rows

packaged_rows()
# A file of certificates that cannot be read must not end the fork server, which tells nobody why:
# each process tries again, and complains.
with suppress(OSError):
    certificates()
