"""Deepgram's side: what was said, while it is said or afterwards."""
