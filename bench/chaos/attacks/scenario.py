"""What sipp is to send and to understand, as one of its XML scenarios."""

from dataclasses import dataclass

_TARGET = "sip:[service]@[remote_ip]:[remote_port]"
_SDP = """
v=0
o=- 1 1 IN IP4 [local_ip]
s={session}
c=IN IP4 [local_ip]
t=0 0
m=audio 9 RTP/AVP 0
a=rtpmap:0 PCMU/8000
a=ptime:20"""
_PROVISIONAL = '<recv response="100" optional="true"/><recv response="180" optional="true"/>'


@dataclass(frozen=True)
class Invite:
    """One INVITE and what becomes of its call. Texts go to the wire as they are, in Latin-1.

    `session`: the name in the SDP. `has_password`: a challenge is answered, rightly or not. Whoever
    is answered hangs up after `stays_s`; whoever is not gives up after `patience_s`.
    """

    display: str = "a stranger"
    headers: tuple[str, ...] = ()
    session: str = "-"
    has_password: bool = False
    stays_s: float = 3.0
    patience_s: float = 12.0


def scenario(invite: Invite) -> str:
    """INVITE, perhaps a password, then ACK and BYE.

    What comes instead (a refusal, nothing for too long) sipp ends by itself, with ACK or CANCEL.
    """
    steps, cseq = _invite(invite, 1) + _PROVISIONAL, 1
    if invite.has_password:
        steps += '<recv response="407" auth="true"/>' + _request("ACK", 1)
        steps, cseq = steps + _invite(invite, 2) + _PROVISIONAL, 2
    steps += f'<recv response="200" timeout="{_ms(invite.patience_s)}"/>' + _request("ACK", cseq)
    steps += f'<pause milliseconds="{_ms(invite.stays_s)}"/>' + _request("BYE", cseq + 1)
    steps += '<recv response="200" timeout="5000"/>'
    return (
        f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<scenario name="attack">{steps}</scenario>'
    )


def _ms(seconds: float) -> int:
    return round(1000 * seconds)


def _invite(invite: Invite, cseq: int) -> str:
    caller = f'"{invite.display}" <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]a[call_number]'
    return _message(
        f"INVITE {_TARGET} SIP/2.0",
        f"From: {caller}",
        f"To: <{_TARGET}>",
        f"CSeq: {cseq} INVITE",
        *(("[authentication]",) if cseq > 1 else ()),
        *invite.headers,
        "Content-Type: application/sdp",
        body=_SDP.format(session=invite.session),
        attributes=' retrans="500"',
    )


def _request(method: str, cseq: int) -> str:
    """Within a call that was answered in some way; the last answer says who talks to whom."""
    return _message(
        f"{method} {_TARGET} SIP/2.0", "[last_From:]", "[last_To:]", f"CSeq: {cseq} {method}"
    )


def _message(request: str, *headers: str, body: str = "", attributes: str = "") -> str:
    text = "\n".join(
        (
            request,
            "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]",
            *headers,
            "Call-ID: [call_id]",
            "Contact: <sip:[local_ip]:[local_port]>",
            "Max-Forwards: 70",
            "Content-Length: [len]",
            body,
        )
    )
    return f"<send{attributes}><![CDATA[\n{text}\n]]></send>"
