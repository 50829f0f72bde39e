"""Callers who said yes to being remembered: known again, asked, and forgotten at their wish."""
