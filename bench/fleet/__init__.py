"""Many workers and thousands of calls, on paper: who takes a call, and what an upgrade does."""
