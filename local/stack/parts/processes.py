"""Questions about running processes."""

import contextlib
import os
from collections.abc import Iterable, Iterator

import psutil


def group_members(group: int) -> list[int]:
    """Living processes of one process group; zombies are dead and do not count."""
    members = []
    for pid in psutil.pids():
        with contextlib.suppress(OSError, psutil.Error):
            if os.getpgid(pid) == group and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                members.append(pid)
    return members


def listens(pids: Iterable[int], port: int) -> bool:
    """Whether one of the processes itself accepts TCP connections on this port."""
    wanted = (psutil.CONN_LISTEN, port)
    return any((status, local) == wanted for pid in pids for status, local, _ in _tcp(pid))


def is_connected(pid: int, port: int) -> bool:
    """Whether the process holds an open TCP connection to this port."""
    return any(
        (status, remote) == (psutil.CONN_ESTABLISHED, port) for status, _, remote in _tcp(pid)
    )


def _tcp(pid: int) -> Iterator[tuple[str, int | None, int | None]]:
    """State, own port and the other end's port of each connection."""
    with contextlib.suppress(psutil.Error):
        for connection in psutil.Process(pid).net_connections("tcp"):
            ends = (connection.laddr, connection.raddr)
            local, remote = (end.port if end else None for end in ends)
            yield connection.status, local, remote
