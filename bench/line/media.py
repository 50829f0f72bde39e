"""The caller's end of the sound: sends on an absolute clock, records by arrival.

One thread holds socket and clock, so that neither the event loop nor a slow reader moves a packet.
Arrival times are the kernel's own.
"""

import random
import select
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future

from bench.line import g711
from bench.line.record import loud_samples
from bench.line.rtp import FRAME_S, FRAME_SAMPLES, PCMU, Packet

SO_TIMESTAMPNS = 35
"""Linux: the kernel notes when a packet came (socket(7))."""
_TIMESPEC = struct.Struct("qq")
_QUIET_FRAME = bytes([g711.SILENCE]) * FRAME_SAMPLES

Fate = Callable[[int], float | None]
"""What happens to the packet of that number on the way: seconds of delay, or None when it is
lost."""


def arrives(_: int) -> float | None:
    """A good line."""
    return 0.0


class Media:
    """One call's sound. `fate` is the line's; times are of the wall clock, in seconds."""

    def __init__(self, address: str = "127.0.0.1", fate: Fate = arrives) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 0))
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]
        self.sent: list[tuple[float, bytes]] = []
        self.arrived: list[tuple[float, bytes]] = []
        self.latest_sending_s = 0.0
        self.last_loud_s = 0.0
        """When the last loud packet came; 0 before the first."""
        self._fate = fate
        self._queue: deque[tuple[bytes, Future[float] | None]] = deque()
        self._late: list[tuple[float, bytes]] = []
        self._remote: tuple[str, int] | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="media", daemon=True)

    def start(self, remote: tuple[str, int]) -> None:
        """Send to `remote` from now on: silence while nothing is to be said."""
        self._remote = remote
        self._thread.start()

    def play(self, pcm: g711.Pcm) -> "Future[float]":
        """Say it from the next packet on; the future has the time the last packet left."""
        data = g711.encode(pcm)
        data += _QUIET_FRAME[: -len(data) % FRAME_SAMPLES]
        frames = [data[i : i + FRAME_SAMPLES] for i in range(0, len(data), FRAME_SAMPLES)]
        done: Future[float] = Future()
        self._queue.extend((frame, None) for frame in frames[:-1])
        self._queue.append((frames[-1], done))
        return done

    def close(self) -> None:
        """Stop. May be called twice."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        begun_s, number = time.time(), 0
        sequence, source = random.randrange(0x8000), random.getrandbits(32)
        while not self._ended.is_set():
            due_s = begun_s + number * FRAME_S
            self._listen_until(due_s)
            frame, done = self._queue.popleft() if self._queue else (_QUIET_FRAME, None)
            packet = Packet(sequence + number, number * FRAME_SAMPLES, source, frame)
            self._send(number, packet.to_bytes())
            now_s = time.time()
            self.sent.append((now_s, frame))
            self.latest_sending_s = max(self.latest_sending_s, now_s - due_s)
            if done:
                done.set_result(now_s)
            number += 1

    def _send(self, number: int, data: bytes) -> None:
        delay_s = self._fate(number)
        if delay_s is None:
            return
        if delay_s > 0:
            self._late.append((time.time() + delay_s, data))
        else:
            self._put(data)

    def _put(self, data: bytes) -> None:
        assert self._remote is not None
        try:
            self._socket.sendto(data, self._remote)
        except OSError:  # the far end has closed its port: the call is ending
            return

    def _listen_until(self, due_s: float) -> None:
        while True:
            now_s = time.time()
            for late in [each for each in self._late if each[0] <= now_s]:
                self._late.remove(late)
                self._put(late[1])
            next_s = min([due_s, *(each[0] for each in self._late)])
            readable, _, _ = select.select([self._socket], [], [], max(0.0, next_s - now_s))
            if readable:
                self._read()
            elif time.time() >= due_s:
                return

    def _read(self) -> None:
        try:
            data, extras, _, _ = self._socket.recvmsg(2048, 64)
        except OSError:
            return
        at_s = time.time()
        for _, kind, stamp in extras:
            if kind == SO_TIMESTAMPNS:
                seconds, nanoseconds = _TIMESPEC.unpack(stamp[: _TIMESPEC.size])
                at_s = seconds + nanoseconds / 1e9
        packet = Packet.parse(data)
        if packet is None or packet.payload_type != PCMU:
            return
        self.arrived.append((at_s, packet.payload))
        if loud_samples(g711.decode(packet.payload)):
            self.last_loud_s = at_s
