"""The fork server, of which every process of a call is a copy.

It reads the whole program once for all of them: 4 s of a processor. LiveKit's server would have it
begun after the worker has read its own; begun before, both read at the same time, and a worker that
was killed takes calls seconds sooner. So this module imports nothing that takes long.
"""

from multiprocessing import forkserver

# Its last act is to keep what was read where the copies share it: nothing may be read after it.
READS = ("bot.worker.processes.preload",)


def start_fork_server() -> None:
    """Begin it, with the environment as it is now. LiveKit's server finds it running.

    Raises OSError. One that dies is begun again by the next process that needs it.
    """
    forkserver.set_forkserver_preload(list(READS))
    forkserver.ensure_running()
