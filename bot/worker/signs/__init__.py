"""Signs of life of the process that has a call: what it writes, and what it answers."""
