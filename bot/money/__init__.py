"""What a call costs: a dated price table, and what was used of which model."""
