"""Sound as 16-bit mono: bytes, samples, sample rates, and where somebody speaks in it."""
