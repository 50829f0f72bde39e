"""Measuring on the wire what a caller hears: response gap, barge-in, answer, capacity.

Real SIP calls through the real stack; the models are stand-ins that answer after stated times.
`python -m bench --help` lists the cells, `make bench` runs the short table.
"""
