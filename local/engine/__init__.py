"""A model in a process of its own, spoken to over its standard input and output."""
