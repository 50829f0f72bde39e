"""Is there a LiveKit server, does it accept our keys, and is its SIP service attached?"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
from livekit.api import CreateSIPParticipantRequest, LiveKitAPI
from livekit.protocol.sip import SIPMediaConfig, SIPOutboundConfig

from sip.access import Access, http_url, translated_errors
from sip.calls.line import hang_up
from sip.doctor.finding import Finding, failed, passed, skipped, warned
from sip.errors import ServerRefused
from sip.objects.release import Release, read_release
from sip.objects.server import Snapshot, read_snapshot

REACHABLE = "server reachable"
CLOCK = "clock"
KEYS = "keys"
RELEASE = "version"
SIP_API = "SIP API"
SIP_SERVICE = "SIP service"

_TIMEOUT_S = 5.0
_SKEW_WARN_S = 5.0
_SKEW_FAIL_S = 60.0  # tokens are checked against the server's clock
_PROBE_TIMEOUT_S = 4.0
_NO_ANSWER = frozenset({"unavailable", "deadline_exceeded", "unreachable"})


async def look_at_server(environment: Mapping[str, str]) -> list[Finding]:
    """Ask the server for anything at all; its answer also tells its clock."""
    url = environment.get("LIVEKIT_URL", "")
    if not url:
        remedy = "Set it in the shell or in .env: LIVEKIT_URL=wss://..."
        return [failed(REACHABLE, "LIVEKIT_URL is not set", remedy)]
    timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(http_url(url)) as answer,
        ):
            date = answer.headers.get("Date")
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        reason = str(error) or type(error).__name__
        return [
            failed(
                REACHABLE,
                f"nothing answers at {url}: {reason}",
                "Check LIVEKIT_URL, and that the server runs and no firewall is between",
            )
        ]
    return [passed(REACHABLE, f"{url} answers"), _clock(date)]


def _clock(date: str | None) -> Finding:
    if date is None:
        return skipped(CLOCK, "the server does not tell its time")
    try:
        told = parsedate_to_datetime(date)
    except ValueError:  # something that is no server of LiveKit's may answer there
        return skipped(CLOCK, "the server tells a time that is none")
    # "-0000" says UTC, too, and comes back without a zone.
    skew_s = (datetime.now(UTC) - told.replace(tzinfo=told.tzinfo or UTC)).total_seconds()
    words = f"this clock is {abs(skew_s):.0f} s {'ahead' if skew_s > 0 else 'behind'}"
    remedy = "Set the clock by NTP on both machines"
    if abs(skew_s) > _SKEW_FAIL_S:
        return failed(CLOCK, f"{words}, so the server may refuse every token", remedy)
    if abs(skew_s) > _SKEW_WARN_S:
        return warned(CLOCK, words, remedy)
    return passed(CLOCK, "the same as the server's within seconds")


async def look_at_release(access: Access) -> tuple[Finding, Release | None]:
    """Ask for the server's version: what becomes of a call that nothing takes depends on it."""
    found = await read_release(access)
    if found is None:
        return skipped(RELEASE, "the server does not tell"), None
    gets = {True: "gets 404", False: "rings for ever", None: "rings for ever, or gets 404"}
    words = f"{found}: a call that no rule takes {gets[found.rejects_unmatched]}"
    return passed(RELEASE, words), found


async def look_at_sip_api(api: LiveKitAPI) -> tuple[list[Finding], Snapshot | None]:
    """Read every trunk and rule, which needs good keys, the right to do so, and Redis."""
    try:
        snapshot = await read_snapshot(api.sip)
    except ServerRefused as refusal:
        return _refused(refusal), None
    count = len(snapshot.ids())
    return [passed(KEYS, "accepted"), passed(SIP_API, f"{count} objects on the server")], snapshot


def _refused(refusal: ServerRefused) -> list[Finding]:
    if refusal.code == "unauthenticated":
        remedy = "Check LIVEKIT_API_KEY and LIVEKIT_API_SECRET: they belong to another project"
        return [failed(KEYS, "the server does not accept them", remedy)]
    if refusal.code == "permission_denied":
        remedy = "Use a key of this project with the right to administer SIP"
        return [failed(KEYS, "they may not administer SIP", remedy)]
    if "sip not connected" in refusal.message:
        remedy = "Give livekit-server a redis section, the same Redis as livekit-sip has"
        words = "the server has no Redis, and without it there is no SIP"
        return [passed(KEYS, "accepted"), failed(SIP_API, words, remedy)]
    return [failed(SIP_API, str(refusal), "See the server's log")]


async def look_at_sip_service(api: LiveKitAPI) -> Finding:
    """Ask for a call that the SIP service itself refuses before it dials anybody.

    LiveKit's API does not list its SIP services. A call with "only the listed codecs" and no
    codec listed passes the server and is refused by the SIP service; without one, nobody answers.
    """
    probe = CreateSIPParticipantRequest(
        trunk=SIPOutboundConfig(hostname="127.0.0.1"),
        sip_number="0",
        sip_call_to="0",
        room_name="provision-trunk-doctor",
        participant_identity="doctor",
        media=SIPMediaConfig(only_listed_codecs=True),
    )
    try:
        async with translated_errors():
            await api.sip.create_sip_participant(probe, timeout=_PROBE_TIMEOUT_S)
    except ServerRefused as refusal:
        if "cpu" in refusal.message:
            remedy = "Add SIP services or lower the load: outbound calls are refused now"
            return warned(SIP_SERVICE, "it says that it is overloaded", remedy)
        if refusal.code in _NO_ANSWER or "no response" in refusal.message:
            return failed(
                SIP_SERVICE,
                f"no SIP service answers ({refusal.message})",
                "Start livekit-sip with the same Redis and keys as the server",
            )
        return passed(SIP_SERVICE, "it answers")
    await hang_up(api, probe.room_name)
    return warned(SIP_SERVICE, "it took a call that it should have refused", "See its log")
