"""Telling another system that a call has ended: once, signed, and until it has been taken."""
