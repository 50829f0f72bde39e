"""The orders of calls that we make: what was asked for, whether it may be, and its steps."""
