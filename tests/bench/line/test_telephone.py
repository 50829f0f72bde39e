"""What SIPp's message file says."""

import pytest

from bench.line.telephone import read_messages

pytestmark = pytest.mark.unit

LOG = """\
----------------------------------------------- 2026-11-24 17:05:01.250000
UDP message sent (420 bytes):

INVITE sip:1@127.0.0.1:5060 SIP/2.0
Content-Length: 0

----------------------------------------------- 2026-11-24 17:05:01.750000
UDP message received [500] bytes :

SIP/2.0 200 OK
CSeq: 2 INVITE

m=audio 10002 RTP/AVP 0
"""


def test_messages_have_their_times() -> None:
    sent, received = read_messages(LOG)
    assert received.at_s - sent.at_s == pytest.approx(0.5)


def test_a_message_keeps_its_way_and_all_its_text() -> None:
    sent, received = read_messages(LOG)
    assert sent.sent and not received.sent
    assert received.text.startswith("SIP/2.0 200 OK") and "m=audio 10002" in received.text


def test_no_messages_yet() -> None:
    assert read_messages("") == []
