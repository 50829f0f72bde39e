"""Whether a caller was treated decently, and the bill was bounded."""

from bench.models.call import Seen
from bench.models.family import Family

# With filler and apology (3 and 8 s by default) the caller has heard something by then.
_LONGEST_WAIT_S = 9.0
# Of input, output and both kinds of sound together. A good story of ten turns has some 15,000.
_MOST_TOKENS = 30_000


def broken(family: Family, seen: Seen) -> list[str]:
    """Everything that a caller, or whoever pays, would complain of; empty when there is nothing."""
    found = []
    if family.heard and family.heard not in seen.heard.lower():
        found.append(f"{family.heard!r} not heard")
    if seen.gap_s > _LONGEST_WAIT_S:
        found.append(f"waited {seen.gap_s:.1f} s")
    if seen.requests > family.requests:
        found.append(f"{seen.requests} requests")
    if seen.tokens > _MOST_TOKENS:
        found.append(f"{seen.tokens} tokens")
    if seen.reason not in family.reasons:
        found.append(f"record says {seen.reason}")
    if missing := family.noticed - seen.noticed:
        found.append(f"not noticed: {', '.join(sorted(missing))}")
    return found
