"""Questions about running processes, answered from Linux's /proc."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

PROC = Path("/proc")
_ESTABLISHED = "01"
_LISTEN = "0A"


def group_members(group: int) -> list[int]:
    """Living processes of one process group; zombies are dead and do not count."""
    members = []
    for pid in _pids():
        with contextlib.suppress(OSError):
            # After the command's closing bracket: state, parent, process group.
            text = (PROC / str(pid) / "stat").read_text()
            state, _parent, pgrp = text.rpartition(")")[2].split()[:3]
            if int(pgrp) == group and state not in "ZX":
                members.append(pid)
    return members


def listens(pids: Iterable[int], port: int) -> bool:
    """Whether one of the processes itself accepts TCP connections on this port."""
    inodes = _tcp_inodes(_LISTEN, local_port=port)
    return any(inodes & _socket_inodes(pid) for pid in pids)


def is_connected(pid: int, port: int) -> bool:
    """Whether the process holds an open TCP connection to this port."""
    return bool(_tcp_inodes(_ESTABLISHED, remote_port=port) & _socket_inodes(pid))


def _pids() -> Iterator[int]:
    return (int(name) for name in os.listdir(PROC) if name.isdigit())


def _tcp_inodes(
    state: str, *, local_port: int | None = None, remote_port: int | None = None
) -> set[str]:
    """Inodes of the sockets in /proc/net/tcp and tcp6 that match; a port of None matches all."""
    found = set()
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in (PROC / "net" / table).read_text().splitlines()[1:]:
                columns = line.split()
                if columns[3] != state:
                    continue
                if local_port not in (None, _port(columns[1])):
                    continue
                if remote_port not in (None, _port(columns[2])):
                    continue
                found.add(columns[9])
    return found


def _port(address: str) -> int:
    return int(address.rpartition(":")[2], 16)


def _socket_inodes(pid: int) -> set[str]:
    found = set()
    with contextlib.suppress(OSError):
        for descriptor in os.listdir(PROC / str(pid) / "fd"):
            with contextlib.suppress(OSError):
                target = os.readlink(PROC / str(pid) / "fd" / descriptor)
                if target.startswith("socket:["):
                    found.add(target[len("socket:[") : -1])
    return found
