"""How the doctor's question is told from a call."""

PROBE_METADATA = "provision-trunk doctor"  # a job that finds this need not do anything
