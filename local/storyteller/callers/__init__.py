"""Callers of their own kind."""
