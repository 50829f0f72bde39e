import socket
from contextlib import closing
from dataclasses import astuple

import pytest

from local import ports
from local.stack.ports import RTP_PORTS, Ports

pytestmark = pytest.mark.unit


def test_picked_ports_are_distinct_and_free() -> None:
    picked = Ports.pick()

    assert len(set(astuple(picked))) == len(astuple(picked))
    assert all(ports.is_free(port) for port in astuple(picked)[:7])


def test_rtp_begins_on_an_even_port_below_the_others() -> None:
    picked = Ports.pick()

    assert picked.rtp_first % 2 == 0, "LiveKit SIP uses even ports alone"
    assert picked.rtp_last - picked.rtp_first == RTP_PORTS - 1
    assert picked.rtp_last < ports.LOWEST_PORT


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_port_bound_by_another_is_not_free(host: str, kind: socket.SocketKind) -> None:
    with closing(socket.socket(socket.AF_INET, kind)) as other:
        other.bind((host, 0))

        assert not ports.is_free(other.getsockname()[1])


def test_no_free_port_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda port: False)

    with pytest.raises(OSError, match="no free port"):
        Ports.pick()
