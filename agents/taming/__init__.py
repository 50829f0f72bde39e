"""The model is not ours: what it may do in one answer and in one call, and what is done instead."""
