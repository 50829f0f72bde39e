"""Sound that does not arrive: filters on the UDP sockets of running processes (socket(7)).

Linux alone, and processes of one's own: pidfd_getfd(2) lends a socket of another process, and a
filter attached to it holds for that process, too. Nothing else on the machine is touched.
"""

import ctypes
import os
import socket
import struct
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

_SO_ATTACH_FILTER = 26
_PIDFD_GETFD = 438
_LOAD_HALF_WORD, _IF_EQUAL, _RETURN = 0x28, 0x15, 0x06
_ALL = 0xFFFFFFFF
_INSTRUCTION = struct.Struct("HBBI")
# A filter on a UDP socket begins at the UDP header: the sender's port comes first.
_SENDERS_PORT = 0


def hear_only(pid: int, ports: Collection[int]) -> None:
    """From now on the process hears datagrams from these ports alone; from none, nothing.

    Sockets that it opens later hear everything. Raises OSError where that is not allowed.
    """
    program = _program(sorted(ports))
    for lent in _udp_sockets(pid):
        code = ctypes.create_string_buffer(program, len(program))
        count = len(program) // _INSTRUCTION.size
        filter_ = struct.pack("HL", count, ctypes.addressof(code))
        lent.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, filter_)


def udp_ports(pid: int) -> set[int]:
    """The ports on which a process hears datagrams."""
    connections = psutil.Process(pid).net_connections("udp")
    return {each.laddr.port for each in connections if each.laddr}


def _program(ports: list[int]) -> bytes:
    steps = [(_LOAD_HALF_WORD, 0, 0, _SENDERS_PORT)]
    for index, port in enumerate(ports):
        # To the last step but one, which lets it through.
        steps.append((_IF_EQUAL, len(ports) - index, 0, port))
    steps += [(_RETURN, 0, 0, 0), (_RETURN, 0, 0, _ALL)]
    return b"".join(_INSTRUCTION.pack(*step) for step in steps)


def _udp_sockets(pid: int) -> Iterator[socket.socket]:
    with _pidfd(pid) as handle:
        for number in os.listdir(f"/proc/{pid}/fd"):
            if not _is_socket(pid, number):
                continue
            with socket.socket(fileno=_lend(handle, int(number))) as lent:
                if lent.type == socket.SOCK_DGRAM and lent.family in _INTERNET:
                    yield lent


_INTERNET = (socket.AF_INET, socket.AF_INET6)


def _is_socket(pid: int, number: str) -> bool:
    try:
        return os.readlink(Path(f"/proc/{pid}/fd/{number}")).startswith("socket:")
    except OSError:  # closed meanwhile
        return False


def _lend(handle: int, number: int) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    lent: int = libc.syscall(_PIDFD_GETFD, handle, number, 0)
    if lent < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return lent


@contextmanager
def _pidfd(pid: int) -> Iterator[int]:
    handle = os.pidfd_open(pid)
    try:
        yield handle
    finally:
        os.close(handle)
