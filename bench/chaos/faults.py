"""The faults, each with what is promised to a caller whom it meets in mid-story."""

from bench.chaos.rows import crowd, databases, deaths, hostile, network, rolling, servers

FAULTS = (
    *deaths.ROWS,
    *servers.ROWS,
    *databases.ROWS,
    *crowd.ROWS,
    *rolling.ROWS,
    *hostile.ROWS,
    *network.ROWS,
)
