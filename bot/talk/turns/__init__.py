"""Whose turn it is: when the caller has finished, and what a voice over Echo's own means.

The decisions are pure functions of words and times (`end_of_turn`, `interruption`); what listens
to the call and acts on them is apart (`ears`, `turn_taking`).
"""
