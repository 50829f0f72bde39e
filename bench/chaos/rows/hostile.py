"""Hostile SIP by sipp, while a caller hears a story: neither they nor the next one may notice."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.chaos import attacks
from bench.chaos.attacks import strangers
from bench.chaos.attacks.attack import NO_ANSWER, Attack, send, told
from bench.chaos.attacks.footprint import Footprint
from bench.chaos.attacks.scenario import Invite
from bench.chaos.fault import FINISHED, Fault, ends
from bench.chaos.scene import Scene
from local.stack import Stack
from local.stack.environment import clean_environment
from local.stack.provision import provision

Provoke = Callable[[Scene], Awaitable[None]]

_TRUNKS = Path(attacks.__file__).with_name("trunks.yaml")
_BY_ADDRESS = "+12025550101"
# Not among the addresses that the trunk allows.
_ELSEWHERE = "127.0.0.2"
_ONE_NUMBER = ("+12025550198",)
_MANY_NUMBERS = tuple(f"+1202555{last:04d}" for last in range(1000, 1100))
_LOOK_S = 0.3

# A user part that is too long for a number, for a record, for an identity, for a datagram.
_LONG = ("1202555" + "9" * 60, "n" * 240, "n" * 3000, "n" * 30_000)
# Orders to a terminal in the name, in two headers and in the name of the session; a header that
# would begin behind a line break, and the end of a text in C.
_STRANGE = ("%1B%5D52%3Bc%3Baaaa%07", "+12025550100%0D%0AX-Forged%3A+1", "a%00b", "%C2%9B2J")
_ORDERS = Invite(
    display="\x1b]52;c;YQ==\x07\x9b2J",
    headers=("Subject: \x1bc\x08\x07", "X-Order: a\x0bb\x0cc"),
    session="\x1bc\x07",
)
# Longer than the trunk rings.
_PATIENT = Invite(patience_s=25.0)
_FORGED = Invite(
    headers=(
        "P-Asserted-Identity: <sip:+12025550100@127.0.0.1;verstat=TN-Validation-Passed-A>",
        "X-Twilio-VerStat: TN-Validation-Passed-A",
        "X-Plivo-Stir-Verification: Verified",
        "Identity: e30.e30.e30;info=<http://127.0.0.1:9/x>;alg=ES256;ppt=shaken",
        "storyline.attestation: A",
        "X-Storyline-Attestation: A",
    )
)


def _long_names(_: Stack) -> Attack:
    return Attack(_BY_ADDRESS, _LONG, count=len(_LONG), per_s=1)


def _strange_names(_: Stack) -> Attack:
    return Attack(_BY_ADDRESS, _STRANGE, count=len(_STRANGE), per_s=1, invite=_ORDERS)


def _forged(_: Stack) -> Attack:
    return Attack(_BY_ADDRESS, _ONE_NUMBER, count=2, per_s=2, invite=_FORGED)


def _guesses(stack: Stack) -> Attack:
    invite = Invite(has_password=True)
    return Attack(
        *(stack.number, _ONE_NUMBER, 1000, 100),
        user=stack.sip_user,
        password="a guess",
        invite=invite,
    )


def _from_elsewhere(_: Stack) -> Attack:
    return Attack(_BY_ADDRESS, _ONE_NUMBER, 1000, 100, source=_ELSEWHERE)


def _of_one_number(_: Stack) -> Attack:
    return Attack(_BY_ADDRESS, _ONE_NUMBER, 60, 10, invite=_PATIENT)


def _of_many_numbers(_: Stack) -> Attack:
    return Attack(_BY_ADDRESS, _MANY_NUMBERS, 60, 10, invite=_PATIENT)


def _under(make: Callable[[Stack], Attack], *, gets: frozenset[str]) -> Provoke:
    """The attack; `gets`: the only final answers that its calls may get."""

    async def provoke(scene: Scene) -> None:
        stack = scene.stack
        await provision(stack.run_dir, clean_environment() | stack.env(), _TRUNKS)
        sip_pid = stack.part("livekit-sip").pid
        assert sip_pid is not None
        before = Footprint.of(sip_pid)
        scene.happens_now()
        attack = asyncio.create_task(send(make(stack), stack.sip_address, stack.run_dir / "sipp"))
        attested = await _attested_until(attack, scene)
        answers = attack.result()
        after = Footprint.of(sip_pid)
        scene.note(f"answers: {told(answers)}")
        scene.note(f"livekit-sip: {before}, then {after}")
        if strange := answers.keys() - gets:
            scene.blame(f"a stranger got {', '.join(sorted(strange))}")
        if attested:
            scene.blame("a forged attestation was believed")
        await scene.expect_answer("an honest caller")
        if unclean := await scene.records.unclean():
            scene.blame(f"control characters in {', '.join(unclean)}")
        await scene.talk_to_the_end()

    return provoke


async def _attested_until(attack: "asyncio.Task[object]", scene: Scene) -> bool:
    """Whether, while the attack goes on, anybody in any room counts as attested."""
    attested = False
    while not attack.done():
        await asyncio.wait({attack}, timeout=_LOOK_S)
        attested = attested or await scene.rooms.is_anybody_attested()
    return attested


async def _strangers(scene: Scene) -> None:
    """All that strangers can send without waiting for an answer."""
    scene.happens_now()
    await strangers.besiege(scene.stack)
    await strangers.ring_under_strange_names(scene.stack)
    await scene.expect_answer("an honest caller")
    await scene.talk_to_the_end()


def _row(name: str, title: str, provoke: Provoke) -> Fault[Scene]:
    promise = ends(90, FINISHED, 20)
    return Fault(name, title, provoke, promise, limit_s=100.0, settle_s=_STRANGERS_GONE_S)


# A stranger who gives up in the instant of the answer: LiveKit SIP closes that call after 8 s, once
# its server kept the participant for half a minute, and Echo asked twice whether anybody is there.
_STRANGERS_GONE_S = 45.0
_REFUSED = frozenset({NO_ANSWER, "401", "403", "404", "486", "487", "500", "503"})
_SOME_ANSWERED = _REFUSED | {"200"}

ROWS = (
    _row(
        "strangers",
        "700 INVITEs with guessed passwords or none, garbage, forged names; then an honest caller",
        _strangers,
    ),
    _row(
        "long-names",
        "names of 67, 240, 3,000 and 30,000 characters in From",
        _under(_long_names, gets=_SOME_ANSWERED),
    ),
    _row(
        "control-characters",
        "orders to a terminal in From, headers and body",
        _under(_strange_names, gets=_SOME_ANSWERED),
    ),
    _row(
        "forged-attestation",
        "forged attestation headers",
        _under(_forged, gets=_SOME_ANSWERED),
    ),
    _row(
        "wrong-passwords",
        "1,000 wrong passwords in 10 s",
        _under(_guesses, gets=frozenset({"401"})),
    ),
    _row(
        "flood-from-elsewhere",
        "1,000 INVITEs in 10 s from an address that no trunk allows",
        _under(_from_elsewhere, gets=_REFUSED),
    ),
    _row(
        "flood-of-one-number",
        "60 INVITEs of one number in 6 s from an allowed address",
        _under(_of_one_number, gets=_SOME_ANSWERED),
    ),
    _row(
        "flood-of-many-numbers",
        "60 INVITEs of 60 numbers in 6 s from an allowed address",
        _under(_of_many_numbers, gets=_SOME_ANSWERED),
    ),
)
