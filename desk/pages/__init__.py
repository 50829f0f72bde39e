"""The pages. Each reads what it shows; none decides anything about a call."""
