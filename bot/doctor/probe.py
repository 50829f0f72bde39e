"""How the doctor's question is told from a call."""

PROBE_METADATA = "provision-trunk doctor"  # `bot/call/probe.py` answers a job that has this
